"""What plots are made of: no peak is lost, and memory is bounded."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.buffering.reading import StampedReading
from collector.clock import Instant
from collector.web import history as module
from collector.web.history import (
    MAX_BYTES,
    MAX_SERIES,
    MAX_WAITING,
    TREND_POINTS,
    TREND_S,
    History,
)
from collector.web.series import (
    COARSE_STEP_S,
    COARSE_STEPS,
    FINE_STEP_S,
    FINE_STEPS,
    SERIES_BYTES,
    Series,
    Tier,
    thinned,
)


def reading(at_s, **values):
    taken_at = Instant("boot", round(at_s * 1000))
    return StampedReading("s", tuple(values), tuple(values.values()), taken_at, (("s", 1),))


@pytest.fixture
def history(clock):
    return History(clock)


def test_a_metric_is_shown_with_the_ages_of_its_points(history, clock):
    for at_s in (1000, 1002, 1004):
        history.put(reading(at_s, a=float(at_s), b=1.0))
    clock.advance(5)

    history.settle()

    assert {"ages_s": [5.0, 3.0, 1.0], "values": [1000.0, 1002.0, 1004.0]} == history.points(
        "s", "a"
    )
    assert {"a", "b"} == history.trends("s").keys()


def test_nothing_is_known_of_a_metric_that_gave_nothing(history):
    assert history.points("s", "a") is None
    assert {} == history.trends("s")


def test_truth_is_drawn_and_text_is_not(history):
    history.put(reading(1000, on=True, text="x"))
    history.settle()

    assert [1.0] == history.points("s", "on")["values"]
    assert history.points("s", "text") is None


def test_trends_are_the_last_hour_thinned(history, clock):
    for n in range(4000):
        history.put(reading(1000 + 2 * n, a=float(n)))
        history.settle()
    clock.advance(8000)

    trend = history.trends("s")["a"]

    assert TREND_POINTS >= len(trend["values"]) > TREND_POINTS / 2
    assert 3600 >= max(trend["ages_s"]) > 3400
    assert 3999.0 == trend["values"][-1]


@given(st.lists(st.floats(-1e6, 1e6), max_size=200), st.sampled_from([2, 10, 50]))
def test_thinning_keeps_the_extremes_in_their_order_and_the_bound(values, most):
    points = [*enumerate(values)]

    kept = thinned(points, most)

    assert most >= len(kept) or kept == points
    assert sorted(kept) == kept
    assert {*kept} <= {*points}
    if values:
        assert (min(values), max(values)) == (
            min(value for _, value in kept),
            max(value for _, value in kept),
        )


def test_readings_that_nobody_settles_are_bounded(history):
    for n in range(MAX_WAITING + 10):
        history.put(reading(1000 + n, a=float(n)))
    history.settle()

    assert history.points("s", "a")["values"][0] >= 10.0


def test_metrics_beyond_the_bound_have_no_plot(history, monkeypatch):
    monkeypatch.setattr(module, "MAX_SERIES", 2)
    history.put(reading(1000, a=1.0, b=1.0, c=1.0))
    history.settle()

    assert {"a", "b"} == history.trends("s").keys()


def test_a_metric_that_went_silent_gives_its_place_to_another(history, monkeypatch):
    monkeypatch.setattr(module, "MAX_SERIES", 2)
    history.put(reading(1000, a=1.0, b=1.0))
    history.put(reading(9000, b=1.0, c=1.0))
    history.settle()

    assert history.points("s", "a") is None
    assert [1.0] == history.points("s", "c")["values"]


def test_a_full_series_takes_no_more_than_it_is_said_to():
    series = Series()
    for n in range(COARSE_STEP_S * COARSE_STEPS * 2):
        series.add(n, float(n % 7))

    assert series.size_bytes() <= SERIES_BYTES
    assert MAX_SERIES * SERIES_BYTES <= MAX_BYTES


def test_the_newest_minutes_are_fine_and_the_hours_before_coarse():
    series = Series()
    for n in range(0, 40_000, 2):
        series.add(n, float(n))

    points = series.points(40_000)

    ages = [40_000 - at_s for at_s, _ in points]
    steps = [early - late for early, late in pairwise(ages)]
    assert FINE_STEP_S * FINE_STEPS == pytest.approx(600)
    assert COARSE_STEP_S * COARSE_STEPS == pytest.approx(28_800)
    assert 28_000 < ages[0] <= 28_800
    assert all(step == FINE_STEP_S for step, age in zip(steps, ages, strict=False) if age < 590)
    assert all(step <= 2 * COARSE_STEP_S for step in steps)


@pytest.mark.parametrize(("every_s", "until_s"), [(1, 500), (1, 28_000), (300, 3000)])
def test_a_trend_reaches_back_an_hour_and_loses_no_peak(every_s, until_s):
    peak_s = until_s - every_s
    series = Series()
    for second in range(0, until_s, every_s):
        series.add(second, 50.0 if second == peak_s else 1.0)

    points = series.trend(until_s, TREND_S, TREND_POINTS)

    times = [at_s for at_s, _ in points]
    assert sorted(times) == times
    assert len(points) <= TREND_POINTS
    assert min(until_s, TREND_S) - COARSE_STEP_S <= until_s - times[0] <= TREND_S
    assert 50.0 == max(value for _, value in points)


def test_a_gap_stays_a_gap():
    series = Series()
    series.add(100, 1.0)
    series.add(2000, 2.0)

    assert [(60.0, 1.0), (2000.0, 2.0)] == series.points(2000)


def test_what_is_older_than_the_ring_is_not_shown():
    series = Series()
    series.add(0, 1.0)

    assert [] == series.points(1_000_000)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_no_peak_is_lost_by_thinning(values):
    tier = Tier(60, 10)
    for second, value in enumerate(values):
        tier.add(second, value)

    [*shown] = [value for _, value in tier.points(0)]

    assert min(values) == min(shown)
    assert max(values) == max(shown)


def test_a_slope_stays_a_slope_in_both_directions():
    up, down = Tier(10, 10), Tier(10, 10)
    for second in range(30):
        up.add(second, float(second))
        down.add(second, float(-second))

    risen = [value for _, value in up.points(30)]
    fallen = [value for _, value in down.points(30)]

    assert sorted(risen) == risen
    assert sorted(fallen, reverse=True) == fallen


@given(st.lists(st.tuples(st.integers(0, 5000), st.floats(-10, 10)), max_size=80))
def test_times_never_go_back_whatever_comes(points):
    series = Series()
    for at_s, value in points:
        series.add(at_s, value)

    times = [at_s for at_s, _ in series.points(5000)]

    assert sorted(times) == times
