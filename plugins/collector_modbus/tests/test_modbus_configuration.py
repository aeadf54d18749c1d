"""What `collector check` says to a Modbus table that cannot work: where, what, what is right."""

from pathlib import Path

import pytest

from collector.config import load
from collector.errors import ConfigError
from collector.testkit.clock import FakeClock

RTU = 'link = { type = "rtu", port = "/dev/ttyUSB0" }'
TCP = 'link = { type = "tcp", host = "plc" }'


def table(*lines, link=TCP, interval="1s", sensor="meter"):
    head = ["[[source]]", 'plugin = "modbus"', f'sensor = "{sensor}"', f'interval = "{interval}"']
    return "\n".join([*head, link, *lines, ""])


def loaded(tmp_path, text):
    file = tmp_path / "collector.toml"
    file.write_text(text, "utf-8")
    return load(file, strict=True, environ={"XDG_STATE_HOME": "/state"}, clock=FakeClock())


def complaints(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    return [line.removeprefix(f"{tmp_path}/") for line in caught.value.complaints]


def point(*lines):
    return "\n".join(["[[source.point]]", 'metric = "m"', *lines])


MISTAKES = {
    "address out of range": (
        table(point("address = 65536")),
        "source[0].point[0].address: must be less than 65536, got 65536",
    ),
    "value behind the last address": (
        table(point("address = 65535", 'type = "float32"')),
        "source[0].point[0]: float32 at 65535 ends behind the last address, 65535",
    ),
    "unknown type": (
        table(point("address = 1", 'type = "float"')),
        'source[0].point[0].type: must be one of "bool", "uint8"',
    ),
    "a 32-bit value of one register": (
        table(point("address = 1", 'type = "int32"', "count = 1")),
        "source[0].point[0]: int32 takes 2 registers, not 1: leave count out",
    ),
    "unit 0 on a serial line": (
        table("unit_id = 0", point("address = 1"), link=RTU),
        "source[0]: unit_id: must be 1 to 247 on a serial line, got 0",
    ),
    "unit 248 on a serial line": (
        table("unit_id = 248", point("address = 1"), link=RTU),
        "source[0]: unit_id: must be 1 to 247 on a serial line, got 248",
    ),
    "unknown transport": (
        table(point("address = 1"), link='link = { type = "tpc", host = "plc" }'),
        'source[0].link: type must be one of "rtu", "ascii", "tcp", "rtu-over-tcp", "udp", "tls"',
    ),
    "a link without its type": (
        table(point("address = 1"), link='link = { host = "plc" }'),
        "source[0].link: type is missing",
    ),
    "unknown key": (
        table(point("address = 1", "adress = 2")),
        "source[0].point[0].adress: unknown key; did you mean address?",
    ),
    "unknown profile": (
        table('profile = "eastron-sdm63"'),
        "source[0]: profile: there is no 'eastron-sdm63'; did you mean 'eastron-sdm630'?",
    ),
    "nothing to read": (
        table("unit_id = 1"),
        "source[0]: needs a profile, a profile_file or a [[source.point]]",
    ),
    "a group that is not there": (
        table(point("address = 1", 'group = "fast"')),
        "source[0]: ",
    ),
    "a hole backwards": (
        table("holes = [{ first = 9, last = 2 }]", point("address = 1")),
        "source[0].holes[0]: last is 2, below first, 9",
    ),
    "a code beyond its type": (
        table("invalid = { int16 = [-32768] }", point("address = 1")),
        "source[0].invalid: int16: -32768 is no unsigned code of 16 bits: write 0x8000",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_with_its_place(tmp_path, mistake):
    text, expected = MISTAKES[mistake]

    [complaint] = complaints(tmp_path, text)

    file, line, column, rest = complaint.split(":", 3)
    assert "collector.toml" == file
    assert line.isdigit()
    assert column.isdigit()
    assert rest.strip().startswith(expected)


def test_different_settings_for_one_link_are_refused(tmp_path):
    slow = 'link = { type = "rtu", port = "/dev/ttyUSB0", baudrate = 2400 }'
    text = table(point("address = 1"), link=RTU) + table(
        point("address = 1"), link=slow, sensor="other"
    )

    [complaint] = complaints(tmp_path, text)

    assert "source[1].link: baudrate must be the same in all sources of one link" in complaint


def test_more_than_a_link_has_time_for_is_refused(tmp_path):
    text = table('profile = "eastron-sdm630"', link=RTU, interval="100ms")

    [complaint] = complaints(tmp_path, text)

    assert "of bus time every 0.1 s: lengthen its interval to" in complaint


def test_what_only_an_assumption_about_the_network_forbids_is_a_warning(tmp_path):
    far_apart = [f'metric = "m{n}"\naddress = {n * 1000}\n' for n in range(30)]
    text = table(*(f"[[source.point]]\n{it}" for it in far_apart), interval="100ms")

    config = loaded(tmp_path, text)

    [warning] = config.warnings
    assert "of bus time every 0.1 s" in warning
    assert "(if each request takes 5 ms)" in warning


def test_what_is_tight_or_ignores_a_known_pause_is_a_warning(tmp_path):
    config = loaded(tmp_path, table('profile = "eastron-sdm630"', link=RTU, interval="1s"))

    assert any('this device needs delay_between_requests = "100ms"' in w for w in config.warnings)


def test_a_port_whose_name_changes_with_the_order_of_plugging_in_is_a_warning(tmp_path):
    config = loaded(tmp_path, table(point("address = 1"), link=RTU))

    [warning] = config.warnings
    assert "source[0].link.port: /dev/ttyUSB0 may be another device after a reboot" in warning


def test_a_profile_of_ones_own_lies_beside_the_configuration(tmp_path):
    (tmp_path / "mine.toml").write_text(
        'vendor = "Me"\nmodel = "One"\n\n[[point]]\nmetric = "a"\naddress = 3\n', "utf-8"
    )

    config = loaded(tmp_path, table('profile_file = "mine.toml"'))

    assert Path(tmp_path / "mine.toml") == config.sources[0].settings.profile_file


def test_mistakes_in_a_profile_file_are_told_with_its_lines(tmp_path):
    (tmp_path / "mine.toml").write_text(
        'vendor = "Me"\n\n[[point]]\nmetric = "a"\naddress = 70000\n', "utf-8"
    )

    found = complaints(tmp_path, table('profile_file = "mine.toml"'))

    assert [
        "mine.toml: model: is missing",
        "mine.toml:5:1: point[0].address: must be less than 65536, got 70000",
    ] == found
