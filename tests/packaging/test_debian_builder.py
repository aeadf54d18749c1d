"""The parts of the package builder that need no network."""

import base64
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from collector.cli import COMMANDS

PROJECT = Path(__file__).parents[2]
BUILDER = PROJECT / "packaging" / "debian"
SYSTEMD = PROJECT / "packaging" / "systemd"


def load(name):
    specification = importlib.util.spec_from_file_location(name, BUILDER / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


targets = load("targets")
environment_tree = load("environment_tree")

PINS = dict(re.findall(r"^(\S+)==(\S+)", environment_tree.REQUIREMENTS.read_text(), re.MULTILINE))


def test_every_dependency_is_pinned_to_a_version_that_the_project_allows():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(each) for each in project["dependencies"]]

    unfit = [
        str(each)
        for each in wanted
        if each.name not in PINS or not each.specifier.contains(PINS[each.name])
    ]

    assert [] == unfit


def test_the_pins_name_no_host():
    assert "http" not in environment_tree.REQUIREMENTS.read_text()


def test_what_comes_from_debian_is_left_out_with_its_hashes():
    requirements = "cffi==2 \\\n    --hash=a \\\n    --hash=b\nrich==1 \\\n    --hash=c\n"

    kept = environment_tree.without(requirements, {"cffi": "python3-cffi-backend"})

    assert "rich==1 \\\n    --hash=c\n" == kept


def test_what_pip_does_not_find_in_debian_is_required_by_nothing_that_is_brought(tmp_path):
    information = tmp_path / "seal-1.dist-info"
    information.mkdir()
    lines = [
        "Name: seal",
        "Requires-Dist: cffi>=2 ; x",
        "Requires-Dist: cffi; extra == 'y'",
        "",
        "Z",
    ]
    (information / "METADATA").write_text("\n".join(lines))
    (information / "RECORD").write_text(
        "seal.py,sha256=a,1\nseal-1.dist-info/METADATA,sha256=b,2\n"
    )

    environment_tree.require_less(information, {"cffi"})

    text = "\n".join([lines[0], *lines[2:]])
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    assert text == (information / "METADATA").read_text()
    assert (
        f"seal.py,sha256=a,1\nseal-1.dist-info/METADATA,sha256={digest},{len(text)}\n"
        == (information / "RECORD").read_text()
    )


@pytest.mark.parametrize("architecture", targets.ARCHITECTURES.values(), ids=lambda each: each.name)
def test_pip_finds_in_debian_what_it_would_look_for(architecture):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    named = {Requirement(each).name for each in project["dependencies"]}

    assert set() == named & architecture.unseen
    assert architecture.unseen <= architecture.from_debian.keys()


@pytest.mark.parametrize(
    ("release", "architecture", "first", "last"),
    [
        ("bookworm", "amd64", "manylinux_2_36_x86_64", "manylinux2014_x86_64"),
        ("trixie", "armhf", "manylinux_2_41_armv7l", "manylinux2014_armv7l"),
    ],
)
def test_wheels_for_the_release_s_glibc_and_older_ones_are_taken(
    release, architecture, first, last
):
    platforms = targets.ARCHITECTURES[architecture].platforms(targets.RELEASES[release])

    assert [first, last] == [platforms[0], platforms[-1]]


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm", "collector-pip"])
def test_the_scripts_are_shell_without_mistakes(script):
    subprocess.run(["/bin/sh", "-n", BUILDER / script], check=True)


def test_the_unit_starts_the_command_that_is_installed_with_the_options_there_are():
    unit = (SYSTEMD / "collector.service").read_text()
    (command,) = re.findall(r"^ExecStart=.* /usr/bin/collector (.+)$", unit, re.MULTILINE)

    done = subprocess.run(
        [sys.executable, "-m", "collector", *command.split(), "--help"],
        capture_output=True,
        check=False,
        timeout=50,
    )

    assert 0 == done.returncode


def test_the_unit_lets_no_reload_end_the_start():
    unit = (SYSTEMD / "collector.service").read_text()
    (before,) = re.findall(r"^ExecStart=(.*)/usr/bin/collector ", unit, re.MULTILINE)

    done = subprocess.run(
        [*before.split(), "sh", "-c", "kill -HUP $$; echo alive"],
        capture_output=True,
        check=False,
        timeout=50,
    )

    assert b"alive\n" == done.stdout


def test_the_manual_page_names_every_command():
    page = (BUILDER / "man" / "collector.1").read_text()
    section = page.partition(".SH COMMANDS\n")[2].partition(".PP")[0]

    assert [each.name for each in COMMANDS] == re.findall(r"[a-z][a-z-]+", section)


def test_groups_of_the_unit_are_made_before_it_starts():
    unit = (SYSTEMD / "collector.service").read_text()
    groups = re.search(r"^SupplementaryGroups=(.+)$", unit, re.MULTILINE)[1].split()
    made = re.findall(r"^m collector (\w+)$", (SYSTEMD / "sysusers.conf").read_text(), re.MULTILINE)

    assert sorted(groups) == sorted(made)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_understood_and_exposes_little(tmp_path):
    unit = tmp_path / "collector.service"
    text = (SYSTEMD / "collector.service").read_text()
    unit.write_text(text.replace("/usr/bin/collector", sys.executable))

    verified = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", unit],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "" == verified.stderr
    assert 0 == rated.returncode, rated.stdout[-300:]
