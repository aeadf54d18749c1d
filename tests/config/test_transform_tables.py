"""What is said of ``[[source.transform]]`` tables when a configuration is loaded."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fake_plugins import PROBE, Probe, fake_loader, module_of

from collector.config import Config
from collector.config.schema import schema
from collector.service.changes import changes

Load = Callable[..., Config]
Complaints = Callable[..., list[str]]

SOURCE = """\
[[source]]
plugin = "probe"
sensor = "s"
metrics = ["warm", "power l1", "on"]
"""
AT = "source[0].transform[0]"


def with_transform(keys: str) -> str:
    return f"{SOURCE}[[source.transform]]\n{keys}\n"


class Learner(Probe):
    """May learn of more metrics."""

    @property
    def may_learn_metrics(self) -> bool:
        return True


LEARNER = fake_loader(probe=module_of(replace(PROBE, create=Learner)))


def test_transforms_are_read_in_the_order_of_the_file(load_text: Load) -> None:
    [source] = load_text(
        with_transform('type = "scale"\nmetric = "warm"\nfactor = 2')
        + '[[source.transform]]\ntype = "deadband"\nmetric = "*"\nabsolute = 1\nmax_period = "1h"\n'
    ).sources

    assert ["scale", "deadband"] == [each.type for each in source.transforms]


def test_transforms_in_a_drop_in_belong_to_the_source_there(load_text: Load) -> None:
    more = SOURCE.replace('"s"', '"u"') + '[[source.transform]]\ntype = "on_change"\nmetric = "*"\n'

    first, second = load_text(SOURCE, {"more.toml": more}).sources

    assert ((), ["on_change"]) == (first.transforms, [each.type for each in second.transforms])


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            'type = "scael"\nmetric = "warm"',
            f"6:1: {AT}.type: unknown type 'scael'; did you mean scale? (allowed: scale, offset, ",
        ),
        ('metric = "warm"', f"5:1: {AT}.type: is missing (allowed: scale, offset, clamp, rename"),
        ("type = 5", f"6:1: {AT}.type: unknown type 5 (allowed: "),
        ('type = "scale"\nmetric = "warm"', f"5:1: {AT}.factor: is missing"),
        ('type = "scale"\nfactor = 2', f"5:1: {AT}.metric: is missing"),
        (
            'type = "scale"\nmetric = "warm"\nfactor = 2\nfaktor = 2',
            f"9:1: {AT}.faktor: unknown key; did you mean factor? (allowed: ",
        ),
        (
            'type = "scale"\nmetric = "warm"\nfactor = 0',
            f"8:1: {AT}.factor: must not be 0: every value would be 0",
        ),
        (
            'type = "scale"\nmetric = "wärm"\nfactor = 2',
            f"7:1: {AT}.metric: 'wärm' is neither a metric id nor a pattern of ids: use 1 to 32",
        ),
        (
            'type = "scale"\nmetric = "wram"\nfactor = 2',
            f"7:1: {AT}.metric: there is no metric 'wram' here; did you mean warm? (there are: ",
        ),
        ('type = "clamp"\nmetric = "warm"', f"5:1: {AT}: needs minimum, maximum or both"),
        (
            'type = "range"\nmetric = "warm"\nminimum = 5\nmaximum = 4',
            f"5:1: {AT}: minimum 5 must not be more than maximum 4",
        ),
        ('type = "deadband"\nmetric = "warm"', f"5:1: {AT}: needs absolute, percent or both"),
        (
            'type = "deadband"\nmetric = "warm"\nabsolute = 0',
            f"8:1: {AT}.absolute: must be more than 0, got 0",
        ),
        (
            'type = "on_change"\nmetric = "warm"\nmin_period = "2s"\nmax_period = "1s"',
            f"5:1: {AT}: min_period must not be longer than max_period",
        ),
        (
            'type = "window"\nmetric = "warm"\nperiod = "10"',
            f"8:1: {AT}.period: '10' is no duration with a unit: write ",
        ),
        (
            'type = "window"\nmetric = "warm"\nperiod = "1min"\nfigures = ["mean", "median"]',
            f'9:20: {AT}.figures[1]: must be one of "min", "max", "mean", "last" or "count", got ',
        ),
        (
            'type = "window"\nmetric = "warm"\nperiod = "1min"\nfigures = []',
            f"9:1: {AT}.figures: must name at least one figure, and each only once",
        ),
        (
            'type = "frozen"\nmetric = "warm"\nafter = "10s"',
            f"8:1: {AT}.after: must be longer than the interval, 10 s",
        ),
        (
            'type = "rename"\nmetric = "warm"\nto = "on"',
            f"8:1: {AT}.to: 'on' is the id of another metric already",
        ),
        (
            'type = "rename"\nmetric = "*"\nto = "boiler"',
            f"5:1: {AT}: metric and to must both be ids, or both have one '*' and no '?'",
        ),
        (
            'type = "compute"\nmetric = "x"\nexpression = "2 * wram"',
            f"8:19: {AT}.expression: there is no metric 'wram' here; did you mean warm? (there ",
        ),
        (
            'type = "compute"\nmetric = "x"\nexpression = "warm + "',
            f"8:21: {AT}.expression: is no formula: invalid syntax",
        ),
        (
            "type = 'compute'\nmetric = 'x'\nexpression = '''\n  warm\n+ open(2)'''",
            f"10:3: {AT}.expression: there is no function open() (allowed: min, max, abs, ",
        ),
        (
            'type = "compute"\nmetric = "x"\nexpression = "\\u0077arm + b"',
            f"8:1: {AT}.expression: there is no metric 'b' here",
        ),
        (
            'type = "compute"\nmetric = "x"\nexpression = "power + 1"',
            f"8:15: {AT}.expression: there is no metric 'power' here; write 'power l1' in quotes",
        ),
        (
            'type = "compute"\nmetric = "x"\nexpression = "warm > 1"\nunit = "W"',
            f"9:1: {AT}.unit: must be left out: the result is true or false",
        ),
        (
            'type = "compute"\nmetric = "warm"\nexpression = "warm * 2"',
            f"7:1: {AT}.metric: 'warm' is the id of another metric already",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_transform_is_told_with_its_place(
    complaints_of: Complaints, keys: str, expected: str
) -> None:
    [complaint] = complaints_of(with_transform(keys))

    assert complaint.startswith(f"collector.toml:{expected}")


def test_what_is_no_table_of_a_transform_is_refused(complaints_of: Complaints) -> None:
    assert complaints_of(SOURCE + "transform = 5") == [
        "collector.toml:5:1: source[0].transform: must be a list, got 5"
    ]
    assert complaints_of(SOURCE + "transform = [5]") == [
        "collector.toml:5:14: source[0].transform[0]: must be a table, got 5"
    ]


def test_everything_that_is_wrong_is_told_at_once(complaints_of: Complaints) -> None:
    text = with_transform('type = "scael"') + with_transform('type = "clamp"\nmetric = "*"')

    assert 2 == len(complaints_of(text.replace('sensor = "s"', 'sensor = "t"', 1)))


def test_each_transform_sees_what_those_before_it_leave(complaints_of: Complaints) -> None:
    rename = 'type = "rename"\nmetric = "warm"\nto = "cold"\n'
    scale = '[[source.transform]]\ntype = "scale"\nmetric = "warm"\nfactor = 2'

    [complaint] = complaints_of(with_transform(rename + scale))

    assert complaint.startswith(
        "collector.toml:11:1: source[0].transform[1].metric: there is no metric 'warm' here"
    )


def test_a_pattern_that_stands_for_nothing_yet_is_no_mistake(load_text: Load) -> None:
    config = load_text(with_transform('type = "scale"\nmetric = "disk*"\nfactor = 2'))

    assert () == config.warnings


def test_a_metric_that_a_source_may_still_learn_of_is_only_doubtful(load_text: Load) -> None:
    text = with_transform('type = "scale"\nmetric = "wram"\nfactor = 2')

    [warning] = load_text(text, loader=LEARNER).warnings

    assert f":7:1: {AT}.metric: there is no metric 'wram' here; did you mean warm?" in warning
    assert warning.endswith("; the source may learn of it")


def test_a_source_that_tells_no_metrics_yet_is_taken_at_its_word(load_text: Load) -> None:
    text = with_transform('type = "scale"\nmetric = "any"\nfactor = 2').replace(
        '["warm", "power l1", "on"]', "[]"
    )

    assert () == load_text(text).warnings


def test_the_transforms_of_a_broken_plugin_are_read_all_the_same(load_text: Load) -> None:
    text = '[[source]]\nplugin = "broken"\nsensor = "t"\n[[source.transform]]\n'

    [source] = load_text(text + 'type = "on_change"\nmetric = "*"').sources

    assert source.broken
    assert ["on_change"] == [each.type for each in source.transforms]


SHARED = """\
[[source]]
plugin = "probe"
sensor = "s"
timestamp = "tick"
name = "{}"
"""


def test_metrics_of_a_shared_sensor_are_those_after_the_transforms(
    load_text: Load, complaints_of: Complaints
) -> None:
    both = SHARED.format("a") + SHARED.format("b")
    rename = '[[source.transform]]\ntype = "rename"\nmetric = "*"\nto = "b-*"\n'

    assert 2 == len(load_text(both + rename).sources)
    [complaint] = complaints_of(both)
    assert "metric 'temperature' of sensor 's' also comes from the source at" in complaint


def test_a_source_whose_transforms_differ_is_a_changed_source(load_text: Load) -> None:
    def sources(factor: float) -> Any:
        keys = f'type = "scale"\nmetric = "warm"\nfactor = {factor}'
        return load_text(with_transform(keys)).sources

    assert ("s",) == changes(sources(2), sources(3)).changed
    assert ("s",) == changes(sources(2), sources(2)).unchanged


def test_a_secret_in_a_formula_is_not_shown(complaints_of: Complaints) -> None:
    keys = 'type = "compute"\nmetric = "x"\nexpression = "${FORMULA}"'

    [complaint] = complaints_of(with_transform(keys), environ={"FORMULA": "nothing + 1"})

    assert complaint.startswith(f"collector.toml:8:1: {AT}.expression: there is no metric 'nothing")


def test_the_schema_knows_each_type_of_transform() -> None:
    described = schema([PROBE])

    [source] = described["properties"]["source"]["items"]["oneOf"]
    kinds = source["properties"]["transform"]["items"]["oneOf"]
    assert ["scale", "offset", "clamp"] == [
        each["properties"]["type"]["const"] for each in kinds[:3]
    ]
    assert all("description" in key for each in kinds for key in each["properties"].values())
    assert all(each["additionalProperties"] is False for each in kinds)


def test_a_source_has_a_hundred_transforms_at_most(complaints_of: Complaints) -> None:
    table = '[[source.transform]]\ntype = "offset"\nmetric = "temperature"\nadd = 1.0\n'

    text = '[[source]]\nplugin = "probe"\nsensor = "s"\ninterval = "1s"\n'

    [complaint] = complaints_of(text + table * 101)

    assert complaint.endswith("source[0].transform: has 101 tables: at most 100")
