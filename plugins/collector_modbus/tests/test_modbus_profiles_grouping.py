import pytest

from collector_modbus.profiles.grouping import assigned
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import GroupSettings

VOLTAGE = {"metric": "voltage", "address": 0}
POWER = {"metric": "power", "sum": ["import", "-export"]}
IMPORT = {"metric": "import", "address": 2, "hidden": True}
EXPORT = {"metric": "export", "address": 3, "hidden": True}


def groups_of(points, *groups):
    made = assigned([PointSettings.model_validate(point) for point in points], groups)
    return {point.metric: point.group for point in made}


def group(name, *patterns):
    return GroupSettings(name=name, interval="1s", metrics=list(patterns))


def test_a_point_that_nobody_names_has_no_group():
    assert {"voltage": ""} == groups_of([VOLTAGE])


def test_the_first_group_that_matches_takes_a_point():
    found = groups_of([VOLTAGE, POWER, IMPORT, EXPORT], group("fast", "volt*"), group("all", "*"))

    assert ("fast", "all") == (found["voltage"], found["power"])


def test_a_point_that_names_its_group_belongs_to_it_whatever_matches():
    points = [VOLTAGE | {"group": "slow"}, {"metric": "volts", "address": 9}]

    found = groups_of(points, group("fast", "volt*"), group("slow"))

    assert {"voltage": "slow", "volts": "fast"} == found


def test_hidden_terms_go_with_their_sum_whatever_matches_them():
    found = groups_of([VOLTAGE, POWER, IMPORT, EXPORT], group("fast", "power"), group("all", "*"))

    assert {"voltage": "all", "power": "fast", "import": "fast", "export": "fast"} == found


def test_hidden_terms_go_along_through_hidden_sums():
    points = [
        {"metric": "total", "sum": ["net", "voltage"], "group": "fast"},
        {"metric": "net", "sum": ["import"], "hidden": True},
        IMPORT,
        VOLTAGE | {"group": "fast"},
    ]

    assert {"fast"} == set(groups_of(points, group("fast")).values())


@pytest.mark.parametrize(
    ("points", "groups", "complaint"),
    [
        (
            [VOLTAGE | {"group": "fst"}],
            [group("fast")],
            r"point 'voltage': there is no \[\[source.group\]\] 'fst'; did you mean 'fast'\?",
        ),
        ([VOLTAGE | {"group": "fast"}], [], "no .* 'fast'; there are none"),
        (
            [VOLTAGE],
            [group("fast", "voltge*")],
            r"group 'fast': no metric matches 'voltge\*'; did you mean 'voltage'\?",
        ),
        (
            [VOLTAGE, POWER, IMPORT, EXPORT],
            [group("fast", "import")],
            "group 'fast': no metric matches 'import'",
        ),
        ([VOLTAGE], [group("fast")], "group 'fast' has no points: no metrics"),
        (
            [VOLTAGE],
            [group("fast", "*"), group("slow", "volt*")],
            "group 'slow' has no points: groups before it have all that it matches",
        ),
        (
            [POWER, IMPORT | {"hidden": False}, EXPORT],
            [group("fast", "power")],
            "sum 'power' is read in group 'fast', but its term 'import' at the source's interval",
        ),
        (
            [POWER | {"group": "fast"}, IMPORT | {"group": "slow"}, EXPORT],
            [group("fast"), group("slow")],
            "sum 'power' is read in group 'fast', but its term 'import' in group 'slow'",
        ),
        (
            [POWER, {"metric": "twice", "sum": ["import", "import"]}, IMPORT, EXPORT],
            [group("fast", "power"), group("slow", "twice")],
            "its term 'import' in group",
        ),
    ],
)
def test_groups_that_cannot_be_are_said_in_one_line(points, groups, complaint):
    with pytest.raises(ValueError, match=complaint):
        groups_of(points, *groups)
