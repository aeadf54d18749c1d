"""The Debian package: what is built, and its life in a bare Debian system.

Its life is tried for Debian 12 on this machine's architecture. ``COLLECTOR_DEBIAN`` names others:
"bookworm/armhf trixie/amd64".
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request

import pytest
from debian_builds import PROJECT, build, built
from debian_root import NATIVE, DebianRoot, reason_not_to_make
from installed_service import Agent, Service

SAMPLE = PROJECT / "docs" / "sample-plugin"

HERE = NATIVE.get(os.uname().machine, "amd64")
TARGETS = os.environ.get("COLLECTOR_DEBIAN", f"bookworm/{HERE}").split()

CONFIGURATION = """
[collector]
state_dir = "/var/lib/collector"
[agent]
host = "localhost"
port = {agent.port}
provision_port = {agent.provision_port}
ca_file = "agent-ca.crt"
key = "ec-p256"
[web]
enabled = true
port = {page}
[[source]]
plugin = "system"
sensor = "gateway"
interval = "1s"
{more}
"""

PLUGIN = """
[[source]]
plugin = "thermostat"
sensor = "hall"
interval = "1s"
host = "127.0.0.1"
"""

UNREADABLE_DEVICE = """
[[source]]
plugin = "serial"
sensor = "meter"
interval = "0s"
port = "/dev/ttyUSB0"
format = "nmea"
"""


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """Return what gives the package of a target."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_TESTRUNUID" in os.environ else base
    return lambda target: built(shared / "built-packages", target)


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


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_same_sources_give_the_same_bytes(package, tmp_path):
    target = TARGETS[0]
    first = package(target)

    second = build(tmp_path, target, TZ="Asia/Tokyo", LC_ALL="C", HOME=str(tmp_path))

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.skipif(shutil.which("lintian") is None, reason="lintian is not installed")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("target", TARGETS)
def test_debian_s_own_judge_finds_no_fault_that_is_not_justified(package, target):
    command = ["lintian", "--allow-root", "--fail-on", "error,warning", package(target)]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)

    assert (0, "") == (done.returncode, done.stdout)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_package_lives_from_its_installation_to_its_purge(debian, package, tmp_path):
    root, target = debian
    install(root, package(target))
    assert_owners(root)
    agent = Agent(root)

    configure(root, agent)
    assert_the_service_does_what_the_manual_says(root, "gateway")
    assert_root_leaves_nothing_that_is_closed_to_the_service(root)
    assert_a_device_without_rights_is_told(root, agent)

    install_plugin(root, tmp_path)
    configuration = configure(root, agent, PLUGIN)
    assert_values_flow(root, "gateway", "hall", mode="--simulate")

    root.run("dpkg --install /tmp/collector.deb")  # an upgrade, for all that dpkg cares
    assert configuration == (root.path / "etc/collector/collector.toml").read_text()
    assert_owners(root)
    assert_values_flow(root, "gateway", "hall", mode="--simulate")

    root.run("dpkg --remove collector-agent")
    assert root.is_there("etc/collector/collector.toml")
    assert root.is_there("var/lib/collector/spool")
    assert not root.is_there("usr/lib/collector-agent")

    root.run("dpkg --purge collector-agent")
    for place in ("etc/collector", "var/lib/collector", "var/lib/collector-agent"):
        assert not root.is_there(place)


def install(root, package):
    root.put(package, "tmp/collector.deb")
    root.run(
        "apt-get update -q && apt-get install -y -q --no-install-recommends /tmp/collector.deb"
    )


def configure(root, agent, more=""):
    """Write the configuration as `sudoedit` would, which keeps owner and mode; return its text."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        page = listener.getsockname()[1]
    text = CONFIGURATION.format(agent=agent, page=page, more=more)
    (root.path / "etc/collector/collector.toml").write_text(text)
    root.page = page
    return text


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


def assert_the_service_does_what_the_manual_says(root, *sensors):
    """Start it as the unit does, look at it in every way there is, and stop it."""
    root.run("collector check")
    assert [] == problems(root)
    service = Service(root)
    service.wait_until_confirmed(*sensors)
    assert "ledger" in service.status()
    assert "confirmed by the agent" in root.run("collector status")
    root.run("collector status --audit")
    assert [] == problems(root)
    for route, word in (("/", b"<!doctype html>"), ("/metrics", b"collector_info{")):
        with urllib.request.urlopen(f"http://127.0.0.1:{root.page}{route}", timeout=50) as answer:
            assert word in answer.read()
    assert 0 == service.stop(), service.output
    assert "STOPPING=1" in service.told
    assert any(line.startswith("STATUS=") for line in service.told)
    assert "Traceback" not in service.output


def problems(root):
    """Return what doctor, asked by root, finds wrong in the view of the service's user."""
    findings = json.loads(root.run("collector doctor --json", check=False))
    assert "seen as the user collector" == findings[0]["what"]
    assert all(each["advice"] for each in findings if each["verdict"] != "ok")
    return [each["what"] for each in findings if each["verdict"] == "problem"]


def assert_root_leaves_nothing_that_is_closed_to_the_service(root):
    root.run("collector provision --force")
    assert "collector\n" == root.run("stat -c %U /var/lib/collector/identity/* | sort -u")
    assert "belongs to the user collector" in root.run("collector run", check=False)

    root.run("install -m 600 /dev/null /var/lib/collector/spool/left-by-root")
    (told,) = problems(root)
    assert told.endswith("holds what collector cannot read and write: spool/left-by-root")
    root.run("rm /var/lib/collector/spool/left-by-root")


def assert_a_device_without_rights_is_told(root, agent):
    configure(root, agent, UNREADABLE_DEVICE)
    root.run("mknod -m 600 /dev/ttyUSB0 c 188 0")
    (told,) = problems(root)
    assert "/dev/ttyUSB0 may not be opened by collector (group root, mode 0600)" in told
    root.run("rm /dev/ttyUSB0")


def install_plugin(root, tmp_path):
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", tmp_path, SAMPLE], check=True, timeout=120)
    (wheel,) = tmp_path.glob("collector_thermostat-*.whl")
    root.put(wheel, f"tmp/{wheel.name}")
    root.run(f"collector-pip install --no-index /tmp/{wheel.name}")
    assert "thermostat" in root.run("collector plugins list")


def assert_values_flow(root, *sensors, mode):
    """Run it as the service does until values of each sensor are confirmed."""
    root.run(f"collector check {mode}", user="collector")
    service = Service(root, mode)
    service.wait_until_confirmed(*sensors)
    assert 0 == service.stop(), service.output
    assert "Traceback" not in service.output
