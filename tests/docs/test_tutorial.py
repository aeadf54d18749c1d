"""The tutorial is followed to the letter from an empty folder: each file, each command."""

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_pages import ROOT

from collector.testkit.serial_port import FakeSerialPort

PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
STEP = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n\n(?P<fence>```+)\w+\n(?P<text>.*?\n)(?P=fence)\n"
    r"|```console\n(?P<console>.*?)```\n",
    re.DOTALL,
)
REAL_PORT = "/dev/ttyUSB0"
LIMIT_S = 100


@dataclass
class Stranger:
    """Follows the page.

    Attributes:
        place: The folder that commands run in; ``cd`` changes it.
        environ: With the virtual environment in front.
    """

    place: Path
    environ: dict[str, str]

    def write(self, file, text):
        assert (self.place / file).exists(), f"{file} is not what 'plugins new' made"
        (self.place / file).write_text(text, "utf-8")

    def type(self, console):
        for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            if command.startswith("cd "):
                self.place /= command.removeprefix("cd ")
            else:
                self.run(command, output)

    def run(self, command, output):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.place,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode in ((0, 124) if command.startswith("timeout") else (0,)), said
        assert re.fullmatch(pattern(output), spaced(said), re.DOTALL), f"$ {command}\n{said}"


def spaced(text):
    """Return a text whose columns are a space apart: their width depends on the terminal."""
    return re.sub(" +", " ", re.sub(" +$", "", text, flags=re.MULTILINE))


def pattern(output):
    return r".*?".join(re.escape(part) for part in spaced(output).split("..."))


@pytest.fixture
def environ(tmp_path_factory):
    """Make a virtual environment that has what this one has, and installs into itself."""
    if importlib.util.find_spec("editables") is None:
        reason = "editables, with which pip installs in place, comes with the extra 'dev'"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    home = tmp_path_factory.mktemp("stranger")
    venv = home / "venv"
    make = [sys.executable, "-m", "venv", "--without-pip", venv]
    subprocess.run(make, check=True, timeout=LIMIT_S)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    ours = sysconfig.get_path("purelib")
    (venv / "lib" / version / "site-packages" / "ours.pth").write_text(
        f"import site; site.addsitedir({ours!r})\n"
    )
    for name in ("pip", "pytest", "collector"):
        program = venv / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{venv}/bin/python" -m {name} "$@"\n')
        program.chmod(0o755)
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    return inherited | {
        "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": "",
        # As its entry point does; a checkout may be installed longer than that has been there.
        "PYTEST_ADDOPTS": "-p collector.testkit.pytest_plugin",
        "PIP_NO_INDEX": "1",  # nothing from elsewhere: hatchling and the rest are here
        "PIP_NO_BUILD_ISOLATION": "0",  # which says that there is none
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


@pytest.fixture
def real_scale():
    """The scale that the stranger has got by the last step."""
    with FakeSerialPort() as port:
        port.answer(lambda heard: b"+12.345 kg*18\r\n" if b"W" in heard else b"")
        yield port


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_stranger_comes_from_an_empty_folder_to_the_values_of_a_real_device(
    environ, tmp_path, real_scale
):
    stranger = Stranger(tmp_path, environ)
    for step in STEP.finditer(PAGE):
        if step["file"]:
            stranger.write(step["file"], step["text"])
            continue
        if step.start() > PAGE.index("\n## 10."):
            example = stranger.place / "collector_scale" / "example.toml"
            example.write_text(example.read_text("utf-8").replace(REAL_PORT, real_scale.path))
        stranger.type(step["console"])


def test_no_block_of_the_tutorial_is_missed():
    assert PAGE.count("<!-- file:") == len([step for step in STEP.finditer(PAGE) if step["file"]])
    assert PAGE.count("```console") == len(
        [step for step in STEP.finditer(PAGE) if step["console"]]
    )
