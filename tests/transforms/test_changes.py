"""Deadband and report on change: what is left out, and that nothing is for longer than it may."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx  # noqa: PT013 - shorter beside the figures
from transform_bed import Bed

from collector.plugin.source import Metric
from collector.wire.units import ValueType


def deadband(**keys):
    return {"type": "deadband", "metric": "t", **keys}


def sent(rig, *pairs):
    """Return which values leave of those given at their seconds."""
    return [(at_ms / 1000, values["t"]) for at_s, value in pairs
            for at_ms, values in rig.put(round(at_s * 1000), t=value)]  # fmt: skip


def test_a_value_within_the_band_of_the_last_one_sent_is_left_out(bed):
    rig = bed(deadband(absolute=0.5))

    left = sent(rig, (0, 20.0), (1, 20.5), (2, 20.25), (3, 20.75), (4, 20.25), (5, 20.0))

    assert [(0, 20.0), (3, 20.75), (5, 20.0)] == left
    assert {"deadband": 3} == rig.filtered


def test_a_slow_drift_is_reported_although_each_step_is_small(bed):
    rig = bed(deadband(absolute=1.0))

    left = sent(rig, *((second, second * 0.4) for second in range(9)))

    assert [(0, 0.0), (3, approx(1.2)), (6, approx(2.4))] == left


def test_percent_is_of_the_last_value_sent(bed):
    rig = bed(deadband(percent=10))

    assert [(0, -100.0), (2, -111.0), (3, -99.0)] == sent(
        rig, (0, -100.0), (1, -110.0), (2, -111.0), (3, -99.0), (4, -108.0)
    )


def test_of_two_bands_the_wider_one_holds(bed):
    rig = bed(deadband(percent=10, absolute=2))

    assert [(0, 1.0), (2, 3.5), (3, 100.0)] == sent(
        rig, (0, 1.0), (1, 2.9), (2, 3.5), (3, 100.0), (4, 109.0)
    )


def test_on_change_leaves_out_what_is_equal_of_any_type(bed):
    metrics = [Metric(id="t", type=ValueType.STRING), Metric(id="on", type=ValueType.BOOL)]
    rig = bed({"type": "on_change", "metric": "*"}, metrics=metrics)

    assert [(0, {"t": "a", "on": True})] == rig.put(0, t="a", on=True)
    assert [(1, {"on": False})] == rig.put(1, t="a", on=False)
    assert [] == rig.put(2, t="a", on=False)
    assert {"on_change": 3} == rig.filtered


def test_after_the_greatest_period_a_value_is_sent_even_so(bed):
    rig = bed(deadband(absolute=1, max_period="30s"))

    left = sent(rig, *((second, 20.0) for second in range(0, 100, 10)))

    assert [0, 30, 60, 90] == [at_s for at_s, _ in left]


def test_a_read_that_is_a_little_early_does_not_cost_an_interval(bed):
    rig = bed(deadband(absolute=1, max_period="30s"))

    left = sent(rig, (0.05, 1.0), (10.0, 1.0), (20.0, 1.0), (30.0, 1.0), (40.0, 1.0))

    assert [0.05, 30.0] == [at_s for at_s, _ in left]


def test_the_last_small_change_is_sent_when_no_other_value_comes(bed):
    rig = bed(deadband(absolute=1, max_period="30s"))
    sent(rig, (0, 20.0), (1, 20.1), (2, 20.2))

    assert rig.pipeline.due_ms == 30_000
    assert [] == rig.flush(29_999)
    assert [(2000, {"t": 20.2})] == rig.flush(30_000)
    assert rig.pipeline.due_ms is None
    assert [] == rig.flush(90_000)


def test_nothing_is_sent_where_nothing_was_read(bed):
    rig = bed(deadband(absolute=1, max_period="30s"))
    sent(rig, (0, 20.0))

    assert rig.pipeline.due_ms is None
    assert [] == rig.flush(1_000_000)


def test_a_change_that_comes_too_soon_waits_and_is_not_lost(bed):
    rig = bed(deadband(absolute=1, min_period="5s"))

    assert [(0, 1.0)] == sent(rig, (0, 1.0), (1, 9.0))
    assert rig.pipeline.due_ms == 5000
    assert [(1000, {"t": 9.0})] == rig.flush(5000)
    assert 0 == rig.held


def test_of_changes_that_come_too_soon_the_newest_is_sent(bed):
    rig = bed(deadband(absolute=1, min_period="5s"))

    assert [(0, 1.0), (5, 7.0)] == sent(rig, (0, 1.0), (1, 9.0), (2, 8.0), (5, 7.0))
    assert {"deadband": 2} == rig.filtered


def test_a_value_that_is_back_where_it_was_is_no_change(bed):
    rig = bed(deadband(absolute=1, min_period="5s"))

    assert [(0, 1.0)] == sent(rig, (0, 1.0), (1, 9.0), (2, 1.0), (6, 1.0))
    assert [] == rig.flush(100_000)
    assert {"deadband": 3} == rig.filtered


def test_after_a_held_value_the_least_period_begins_again(bed):
    rig = bed(deadband(absolute=1, min_period="5s"))
    sent(rig, (0, 1.0), (1, 9.0))
    rig.flush(5000)

    assert [(10, 4.0)] == sent(rig, (9, 3.0), (10, 4.0))


def test_at_the_end_a_held_change_leaves_and_what_is_none_is_counted(bed):
    rig = bed({"type": "deadband", "metric": "*", "absolute": 1, "min_period": "5s",
               "max_period": "9s"}, metrics=["t", "u"])  # fmt: skip
    rig.put(0, t=1.0, u=1.0)
    rig.put(1000, t=9.0, u=1.1)

    assert [(1000, {"t": 9.0})] == rig.flush()
    assert ({"deadband": 1}, 0) == (rig.filtered, rig.held)


def test_each_metric_has_a_band_of_its_own(bed):
    rig = bed({"type": "deadband", "metric": "*", "absolute": 1}, metrics=["t", "u"])
    rig.put(0, t=1.0, u=5.0)

    assert [(1, {"u": 1.0})] == rig.put(1, t=1.0, u=1.0)


STEPS = st.lists(
    st.tuples(st.integers(1, 4000), st.floats(-5, 5), st.sampled_from("ttu")), max_size=40
)

LEAST_MS, MOST_MS = st.sampled_from([None, 500, 2000]), st.sampled_from([None, 2500, 9000])


@given(STEPS, LEAST_MS, MOST_MS, st.booleans())
def test_whatever_comes_nothing_is_left_out_for_longer_than_it_may(steps, low, high, flushes):
    keys = {}
    if low:
        keys["min_period"] = f"{low}ms"
    if high:
        keys["max_period"] = f"{high}ms"
    rig = Bed({"type": "deadband", "metric": "*", "absolute": 1, **keys}, metrics=["t", "u"])
    given_at, last_sent, left_at, at_ms = {}, {}, {}, 0
    for pause_ms, value, name in steps:
        at_ms += pause_ms
        given_at[name, at_ms] = value
        held = rig.flush(at_ms - 1) if flushes else []
        now = rig.put(at_ms, **{name: value})
        left_at |= {each: at_ms - 1 for _, values in held for each in values}
        left_at |= {each: at_ms for _, values in now for each in values}
        for taken_ms, values in held + now:
            for metric, each in values.items():
                assert given_at[metric, taken_ms] == each
                assert taken_ms > last_sent.get(metric, -1)
                last_sent[metric] = taken_ms
        quiet = low is not None and at_ms - left_at[name] < low
        assert quiet or high is None or at_ms - last_sent[name] < high
        assert 0 <= rig.held <= 2
    rig.flush()
    assert 0 == rig.held
