"""The drop-in allows what the configuration names, and nothing else."""

import shutil
import subprocess
from pathlib import Path

import pytest

from collector.cli import main
from collector.operating.drop_in import UnitNeeds, drop_in, quoted
from collector.operating.needs import SourceNeeds
from collector.operating.nodes import Node, drivers
from collector.plugin.resources import Resources

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "packaging" / "systemd" / "collector.service"
BY_ID = "/dev/serial/by-id/usb-FTDI_A50285BI-if00-port0"

NODES = {
    node.path: node
    for node in (
        Node(path="/dev/ttyAMA0", target="/dev/ttyAMA0", driver="ttyAMA", group="dialout"),
        Node(path="/dev/i2c-1", target="/dev/i2c-1", driver="i2c", group="i2c"),
        Node(path=BY_ID, target="/dev/ttyUSB3", driver="ttyUSB", is_usb=True, group="dialout"),
        Node(path="/dev/ttyS9", target="/dev/ttyS9", driver="ttyS", group="root"),
    )
}


def lines(*sources, agent_host="localhost", **more):
    needs = UnitNeeds(
        config_file=Path("/etc/collector/collector.toml"),
        sources=[
            SourceNeeds(name=f"s{number}", plugin="p", resources=resources)
            for number, resources in enumerate(sources)
        ],
        agent_host=agent_host,
        read=more.get("read", []),
        written=more.get("written", []),
        has_visitors=more.get("has_visitors", False),
    )
    return drop_in(needs, lambda path: NODES.get(path, Node(path=path)))


def assigned(text, key):
    """Return what a key has after the last empty assignment, as systemd reads it."""
    values = [line.partition("=")[2] for line in text if line.startswith(f"{key}=")]
    assert "" in values
    return values[len(values) - values[::-1].index("") :]


def test_a_configuration_that_needs_nothing_gets_nothing():
    text = lines(Resources())

    assert [] == assigned(text, "DeviceAllow")
    assert [] == assigned(text, "SupplementaryGroups")
    assert [] == assigned(text, "ReadWritePaths")
    assert ["localhost"] == assigned(text, "IPAddressAllow")
    assert "DevicePolicy=closed" in text
    assert "IPAddressDeny=any" in text


def test_what_is_built_in_is_allowed_by_its_node_with_its_group():
    text = lines(Resources(devices=["/dev/ttyAMA0"]), Resources(devices=["/dev/i2c-1"]))

    assert ["/dev/ttyAMA0 rw", "/dev/i2c-1 rw"] == assigned(text, "DeviceAllow")
    assert ["dialout i2c"] == assigned(text, "SupplementaryGroups")


def test_what_may_be_plugged_in_again_is_allowed_by_its_class():
    text = lines(Resources(devices=[BY_ID]))

    assert ["char-ttyUSB rw"] == assigned(text, "DeviceAllow")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/dev/ttyUSB0", ["char-ttyUSB rw"]),
        ("/dev/ttyACM1", ["char-ttyACM rw"]),
        ("/dev/serial/by-id/usb-other", ["char-ttyUSB rw", "char-ttyACM rw"]),
        ("/dev/i2c-7", ["/dev/i2c-7 rw"]),
        ("/dev/ttyRS485", ["/dev/ttyRS485 rw"]),
    ],
)
def test_what_is_not_there_yet_is_allowed_as_far_as_its_name_tells(path, expected):
    assert expected == assigned(lines(Resources(devices=[path])), "DeviceAllow")


def test_what_several_sources_share_is_allowed_once_and_names_them():
    shared = Resources(devices=["/dev/i2c-1"])

    text = lines(shared, shared)

    assert ["/dev/i2c-1 rw"] == assigned(text, "DeviceAllow")
    assert any(line.startswith("# s0, s1: /dev/i2c-1: ") for line in text)


def test_the_group_root_is_never_given():
    text = lines(Resources(devices=["/dev/ttyS9"]))

    assert [] == assigned(text, "SupplementaryGroups")
    assert any("belongs to root alone" in line for line in text)


def test_addresses_are_allowed_and_all_others_denied():
    text = lines(Resources(hosts=["10.0.0.7"]), Resources(hosts=["10.0.0.7"]), agent_host="fd00::1")

    assert ["localhost fd00::1 10.0.0.7"] == assigned(text, "IPAddressAllow")
    assert "IPAddressDeny=any" in text


def test_a_name_cannot_be_given_so_nothing_is_denied_and_it_says_so():
    text = lines(agent_host="agent.example")

    assert [] == assigned(text, "IPAddressAllow")
    assert [] == assigned(text, "IPAddressDeny")
    assert any("names cannot be given here" in line for line in text)


