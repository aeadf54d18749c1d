"""What a scan says of what it heard, and the lines that it suggests."""

import tomllib

import pytest

from collector_modbus.commissioning.candidates import Candidate
from collector_modbus.commissioning.findings import Found, Sweep
from collector_modbus.commissioning.presence import Presence, Sign
from collector_modbus.commissioning.remarks import remarks
from collector_modbus.commissioning.suggestion import source_tomls
from collector_modbus.profiles.device_library import Library
from collector_modbus.settings.link import NetworkLink, SerialLink
from collector_modbus.settings.source import ModbusSettings

LIBRARY = {name: Library().load(name) for name in Library().names()}
COMMON = ("plugin", "sensor", "interval")


def line(**settings):
    return SerialLink(type="rtu", port="/dev/ttyTEST", **settings)


def heard(link, *signs):
    return Sweep(link, [Presence(n, sign, f"unit {n}: {sign}") for n, sign in enumerate(signs, 1)])


def found(link, *profiles, took_s=0.02):
    fitting = tuple(Candidate(name, "input 70-71", is_exact=False) for name in profiles)
    return Found(link, Presence(7, Sign.ANSWER, "data", took_s), None, fitting)


def source_toml(unit, profiles):
    [(_, toml)] = source_tomls([unit], profiles)
    return toml


def settings_in(toml):
    """The suggested source, as the configuration would understand it."""
    [table] = tomllib.loads(toml)["source"]
    assert set(COMMON) <= set(table)
    return ModbusSettings.model_validate({k: v for k, v in table.items() if k not in COMMON})


@pytest.mark.parametrize("profile", sorted(LIBRARY))
def test_the_suggested_source_is_one_that_the_configuration_takes(profile):
    toml = source_toml(found(line(baudrate=2400, parity="E"), profile), LIBRARY)

    settings = settings_in(toml)

    link = settings.link
    assert (7, profile) == (settings.unit_id, settings.profile)
    assert ("/dev/ttyTEST", 2400, "E") == (link.port, link.baudrate, link.parity)
    assert len(tomllib.loads(toml)["source"][0]["sensor"]) <= 32


def test_the_suggested_source_names_the_other_profiles_that_fit():
    toml = source_toml(found(line(), "eastron-sdm120", "eastron-sdm630"), LIBRARY)

    assert 'profile = "eastron-sdm120"  # or eastron-sdm630' in toml


def test_the_suggested_link_has_the_pauses_that_the_device_needs():
    link = NetworkLink(type="tcp", host="inverter", port=6607)

    settings = settings_in(source_toml(found(link, "huawei-sun2000"), LIBRARY))

    assert ("inverter", 6607) == (settings.link.host, settings.link.port)
    assert (1.0, 15.0) == (settings.link.delay_after_connect, settings.link.response_timeout)


def test_the_suggested_link_waits_longer_for_a_unit_that_was_slow():
    slow = settings_in(source_toml(found(line(), "finder-7m", took_s=0.8), LIBRARY))
    quick = settings_in(source_toml(found(line(), "finder-7m", took_s=0.4), LIBRARY))

    assert (1.6, 1.0) == (slow.link.response_timeout, quick.link.response_timeout)


def test_units_of_one_line_agree_on_its_pauses_and_its_patience():
    units = [
        found(line(), "finder-7m"),
        found(line(), "eastron-sdm630"),
        found(line(response_timeout="3s"), "finder-7m", took_s=1.2),
    ]

    links = [settings_in(toml).link for _, toml in source_tomls(units, LIBRARY)]

    assert [(0.1, 2.4)] * 3 == [
        (each.delay_between_requests, each.response_timeout) for each in links
    ]


def test_units_found_at_another_speed_keep_what_is_theirs():
    units = [found(line(baudrate=9600), "eastron-sdm630"), found(line(baudrate=1200), "finder-7m")]

    links = [settings_in(toml).link for _, toml in source_tomls(units, LIBRARY)]

    assert [(9600, 0.1), (1200, 0.0)] == [(e.baudrate, e.delay_between_requests) for e in links]


@pytest.mark.parametrize(
    ("baudrate", "units", "interval"),
    [(9600, 1, "10s"), (9600, 32, "30s"), (300, 247, "1h")],
)
def test_an_interval_is_suggested_that_the_line_can_carry(baudrate, units, interval):
    there = [found(line(baudrate=baudrate), "eastron-sdm630")] * units

    [text] = {
        tomllib.loads(toml)["source"][0]["interval"] for _, toml in source_tomls(there, LIBRARY)
    }

    assert interval == text


def test_a_port_with_odd_letters_stays_the_same():
    odd = SerialLink(type="rtu", port='/dev/"ä\\b')

    assert odd.port == settings_in(source_toml(found(odd, "finder-7m"), LIBRARY)).link.port


def test_where_no_profile_fits_the_way_to_go_on_is_told_in_a_comment():
    toml = source_toml(found(line(baudrate=19200, parity="E", stopbits=2)), LIBRARY)

    assert {} == tomllib.loads(toml)
    options = "--port /dev/ttyTEST --baudrate 19200 --parity E --stopbits 2"
    assert f"collector modbus read {options} --unit 7 --address 0\n" in toml


def test_where_something_answers_damaged_a_wrong_speed_or_two_devices_are_suspected():
    [said, *_] = remarks([heard(line(), Sign.DAMAGED, Sign.SILENCE, Sign.DAMAGED)])

    assert said.startswith("9600 8N1: something answers, but not soundly: unit 1: damaged (and 1 ")
    assert "try another speed or parity" in said
    assert "two devices with this unit id" in said


def test_what_is_heard_at_a_wrong_speed_is_not_told_once_the_right_one_is_known():
    wrong, right = line(), line(baudrate=19200)

    assert [] == remarks([heard(wrong, Sign.DAMAGED), heard(right, Sign.ANSWER)])
    assert 1 == len(remarks([heard(wrong, Sign.SILENCE), heard(right, Sign.ANSWER, Sign.DAMAGED)]))


def test_answers_that_nobody_asked_for_are_those_to_a_second_master():
    sweep = heard(line(), Sign.ANSWER)
    sweep.foreign = 5

    assert "5 answers came that nobody had asked for: a second master" in remarks([sweep])[0]


def test_connections_that_are_closed_each_time_belong_to_another_program():
    link = NetworkLink(type="tcp", host="x")

    assert "one connection at a time" in remarks([heard(link, Sign.HUNG_UP, Sign.HUNG_UP)])[0]
    assert [] == remarks([heard(link, Sign.HUNG_UP, Sign.ANSWER)])


def test_where_nobody_is_found_it_is_told_what_to_try():
    serial = remarks([heard(line(), Sign.SILENCE)])
    network = remarks([heard(NetworkLink(type="tcp", host="x"), Sign.SILENCE)])

    assert "A and B the other way round" in serial[0]
    assert "of 247 possible units, 1 was asked: --units 1-247 asks all" == serial[1]
    assert "try another --type" in network[0]


def test_more_units_than_a_line_carries_are_one_device():
    link = NetworkLink(type="tcp", host="x")
    many, few = heard(link, *[Sign.ANSWER] * 33), heard(link, *[Sign.ANSWER] * 32)

    assert [1] == [presence.unit_id for presence in many.distinct]
    assert "all 33 units answer: that is one device" in remarks([many])[0]
    assert 32 == len(few.distinct)
    assert 33 == len(heard(line(), *[Sign.ANSWER] * 33).distinct)
