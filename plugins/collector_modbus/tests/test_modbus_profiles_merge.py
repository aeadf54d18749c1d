import pytest

from collector_modbus.profiles.merge import points_of
from collector_modbus.profiles.profile import Profile
from collector_modbus.settings.source import ModbusSettings

METER = {
    "vendor": "Acme",
    "model": "M1",
    "max_registers": 60,
    "invalid": {"int16": [0x8000], "uint16": [0xFFFF]},
    "holes": [{"first": 100, "last": 109}],
    "point": [
        {"metric": "voltage_l1", "address": 0},
        {"metric": "voltage_l2", "address": 1},
        {"metric": "power", "sum": ["import", "-export"]},
        {"metric": "import", "address": 2},
        {"metric": "export", "address": 3},
        {"metric": "serial", "address": 8, "type": "string", "count": 4},
    ],
}


def settings(**keys):
    link = {"type": "tcp", "host": "meter"}
    return ModbusSettings.model_validate({"link": link, "profile": "acme", **keys})


def merged(**keys):
    return points_of(settings(**keys), Profile.model_validate(METER))


def read(device):
    return {point.metric: point.hidden for point in device.points}


def visible(device):
    return [point.metric for point in device.points if not point.hidden]


def test_without_a_word_all_of_the_profile_is_read_in_its_order():
    assert [point["metric"] for point in METER["point"]] == visible(merged())


def test_patterns_choose_among_the_profiles_metrics():
    device = merged(include=["voltage*", "import"], exclude=["*_l2"])

    assert ["voltage_l1", "import"] == visible(device)


def test_what_a_sum_needs_is_read_all_the_same_but_not_published():
    device = merged(include=["power"])

    assert {"power": False, "import": True, "export": True} == read(device)


def test_what_only_an_excluded_sum_needed_is_not_read():
    device = merged(
        point=[
            {"metric": "raw", "address": 20, "hidden": True},
            {"metric": "twice", "sum": ["raw", "raw"]},
            {"metric": "spare", "address": 21, "hidden": True},
        ],
        include=["voltage_l1"],
    )

    assert {"voltage_l1": False, "raw": True, "twice": False} == read(device)


def test_an_own_point_is_added_behind_those_of_the_profile():
    assert "extra" == visible(merged(point=[{"metric": "extra", "address": 30}]))[-1]


def test_an_own_point_replaces_that_of_the_profile_in_its_place():
    device = merged(point=[{"metric": "voltage_l2", "address": 50, "scale": 0.1}])

    assert ("voltage_l2", 50) == (device.points[1].metric, device.points[1].address)
    assert len(METER["point"]) == len(device.points)


def test_an_own_point_is_read_even_where_its_name_is_excluded():
    device = merged(include=["serial"], point=[{"metric": "export", "address": 50}])

    assert ["export", "serial"] == visible(device)


def test_a_source_without_a_profile_reads_its_own_points():
    own = settings(profile="", point=[{"metric": "level", "address": 1}])

    device = points_of(own, None)

    assert ["level"] == visible(device)
    assert (125, 2000, ()) == (device.max_registers, device.max_bits, device.holes)


def test_codes_without_a_value_are_the_sources_for_each_type_that_it_names():
    device = merged(invalid={"uint16": [], "int32": [0x80000000]})

    assert [0x8000] == device.invalid.int16
    assert [] == device.invalid.uint16
    assert [0x80000000] == device.invalid.int32


@pytest.mark.parametrize(("own", "taken"), [(125, 60), (10, 10)])
def test_the_smaller_count_of_registers_wins(own, taken):
    assert taken == merged(max_registers=own).max_registers


def test_holes_of_both_are_left_alone():
    device = merged(holes=[{"register": "input", "first": 0, "last": 65535}])

    assert [("holding", 100), ("input", 0)] == [
        (hole.register_table, hole.first) for hole in device.holes
    ]


def test_the_profile_itself_stays_as_it_is():
    profile = Profile.model_validate(METER)
    before = profile.model_dump()

    points_of(settings(include=["power"], group=[_group("fast", "power")]), profile)

    assert before == profile.model_dump()


def _group(name, *patterns):
    return {"name": name, "interval": "1s", "metrics": list(patterns)}


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        (
            {"include": ["voltage*", "powr"]},
            r"include: no metric matches 'powr'; did you mean 'power'\?",
        ),
        (
            {"include": ["voltge*"]},
            r"include: no metric matches 'voltge\*'; did you mean 'voltage_l\d'\?",
        ),
        (
            {"include": ["zzz"]},
            "'zzz'; there are voltage_l1, voltage_l2, power, import, export, serial",
        ),
        ({"exclude": ["*"]}, r"no point is left to read: .* none of the profile's \(6\)"),
        (
            {"exclude": ["*"], "point": [{"metric": "x", "address": 1, "hidden": True}]},
            "no point is left to read",
        ),
        (
            {"point": [{"metric": "net", "sum": ["import", "-exprt"]}]},
            r"sum 'net': there is no metric 'exprt'; did you mean 'export'\?",
        ),
        (
            {"point": [{"metric": "import", "sum": ["power"]}]},
            "sum 'power' contains itself: power -> import -> power",
        ),
        (
            {"point": [{"metric": "import", "address": 1, "enum": {"0": "off"}}]},
            "sum 'power': 'import' is no number but a string",
        ),
        (
            {"point": [{"metric": "x", "address": 99, "type": "uint32"}]},
            r"point 'x' \(holding 99-100\) lies in the hole holding 100 to 109",
        ),
        (
            {"point": [{"metric": "x", "address": 1, "scale_register": 109}]},
            r"point 'x' \(holding 109\) lies in the hole holding 100 to 109",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_one_line_with_what_would(keys, complaint):
    with pytest.raises(ValueError, match=complaint) as caught:
        merged(**keys)

    assert "\n" not in str(caught.value)


def test_a_pattern_without_a_profile_chooses_nothing():
    own = settings(profile="", include=["lev*"], point=[{"metric": "level", "address": 1}])

    with pytest.raises(ValueError, match=r"include: no metric matches 'lev\*'; there are none"):
        points_of(own, None)


def test_points_beside_a_hole_or_in_another_table_do_not_lie_in_it():
    device = merged(
        include=["serial"],
        point=[
            {"metric": "before", "address": 98, "type": "uint32"},
            {"metric": "behind", "address": 110},
            {"metric": "other", "register": "input", "address": 100},
        ],
    )

    assert ["serial", "before", "behind", "other"] == visible(device)