def test_visitors_of_the_status_page_may_come_from_anywhere():
    text = lines(has_visitors=True)

    assert [] == assigned(text, "IPAddressAllow")
    assert [] == assigned(text, "IPAddressDeny")
    assert any("the status page may be visited" in line for line in text)


@pytest.mark.parametrize(("host", "is_open"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_a_page_for_other_machines_is_seen_in_the_configuration(tmp_path, capsys, host, is_open):
    token = tmp_path / "web.token"
    token.write_text("0123456789abcdef")
    token.chmod(0o600)
    file = tmp_path / "collector.toml"
    file.write_text(f'[web]\nenabled = true\nhost = "{host}"\ntoken_file = "web.token"\n')

    assert 0 == main(["systemd-unit", "--config", str(file)])

    text = capsys.readouterr().out
    assert is_open == ("the status page may be visited" in text)
    assert f"ReadOnlyPaths=-{token}" in text


def test_a_source_that_does_not_say_what_it_touches_is_left_to_people():
    text = lines(None)

    assert any("s0 (plugin p): does not say what it touches" in line for line in text)
    assert [] == assigned(text, "IPAddressDeny")


def test_a_spool_elsewhere_may_be_written_and_the_state_directory_needs_no_line():
    text = lines(written=[Path("/var/lib/collector"), Path("/mnt/my card/spool")])

    assert ['"/mnt/my card/spool"'] == assigned(text, "ReadWritePaths")


def test_files_of_sources_and_of_authorities_may_be_read():
    text = lines(Resources(files=["/etc/keys/a.pem"]), read=[Path("/opt/ca.crt")])

    expected = ["-/etc/collector/collector.toml", "-/opt/ca.crt", "-/etc/keys/a.pem"]
    assert expected == assigned(text, "ReadOnlyPaths")


def test_what_the_unit_hides_is_told():
    text = lines(read=[Path("/home/me/ca.crt")])

    assert any(line.startswith("# /home/me/ca.crt is hidden") for line in text)


def test_a_percent_sign_is_no_specifier():
    assert "/mnt/100%%" == quoted(Path("/mnt/100%"))


def test_no_line_but_a_command_is_too_long():
    text = lines(*(Resources(devices=[path]) for path in NODES), agent_host="agent.example")

    assert [] == [line for line in text if len(line) > 100]


def test_classes_are_those_of_character_devices_alone():
    text = "Character devices:\n  4 ttyS\n188 ttyUSB\n\nBlock devices:\n  4 disk\n"

    assert {4: "ttyS", 188: "ttyUSB"} == drivers(text)


CONFIG = """
[agent]
host = "192.0.2.1"
[[source]]
plugin = "system"
sensor = "gateway"
[[source]]
plugin = "serial"
sensor = "gps"
interval = "0s"
port = "/dev/ttyUSB7"
format = "nmea"
[[source]]
plugin = "i2c"
sensor = "air"
device = "bme280"
bus = 1
[[source]]
plugin = "modbus"
sensor = "meter"
unit_id = 1
link = { type = "tcp", host = "192.0.2.10" }
point = [{ metric = "p", address = 1, type = "uint16" }]
[[source]]
plugin = "modbus"
sensor = "drive"
unit_id = 1
link = { type = "rtu", port = "/dev/ttyUSB7" }
point = [{ metric = "p", address = 1, type = "uint16" }]
"""


@pytest.fixture
def printed(tmp_path, capsys):
    file = tmp_path / "collector.toml"
    file.write_text(CONFIG)
    assert 0 == main(["systemd-unit", "--config", str(file)])
    return capsys.readouterr().out


def test_the_bundled_plugins_say_what_they_touch(printed):
    text = printed.splitlines()

    rules = assigned(text, "DeviceAllow")
    assert "char-ttyUSB rw" == rules[0]
    assert ["localhost 192.0.2.1 192.0.2.10"] == assigned(text, "IPAddressAllow")
    assert "does not say" not in printed


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_every_line(printed, tmp_path):
    program = tmp_path / "collector"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "units" / "collector.service"
    unit.parent.mkdir()
    unit.write_text(UNIT.read_text("utf-8").replace("/usr/bin/collector", str(program)))
    folder = unit.with_name("collector.service.d")
    folder.mkdir()
    (folder / "devices.conf").write_text(printed)

    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)
    broken = folder / "broken.conf"
    broken.write_text("[Service]\nDevicePolicy=most\n")
    again = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    assert "broken.conf" in again.stderr  # so drop-ins are read at all
