"""What holds for every file of the library."""

import re

import pytest

from collector import ValueType, ValueUnit
from collector_modbus.profiles.device_library import Library

NAMES = Library().names()
DEVICES = {name: Library().load(name) for name in NAMES}
POINTS = [
    pytest.param(point, id=f"{name}-{point.metric}")
    for name, profile in DEVICES.items()
    for point in profile.points
]

every_device = pytest.mark.parametrize("profile", DEVICES.values(), ids=DEVICES)
every_point = pytest.mark.parametrize("point", POINTS)


def test_the_library_has_twenty_devices_and_more():
    assert len(NAMES) >= 20
    assert {"eastron-sdm630", "huawei-sun2000", "xy-md02"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_lower_case_with_dashes(name):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)


@every_device
def test_a_device_says_where_its_table_comes_from_and_how_sure_it_is(profile):
    assert "" not in (profile.vendor, profile.model, profile.source, profile.verified)
    assert profile.verified.endswith("Not yet tried on hardware here.")


@every_device
def test_texts_are_one_line(profile):
    texts = (profile.vendor, profile.model, profile.source, profile.verified, profile.note)

    assert not any("\n" in text or "  " in text or text != text.strip() for text in texts)


@every_device
def test_a_device_says_how_it_is_reached(profile):
    has_line = None not in (profile.link.baudrate, profile.link.parity, profile.link.stopbits)

    assert profile.link.unit_id is not None
    assert has_line or profile.link.tcp_port


@every_device
def test_the_names_of_a_devices_points_tell_them_apart(profile):
    names = [point.name for point in profile.points]

    assert len(set(names)) == len(names)


@every_point
def test_a_point_has_a_name_that_the_agent_takes(point):
    assert re.fullmatch(r"[A-Z][A-Za-z0-9 _-]{1,31}", point.name)


@every_point
def test_a_metric_is_called_by_words_with_underscores(point):
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", point.metric)


QUANTITIES = (  # how metrics are called, and what they are then in
    ("reactive_energy$", "kvarh"),
    ("energy(_l[123])?$", ValueUnit.JOULE),
    ("^reactive_power", "var"),
    ("^apparent_power", "VA"),
    ("^power_factor", ""),
    ("power(_l[123])?$", ValueUnit.WATT),
    ("voltage(_l[123n]+)?$", ValueUnit.VOLT),
    ("current(_l[123]|_n|_avg)?$", ValueUnit.AMPERE),
    ("frequency$", ValueUnit.HERTZ),
    ("^phase_angle$", ValueUnit.RADIAN),
    ("temperature$", ValueUnit.CELSIUS),
    ("^(humidity|efficiency|thd_l1)$", ValueUnit.PERCENT),
    ("resistance$", ValueUnit.OHM),
)


@every_point
def test_a_quantity_is_in_the_same_unit_in_every_device(point):
    metric = point.as_metric()
    named = [unit for pattern, unit in QUANTITIES if re.search(pattern, metric.id)]

    is_number = metric.unit is not None or metric.type is ValueType.DOUBLE
    assert named[:1] == ([metric.unit or metric.annotation] if is_number else [])


def test_what_needs_time_says_so():
    huawei, meter = DEVICES["huawei-sun2000"].link, DEVICES["eastron-sdm630"].link

    assert (1.0, 15.0) == (huawei.delay_after_connect, huawei.response_timeout)
    assert 0.1 == meter.delay_between_requests
