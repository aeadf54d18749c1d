"""What each type of transform does to values, and to what the metrics are called."""

import pytest
from pydantic import ValidationError

from collector.plugin.source import Metric
from collector.wire.units import ValueType, ValueUnit

WARM = Metric(id="t", name="Warmth", unit=ValueUnit.CELSIUS)
COUNT = Metric(id="n", type=ValueType.INTEGER, annotation="pieces")
TEXT = Metric(id="text", type=ValueType.STRING)
FLAG = Metric(id="on", type=ValueType.BOOL)


def test_scale_multiplies_and_the_unit_stays(bed):
    rig = bed({"type": "scale", "metric": "t", "factor": 2.0}, metrics=[WARM, COUNT])

    assert [(5, {"t": 3.0, "n": 4})] == rig.put(5, t=1.5, n=4)
    assert {"t": WARM, "n": COUNT} == rig.metrics


def test_scale_changes_the_unit_as_it_is_told(bed):
    table = {"type": "scale", "metric": "n", "factor": 0.5, "unit": "W"}
    rig = bed(table, {"type": "offset", "metric": "t", "add": 273.15, "unit": "K"},
              metrics=[WARM, COUNT])  # fmt: skip

    assert Metric(id="n", unit=ValueUnit.WATT) == rig.metrics["n"]
    assert Metric(id="t", name="Warmth", annotation="K") == rig.metrics["t"]
    assert [(0, {"t": 274.15, "n": 1.5})] == rig.put(0, t=1.0, n=3)


def test_what_becomes_infinite_is_left_out_and_counted(bed):
    rig = bed({"type": "scale", "metric": "*", "factor": 1e10}, metrics=["a", "b"])

    assert [(0, {"b": 1e10})] == rig.put(0, a=1e300, b=1.0)
    assert [] == rig.put(1, a=1e300)
    assert {"scale": 2} == rig.filtered


def test_clamp_keeps_values_within_bounds_and_integers_integers(bed):
    rig = bed({"type": "clamp", "metric": "*", "minimum": 0.5, "maximum": 9.5},
              metrics=["t", COUNT])  # fmt: skip

    assert [(0, {"t": 0.5, "n": 1})] == rig.put(0, t=-4.0, n=-4)
    assert [(1, {"t": 9.5, "n": 9})] == rig.put(1, t=10.0, n=10)
    assert [(2, {"t": 3.0, "n": 3})] == rig.put(2, t=3.0, n=3)
    [(_, values)] = rig.put(3, n=10)
    assert type(values["n"]) is int
    assert COUNT == rig.metrics["n"]


def test_range_leaves_out_what_is_beyond(bed):
    rig = bed({"type": "range", "metric": "t", "minimum": 0, "maximum": 10.0}, metrics=["t", "u"])

    assert [(0, {"t": 0.0, "u": 99.0})] == rig.put(0, t=0.0, u=99.0)
    assert [(1, {"u": 99.0})] == rig.put(1, t=10.5, u=99.0)
    assert [] == rig.put(2, t=-1.0)
    assert {"range": 2} == rig.filtered


def test_rename_changes_the_id_and_keeps_the_name(bed):
    rig = bed({"type": "rename", "metric": "t", "to": "warm"}, metrics=[WARM, "u"])

    assert [(0, {"u": 2.0, "warm": 1.0})] == rig.put(0, t=1.0, u=2.0)
    assert ["Warmth", "u"] == [metric.title for metric in rig.metrics.values()]


def test_rename_of_one_may_change_the_name_as_well(bed):
    rig = bed({"type": "rename", "metric": "t", "to": "warm", "name": "Attic"}, metrics=[WARM])

    assert Metric(id="warm", name="Attic", unit=ValueUnit.CELSIUS) == rig.metrics["warm"]


def test_rename_of_all_puts_a_word_before_each(bed):
    rig = bed({"type": "rename", "metric": "*", "to": "boiler-*"}, metrics=["t", "u"])

    assert [(0, {"boiler-t": 1.0, "boiler-u": 2.0})] == rig.put(0, t=1.0, u=2.0)
    assert [] == rig.problems


