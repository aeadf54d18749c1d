"""Windows: where they lie, which figures they give, and that these are of the values covered."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transform_bed import Bed

from collector.clock import Instant
from collector.plugin.source import Metric
from collector.transforms.step import Stamp
from collector.wire.units import ValueType, ValueUnit

ALL = ["min", "max", "mean", "last", "count"]
ROUND_MS = 1_700_000_040_000 - 1_700_000_000_000
"""The first full minute of the wall clock after boot."""


def window(**keys):
    return {"type": "window", "metric": "t", "period": "1min", **keys}


def test_a_window_ends_with_the_first_value_after_it(bed):
    rig = bed(window(figures=ALL))

    left = [rig.put(ROUND_MS + at_s * 1000, t=value)
            for at_s, value in [(0, 4.0), (20, 1.0), (59, 7.0), (60, 5.0)]]  # fmt: skip

    assert [[], [], []] == left[:3]
    figures = {"t-min": 1.0, "t-max": 7.0, "t-mean": 4.0, "t-last": 7.0, "t-count": 3}
    assert [(ROUND_MS + 59_000, figures)] == left[3]
    assert ({"window": 4}, 5) == (rig.filtered, rig.made)


def test_the_first_window_is_as_long_as_what_is_left_of_it(bed):
    rig = bed(window())
    rig.put(ROUND_MS + 45_000, t=1.0)

    assert rig.pipeline.due_ms == ROUND_MS + 60_000 - 10
    assert [(ROUND_MS + 45_000, {"t-mean": 1.0})] == rig.put(ROUND_MS + 60_000, t=2.0)


def test_a_tick_a_few_milliseconds_before_a_window_belongs_to_it(bed):
    rig = bed(window(figures=["count"]))
    rig.put(ROUND_MS - 5, t=1.0)
    rig.put(ROUND_MS + 30_000, t=1.0)

    [(_, values)] = rig.put(ROUND_MS + 59_995, t=2.0)

    assert {"t-count": 2} == values


def test_a_window_that_is_over_leaves_although_no_value_comes(bed):
    rig = bed(window())
    rig.put(ROUND_MS, t=1.0)

    assert [] == rig.flush(ROUND_MS + 59_000)
    assert [(ROUND_MS, {"t-mean": 1.0})] == rig.flush(ROUND_MS + 60_000)
    assert rig.pipeline.due_ms is None
    assert [] == rig.flush(ROUND_MS + 600_000)


def test_at_the_end_what_was_gathered_leaves(bed):
    rig = bed(window(figures=["max", "count"]))
    rig.put(ROUND_MS, t=1.0)

    assert [(ROUND_MS, {"t-max": 1.0, "t-count": 1})] == rig.flush()


def test_figures_have_the_unit_of_their_metric_and_a_name(bed):
    warm = Metric(id="t", name="Warmth", unit=ValueUnit.CELSIUS)
    rig = bed(window(metric="*", figures=["mean", "count", "max"]),
              metrics=[warm, Metric(id="n", type=ValueType.INTEGER)])  # fmt: skip

    assert [
        Metric(id="t-mean", name="Warmth (mean)", unit=ValueUnit.CELSIUS),
        Metric(id="t-count", name="Warmth (count)", type=ValueType.INTEGER),
        Metric(id="t-max", name="Warmth (max)", unit=ValueUnit.CELSIUS),
        Metric(id="n-mean", name="n (mean)"),
        Metric(id="n-count", name="n (count)", type=ValueType.INTEGER),
        Metric(id="n-max", name="n (max)", type=ValueType.INTEGER),
    ] == list(rig.metrics.values())


def test_the_values_may_go_on_as_well(bed):
    rig = bed(window(keep=True))

    assert [(0, {"t": 1.0})] == rig.put(0, t=1.0)
    assert ["t", "t-mean"] == list(rig.metrics)
    assert 0 == rig.filtered.total()


def test_last_and_count_are_figures_of_texts_too(bed):
    rig = bed(window(figures=["last", "count"]), metrics=[Metric(id="t", type=ValueType.STRING)])
    rig.put(0, t="a")
    rig.put(1, t="b")

    assert [(1, {"t-last": "b", "t-count": 2})] == rig.flush()
    assert ValueType.STRING is rig.metrics["t-last"].type


def test_metrics_of_one_window_leave_with_the_time_of_their_own_last_value(bed):
    rig = bed(window(metric="*"), metrics=["a", "b", "c"])
    rig.put(ROUND_MS, a=1.0, b=2.0)
    rig.put(ROUND_MS + 1000, c=3.0)

    assert [
        (ROUND_MS, {"a-mean": 1.0, "b-mean": 2.0}),
        (ROUND_MS + 1000, {"c-mean": 3.0}),
    ] == rig.flush()


def test_what_stands_behind_a_window_gets_its_figures(bed):
    rig = bed(
        window(),
        {"type": "rename", "metric": "t-mean", "to": "t"},
        {"type": "deadband", "metric": "t", "absolute": 1},
    )
    left = []
    for minute, value in enumerate([5.0, 5.5, 7.0]):
        left += rig.put(ROUND_MS + minute * 60_000, t=value)
    left += rig.flush()

    assert [(ROUND_MS, {"t": 5.0}), (ROUND_MS + 120_000, {"t": 7.0})] == left
    assert {"window": 3, "deadband": 1} == rig.filtered
    assert 0 == rig.held


@pytest.mark.parametrize(
    ("metrics", "words"),
    [(["t" * 30], "which is too long"), (["t", "t-mean"], "'t-mean' is the id of another metric")],
)
def test_a_metric_whose_figures_cannot_be_called_so_is_left_alone(bed, metrics, words):
    rig = bed(window(metric="*"), metrics=metrics)

    [(_, problem)] = [found for found in rig.problems if words in found[1].message]
    assert problem.key == "metric"
    assert [(0, {metrics[0]: 1.0})] == rig.put(0, **{metrics[0]: 1.0})


def test_a_wall_clock_that_is_set_moves_the_next_window(bed):
    rig = bed(window(figures=["count"]))
    pipeline = rig.pipeline

    pipeline.take({"t": 1.0}, Stamp(Instant("boot", 0), 0))
    [(_, values)] = pipeline.take({"t": 1.0}, Stamp(Instant("boot", 60_000), 1_700_000_070_000))

    assert {"t-count": 1} == values
    assert pipeline.due_ms == 60_000 + 30_000 - 10


def test_a_sum_beyond_all_doubles_gives_no_mean(bed):
    rig = bed(window(figures=["mean", "max"]))
    rig.put(0, t=1.7e308)
    rig.put(1, t=1.7e308)

    [(_, values)] = rig.flush()

    assert {"t-max": 1.7e308} == values
    assert {"window": 3} == rig.filtered
    assert 0 == rig.held


NUMBERS = st.floats(-1e12, 1e12)


@given(st.lists(st.tuples(st.integers(1, 45_000), NUMBERS), min_size=1, max_size=40))
def test_the_figures_of_a_window_are_those_of_the_values_that_it_covers(steps):
    rig = Bed(window(figures=ALL))
    left, values, at_ms = [], [], 0
    for pause_ms, value in steps:
        at_ms += pause_ms
        values.append((at_ms, value))
        left += rig.put(at_ms, t=value)
    left += rig.flush()

    assert 0 == rig.held
    first = 0
    for taken_ms, figures in left:
        covered = values[first : first + figures["t-count"]]
        first += figures["t-count"]
        numbers = [value for _, value in covered]
        assert covered[-1][0] == taken_ms
        assert covered[-1][0] - covered[0][0] < 60_000
        assert (min(numbers), max(numbers), numbers[-1]) == (
            figures["t-min"], figures["t-max"], figures["t-last"],
        )  # fmt: skip
        assert statistics.fmean(numbers) == pytest.approx(figures["t-mean"], rel=1e-9, abs=1e-3)
        assert figures["t-min"] <= figures["t-mean"] <= figures["t-max"]
    assert len(values) == first
