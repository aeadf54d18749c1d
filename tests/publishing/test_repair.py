"""What becomes of a push that the agent refuses, code by code."""

import json
import logging

import pytest
from agent_double import World, error

from collector.publishing.verdicts import (
    INVENTORY_ACTIONS,
    PUSH_ACTIONS,
    PushAction,
    push_action,
)
from collector.wire.errors import ErrorCode


def refusing(*codes, times=1, metric=None):
    """Refuse the first so many pushes (or those with the metric) with each code in turn."""
    left = [code for code in codes for _ in range(times)]

    def fault(sensor, message):
        named = [entry["metricId"] for entry in message["metrics"]]
        if left and (metric is None or metric in named):
            return error(left.pop(0))
        return None

    return fault


def test_the_table_has_an_action_for_each_of_the_28_codes():
    assert set(ErrorCode) == set(PUSH_ACTIONS)
    assert set(ErrorCode) == set(INVENTORY_ACTIONS)
    assert 28 == len(PUSH_ACTIONS)


@pytest.mark.parametrize("code", [0, 29, -1, 10**12])
def test_a_number_that_is_no_code_is_tried_again(code):
    assert PushAction.RETRY_THEN_SPLIT is push_action(code)


@pytest.mark.parametrize("code", [*range(1, 29), 99])
def test_a_push_refused_once_with_any_code_is_delivered_or_counted(code, caplog):
    caplog.set_level(logging.CRITICAL)
    world = World(fault=refusing(code))
    world.connect()
    world.put(metrics=("m", "n"))

    world.run(700, step_s=1)

    assert 2 == world.delivered + world.dropped
    assert all(account.balances for account in world.ledger.accounts())


@pytest.mark.parametrize("code", range(1, 29))
def test_a_sensor_refused_for_ever_holds_up_no_other_sensor(code, caplog):
    caplog.set_level(logging.CRITICAL)
    world = World(fault=lambda sensor, message: error(code) if sensor == "bad" else None)
    world.connect()
    for _ in range(20):
        world.put("bad")
        world.put("good")
        world.run(5, step_s=0.5)
    world.run(120, step_s=0.5)

    assert 20 == world.account("good").delivered


def test_without_a_backend_everything_waits_and_then_goes_out():
    down = [True]
    world = World(fault=lambda sensor, message: error(1) if down[0] else None)
    world.connect()
    world.put("a")
    world.put("b")
    world.run(300)
    assert 0 == world.delivered
    assert len(world.pushes) < 60

    down[0] = False
    world.run(61)

    assert 2 == world.delivered


def test_one_poisonous_metric_is_found_and_the_rest_delivered():
    def fault(sensor, message):
        return error(3) if "poison" in json.dumps(message) else None

    world = World(fault=fault)
    world.connect()
    for _ in range(50):
        world.put(metrics=("m", "poison", "n"))
        world.run(30, step_s=0.5)
    world.run(900, step_s=0.5)

    assert 100 == len(world.stored)
    assert (98, 49) == (world.delivered, world.dropped)
    assert 3 == world.pending  # the newest one is kept for the next try of its refused metric


def test_a_metric_that_was_refused_for_a_while_is_delivered_when_it_is_taken_again():
    bad = [True]

    def fault(sensor, message):
        named = [entry["metricId"] for entry in message["metrics"]]
        return error(27, "odd") if bad[0] and "odd" in named else None

    world = World(fault=fault)
    world.connect()
    for _ in range(10):
        world.put(metrics=("m", "odd"))
        world.run(5)
    bad[0] = False

    world.run(120)

    assert 20 == world.delivered
    assert 0 == world.dropped


def test_of_a_push_that_fails_in_part_the_rest_counts_as_delivered_at_once():
    def fault(sensor, message):
        named = [entry["metricId"] for entry in message["metrics"]]
        return error(27, "odd") if "odd" in named else None

    world = World(fault=fault)
    world.connect()
    world.put(metrics=("m", "odd", "n"))

    world.run(2)

    assert [["m", "odd", "n"], ["odd"], ["odd"]] == [
        [entry["metricId"] for entry in message["metrics"]] for _, message in world.pushes
    ]


def test_a_list_of_failed_metrics_that_names_strangers_is_not_believed():
    listed = iter([error(27, "stranger")])
    world = World(fault=lambda sensor, message: next(listed, None))
    world.connect()
    world.put(metrics=("m", "n"))

    world.run(5)

    assert {("m",), ("n",)} == {
        tuple(entry["metricId"] for entry in message["metrics"]) for _, message in world.pushes[1:]
    }
    assert 2 == world.delivered


def test_an_unreadable_push_is_sent_once_more_and_then_dropped_with_a_trace(caplog):
    world = World(fault=lambda sensor, message: error(4))
    world.connect()
    world.put()

    world.run(5)

    assert 2 == len(world.pushes)
    assert {"rejected_by_agent": 1} == world.account().dropped
    assert "sha256" in caplog.text


def test_a_value_is_converted_to_the_agents_type_where_nothing_is_lost():
    def fault(sensor, message):
        [entry] = message["metrics"]
        return None if isinstance(entry["value"], int) else error(11)

    world = World(fault=fault)
    world.connect()
    world.put(values=(3.0,))
    world.run(2)
    world.put(values=(4.0,))
    world.run(2)

    assert [3.0, 3, 4] == [message["metrics"][0]["value"] for _, message in world.pushes]
    assert 2 == world.delivered


def test_a_value_that_cannot_be_converted_costs_that_metric_only():
    def fault(sensor, message):
        bad = [e for e in message["metrics"] if e["metricId"] == "count" and e["value"] % 1]
        return error(11) if bad else None

    world = World(fault=fault)
    world.connect()
    world.put(metrics=("m", "count"), values=(1.5, 1.5))
    world.run(5)

    assert {"rejected_by_agent": 1} == world.account().dropped
    assert 1 == world.delivered


@pytest.mark.parametrize("code", [15, 18])
def test_a_deleted_sensor_is_made_again_and_its_readings_are_kept(code):
    gone = [True]
    world = World(fault=lambda sensor, message: error(code) if gone[0] else None)
    world.connect()
    world.put()
    world.run(1)
    assert [("a", ())] == world.book.recreated[:1]
    gone[0] = False

    world.run(400, step_s=1)

    assert 1 == world.delivered


def test_a_deleted_metric_is_made_again_by_name():
    gone = [True]
    world = World(fault=lambda sensor, message: error(16) if gone[0] else None)
    world.connect()
    world.put(metrics=("m", "n"))
    world.run(1)

    assert ("a", ("m", "n")) == world.book.recreated[0]


def test_the_first_refusal_and_the_recovery_are_logged_and_nothing_between(caplog):
    caplog.set_level(logging.INFO, logger="collector")
    bad = [True]
    world = World(fault=lambda sensor, message: error(3) if bad[0] else None)
    world.connect()
    world.put()
    world.run(20)
    bad[0] = False

    world.run(60)

    assert ["WARNING", "INFO"] == [record.levelname for record in caplog.records]