@pytest.mark.parametrize(
    ("metrics", "table", "words"),
    [
        (["t", "u"], {"metric": "t", "to": "u"}, "'u' is the id of another metric already"),
        (["t" * 30], {"metric": "*", "to": "boiler-*"}, "which is no id"),
        (["t"], {"metric": "x", "to": "y"}, "there is no metric 'x' here (there are: t)"),
    ],
)
def test_a_rename_that_cannot_be_leaves_the_metric_alone(bed, metrics, table, words):
    rig = bed({"type": "rename", **table}, metrics=metrics)

    [(index, problem)] = rig.problems
    assert index == 0
    assert words in problem.message
    assert [(0, {metrics[0]: 1.0})] == rig.put(0, **{metrics[0]: 1.0})


def test_frozen_leaves_out_what_stays_the_same_until_it_changes(bed):
    rig = bed({"type": "frozen", "metric": "t", "after": "2s"})

    left = [bool(rig.put(at_ms, t=value)) for at_ms, value in [
        (0, 1.0), (1000, 1.0), (1999, 1.0), (2000, 1.0), (3000, 1.0), (4000, 2.0), (5000, 2.0),
    ]]  # fmt: skip

    assert [True, True, True, False, False, True, True] == left
    assert {"frozen": 2} == rig.filtered


def test_a_source_that_was_silent_is_not_called_frozen(bed):
    rig = bed({"type": "frozen", "metric": "on", "after": "2s"}, metrics=[FLAG])

    assert rig.put(0, on=True)
    assert rig.put(5000, on=True)
    assert rig.put(6000, on=True)
    assert not rig.put(7000, on=True)


def test_compute_adds_a_metric_with_its_unit(bed):
    table = {"type": "compute", "metric": "p", "expression": "u * i", "unit": "W", "name": "Power"}
    rig = bed(table, metrics=["u", "i"])

    assert [(0, {"u": 2.0, "i": 3.0, "p": 6.0})] == rig.put(0, u=2.0, i=3.0)
    assert Metric(id="p", name="Power", unit=ValueUnit.WATT) == rig.metrics["p"]
    assert (1, 0) == (rig.made, rig.filtered.total())


def test_compute_tells_true_from_false(bed):
    rig = bed({"type": "compute", "metric": "hot", "expression": "t > 30"}, metrics=[WARM])

    assert [(0, {"t": 31.0, "hot": True})] == rig.put(0, t=31.0)
    assert ValueType.BOOL is rig.metrics["hot"].type


def test_without_a_result_there_is_no_value_and_that_is_counted(bed):
    rig = bed({"type": "compute", "metric": "q", "expression": "a / b"}, metrics=["a", "b", "c"])

    assert [(0, {"a": 1.0, "b": 0.0})] == rig.put(0, a=1.0, b=0.0)
    assert [(1, {"a": 1.0})] == rig.put(1, a=1.0)
    assert (2, {"compute": 2}) == (rig.made, dict(rig.filtered))


def test_a_reading_with_none_of_its_inputs_does_not_concern_a_formula(bed):
    rig = bed({"type": "compute", "metric": "q", "expression": "a / b"}, metrics=["a", "b", "c"])

    assert [(0, {"c": 1.0})] == rig.put(0, c=1.0)
    assert 0 == rig.made


@pytest.mark.parametrize(
    ("metrics", "table", "key", "offset", "words"),
    [
        (["t"], {"metric": "t", "expression": "t"}, "metric", None, "is the id of another metric"),
        (["t"], {"metric": "x", "expression": "2 * tt"}, "expression", 4, "did you mean t?"),
        ([TEXT], {"metric": "x", "expression": "1+text"}, "expression", 2, "is a string"),
        (["t-1"], {"metric": "x", "expression": "t-1"}, "expression", 0, "write 't-1' in quotes"),
        (["t"], {"metric": "x", "expression": "t + sqrt"}, "expression", 4, "sqrt(...)"),
    ],
)
def test_a_formula_that_cannot_be_computed_says_where(bed, metrics, table, key, offset, words):
    rig = bed({"type": "compute", **table}, metrics=metrics)

    [(_, problem)] = rig.problems
    assert (key, offset) == (problem.key, problem.offset)
    assert words in problem.message
    assert [(0, {"t": 1.0})] == rig.put(0, t=1.0)


