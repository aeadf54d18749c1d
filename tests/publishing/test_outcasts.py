"""Only what the agent alone refuses, for long, is given up: a value, or a metric; never more."""

import logging

import pytest
from agent_double import World, error


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.CRITICAL)


def refusing(code, *, metric=None, value=None, listed=False):
    """Refuse each push with the metric, or with the value."""

    def fault(sensor, message):
        for entry in message["metrics"]:
            if metric == entry["metricId"] or value == entry["value"]:
                return error(code, *([entry["metricId"]] if listed else []))
        return None

    return fault


def test_an_agent_that_refuses_everything_for_hours_costs_nothing():
    world = World(fault=lambda sensor, message: error(3))
    world.connect()
    for _ in range(3 * 3600 // 5):
        world.put("a", metrics=("m", "n"))
        world.put("b")
        world.run(5, step_s=2.5)
    assert 0 == world.dropped

    world.fault = lambda sensor, message: None
    world.run(600, step_s=1)

    assert (0, 0) == (world.dropped, world.pending)


@pytest.mark.parametrize(("code", "listed"), [(3, False), (2, False), (27, True), (27, False)])
def test_one_value_that_is_refused_for_ever_costs_itself_alone(code, listed):
    world = World(fault=refusing(code, value=3.0, listed=listed))
    world.connect()
    for _ in range(1200):
        world.put()
        world.run(1, step_s=0.5)

    world.run(60, step_s=0.5)

    assert (1199, {"rejected_by_agent": 1}) == (world.delivered, world.account().dropped)


def test_it_holds_up_the_others_of_its_metric_for_a_minute_at_most():
    world = World(fault=refusing(3, value=3.0))
    world.connect()
    for _ in range(100):
        world.put()
        world.run(1, step_s=0.5)

    assert world.pending < 62


def test_it_is_not_given_up_before_ten_minutes_are_over():
    world = World(fault=refusing(3, value=3.0))
    world.connect()
    for _ in range(590):
        world.put()
        world.run(1, step_s=0.5)

    assert 0 == world.dropped


def test_a_refused_metric_is_not_given_up_before_ten_minutes_however_fast_it_comes():
    world = World(fault=refusing(27, metric="odd", listed=True))
    world.connect()
    for _ in range(2000):
        world.put(metrics=("m", "odd"))
        world.run(0.25, step_s=0.25)
    assert 0 == world.dropped

    world.fault = lambda sensor, message: None
    world.run(200, step_s=0.5)

    assert (4000, 0) == (world.delivered, world.pending)


def test_a_refused_metric_is_given_up_after_ten_minutes_and_the_rest_goes_on():
    world = World(fault=refusing(27, metric="odd", listed=True))
    world.connect()
    for _ in range(1300):
        world.put(metrics=("m", "odd"))
        world.run(1, step_s=1)

    assert world.account().dropped["rejected_by_agent"] > 1290
    assert world.pending <= 4


@pytest.mark.parametrize("per_second", [1, 5])
def test_a_metric_that_is_refused_holds_up_its_only_sensor_no_longer(per_second):
    world = World(fault=refusing(27, metric="bad", listed=True))
    world.connect()
    for _ in range(900):
        for _ in range(per_second):
            world.put("a", metrics=("m", "bad"))
        world.run(1, step_s=0.5)

    world.run(1, step_s=0.5)

    assert 900 * per_second - 1 <= world.publisher.lanes()[0].confirmed
    assert world.pending <= 4


def test_a_metric_of_the_only_sensor_that_is_refused_alone_is_kept():
    # Nothing else gets through, so nobody can tell whether the metric or the agent is ill.
    world = World(fault=refusing(3, metric="m"))
    world.connect()
    for _ in range(400):
        world.put()
        world.run(5, step_s=2.5)

    assert (0, 400) == (world.dropped, world.pending)


def test_many_values_that_are_refused_cost_themselves_alone():
    bad = set(range(10, 1000, 7))
    world = World(
        fault=lambda sensor, message: error(3) if message["metrics"][0]["value"] in bad else None
    )
    world.connect()
    for _ in range(1000):
        world.put("a")
        world.put("b", values=(0.5,))
        world.run(1, step_s=1)

    world.run(7000, step_s=1)

    a = world.account("a")
    expected = sum(2 * n + 1 in bad for n in range(1000))
    assert (1000 - expected, {"rejected_by_agent": expected}) == (a.delivered, a.dropped)
