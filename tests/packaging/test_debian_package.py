"""The Debian package: what is built, and its life in a bare Debian system.

Its life is tried for Debian 12 on this machine's architecture. ``COLLECTOR_DEBIAN`` names others:
"bookworm/armhf trixie/amd64".
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from debian_root import NATIVE, DebianRoot, reason_not_to_make

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "docs" / "sample-plugin"

HERE = NATIVE.get(os.uname().machine, "amd64")
TARGETS = os.environ.get("COLLECTOR_DEBIAN", f"bookworm/{HERE}").split()

CONFIGURATION = """
[collector]
state_dir = "/var/lib/collector"
[agent]
provision = "auto"
[[source]]
plugin = "system"
sensor = "gateway"
interval = "1s"
[[source]]
plugin = "thermostat"
sensor = "hall"
interval = "1s"
host = "127.0.0.1"
"""


def build(output, target, **environment):
    """Build one package from a clean environment, as the manual says; return its file."""
    release, architecture = target.split("/")
    words = ["--release", release, "--arch", architecture, "--output", str(output)]
    done = subprocess.run(
        [sys.executable, str(PROJECT / "packaging/debian/build.py"), *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert 0 == done.returncode, done.stderr[-2000:]
    return Path(done.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """Return what builds a package of this checkout, each once."""
    built = {}

    def get(target):
        if target not in built:
            built[target] = build(tmp_path_factory.mktemp("deb"), target)
        return built[target]

    return get


@pytest.fixture(params=TARGETS)
def debian(request, tmp_path):
    """Return a bare Debian system and the target that it is."""
    release, architecture = request.param.split("/")
    reason = reason_not_to_make(architecture)
    if reason:
        pytest.skip(reason)
    root = DebianRoot(tmp_path / "root")
    try:
        root.make(release, architecture)
        yield root, request.param
    finally:
        root.remove()


@pytest.mark.timeout(900)
def test_the_same_sources_give_the_same_bytes(package, tmp_path):
    target = TARGETS[0]
    first = package(target)

    second = build(tmp_path, target, TZ="Asia/Tokyo", LC_ALL="C", HOME=str(tmp_path))

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.timeout(1800)
def test_a_package_lives_from_its_installation_to_its_purge(debian, package, tmp_path):
    root, target = debian
    install(root, package(target))
    assert_owners(root)
    assert_values_flow(root, "gateway")

    install_plugin(root, tmp_path)
    (root.path / "etc/collector/collector.toml").write_text(CONFIGURATION)
    assert_values_flow(root, "gateway", "hall", simulate=True)

    root.run("dpkg --install /tmp/collector.deb")  # an upgrade, for all that dpkg cares
    assert CONFIGURATION == (root.path / "etc/collector/collector.toml").read_text()
    assert_owners(root)
    assert_values_flow(root, "gateway", "hall", simulate=True)

    root.run("dpkg --remove collector-agent")
    assert root.is_there("etc/collector/collector.toml")
    assert root.is_there("var/lib/collector/spool") or root.is_there("var/lib/collector")
    assert not root.is_there("usr/lib/collector-agent")

    root.run("dpkg --purge collector-agent")
    for place in ("etc/collector", "var/lib/collector", "var/lib/collector-agent"):
        assert not root.is_there(place)


def install(root, package):
    root.put(package, "tmp/collector.deb")
    root.run(
        "apt-get update -q && apt-get install -y -q --no-install-recommends /tmp/collector.deb"
    )


def assert_owners(root):
    expected = {
        "etc/collector": "root:collector 750",
        "etc/collector/collector.toml": "root:collector 640",
        "var/lib/collector": "collector:collector 700",
        "var/lib/collector-agent/plugins": "root:root 755",
        "usr/lib/collector-agent/bin/collector": "root:root 755",
    }
    assert expected == {place: root.mode_of(place) for place in expected}
    assert {"collector", "dialout", "gpio", "i2c", "video"} == set(
        root.run("id -nG collector").split()
    )


def install_plugin(root, tmp_path):
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", tmp_path, SAMPLE], check=True, timeout=120)
    (wheel,) = tmp_path.glob("collector_thermostat-*.whl")
    root.put(wheel, f"tmp/{wheel.name}")
    root.run(f"collector-pip install --no-index /tmp/{wheel.name}")
    assert "thermostat" in root.run("collector plugins list")


def assert_values_flow(root, *sensors, simulate=False):
    """Run it as the service does, as its user, until it has delivered values of each sensor."""
    mode = "--simulate" if simulate else "--embedded-agent"
    root.run(f"collector check {'--simulate' if simulate else ''}", user="collector")
    said = root.run(
        f"timeout --preserve-status --signal=TERM 15 collector run {mode}", user="collector"
    )
    for sensor in sensors:
        (row,) = (line.split() for line in said.splitlines() if line.startswith(f"{sensor} "))
        delivered, balances = int(row[4]), row[-1]
        assert delivered > 0, said
        assert balances == "yes", said