def test_order_is_that_of_the_file(bed):
    double = {"type": "scale", "metric": "*", "factor": 2.0}
    compute = {"type": "compute", "metric": "x", "expression": "t + 1"}

    assert [(0, {"t": 6.0, "x": 7.0})] == bed(double, compute).put(0, t=3.0)
    assert [(0, {"t": 6.0, "x": 8.0})] == bed(compute, double).put(0, t=3.0)


@pytest.mark.parametrize(
    "table",
    [
        {"type": "scale", "factor": 2.0},
        {"type": "offset", "add": 2.0},
        {"type": "clamp", "minimum": 2.0},
        {"type": "range", "minimum": 2.0},
        {"type": "deadband", "absolute": 2.0},
        {"type": "window", "period": "1min"},
    ],
)
def test_texts_pass_by_a_pattern_and_are_refused_by_name(bed, table):
    by_pattern = bed({**table, "metric": "*"}, metrics=[TEXT, FLAG])
    by_name = bed({**table, "metric": "text"}, metrics=[TEXT, FLAG])

    assert [(0, {"text": "x", "on": True})] == by_pattern.put(0, text="x", on=True)
    assert [(0, {"text": "x", "on": True})] == by_pattern.put(0, text="x", on=True)
    assert [] == by_pattern.problems
    [(_, problem)] = by_name.problems
    assert f"metric 'text' is a string: {table['type']} is for numbers" == problem.message
    assert by_name.put(0, text="x")


def test_metrics_that_come_later_are_taken_too(bed):
    rig = bed({"type": "scale", "metric": "disk*", "factor": 2.0}, metrics=["a"])

    rig.metrics, problems = rig.pipeline.follow([Metric(id="a"), Metric(id="disk1")])

    assert [] == rig.problems == problems
    assert [(0, {"a": 1.0, "disk1": 2.0})] == rig.put(0, a=1.0, disk1=1.0)


def test_a_pattern_has_wildcards_for_any_and_for_one(bed):
    rig = bed({"type": "scale", "metric": "l?-*", "factor": 2.0},
              metrics=["l1-u", "l22-u", "xl1-u", "l1"])  # fmt: skip

    [(_, values)] = rig.put(0, **{"l1-u": 1.0, "l22-u": 1.0, "xl1-u": 1.0, "l1": 1.0})

    assert {"l1-u": 2.0, "l22-u": 1.0, "xl1-u": 1.0, "l1": 1.0} == values


INTEGER = Metric(id="i", type=ValueType.INTEGER)


@pytest.mark.parametrize(
    "bounds",
    [{"minimum": 0.2, "maximum": 0.8}, {"minimum": 1e300}, {"maximum": -1e300}],
)
def test_clamp_is_refused_where_no_integer_lies_between_its_bounds(bed, bounds):
    it = bed({"type": "clamp", "metric": "i", **bounds}, metrics=[INTEGER])

    [(_, problem)] = it.problems
    assert "no integer of 64 bits lies between the bounds" == problem.message
    assert [(0, {"i": 5})] == it.put(0, i=5)


@pytest.mark.parametrize("bounds", [{"maximum": 1e300}, {"minimum": -1e300}])
def test_clamp_makes_no_integer_that_cannot_be_sent(bed, bounds):
    it = bed({"type": "clamp", "metric": "i", **bounds}, metrics=[INTEGER])

    assert [(0, {"i": 2**63 - 1})] == it.put(0, i=2**63 - 1)
    assert [(1, {"i": -(2**63)})] == it.put(1, i=-(2**63))


@pytest.mark.parametrize(
    "table",
    [
        {"type": "rename", "metric": "t", "to": "u", "name": "x" * 257},
        {"type": "compute", "metric": "u", "expression": "t", "unit": "x" * 257},
        {"type": "compute", "metric": "u", "expression": "t", "name": "x" * 257},
        {"type": "scale", "metric": "t", "factor": 2.0, "unit": "x" * 257},
    ],
)
def test_words_that_fit_no_message_are_refused(bed, table):
    with pytest.raises(ValidationError, match="at most 256 characters"):
        bed(table)
