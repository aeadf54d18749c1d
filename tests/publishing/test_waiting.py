"""Whatever is waited for, the network thread sleeps meanwhile, and wakes when it is time."""

import logging

import pytest
from agent_double import World, error

from collector.publishing.delivery.confirmation import AckMode


def sleeps(world):
    """Whether nothing is due now, so that the thread sleeps."""
    world.settle()
    due_s = world.publisher.next_due_s()
    return due_s is None or due_s > world.clock.monotonic_s()


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.CRITICAL)


def test_while_the_agent_has_no_backend():
    world = World(fault=lambda sensor, message: error(1) if sensor == "a" else None)
    world.connect()
    for _ in range(100):
        world.put("a")
        world.put("b")
        world.clock.advance(0.3)

        assert sleeps(world)


def test_a_push_that_was_on_the_way_when_the_pause_began_is_confirmed_in_it():
    world = World(fault=lambda sensor, message: error(1) if sensor == "a" else None)
    world.connect()
    world.put("a")
    world.publisher.pump()
    world.clock.advance(0.2)
    world.publisher.pump()  # the fence behind a
    world.put("b")
    world.publisher.pump()  # behind the fence

    world.run(3)

    assert 1 == world.account("b").delivered


def test_a_backend_that_is_away_for_a_day_is_waited_for():
    world = World(fault=lambda sensor, message: error(1))
    world.connect()
    world.put()
    world.run(86_400, step_s=20)

    world.fault = lambda sensor, message: None
    world.run(61)

    assert 1 == world.delivered


def test_while_a_sensor_is_being_made_again():
    world = World(fault=lambda sensor, message: error(15))
    world.connect()
    world.put()
    world.run(0.3)
    world.book.not_ready.add("a")

    assert sleeps(world)


def test_while_the_broker_does_not_acknowledge_what_is_sent_alone():
    world = World(ever_answered=False, fault=lambda sensor, message: "lose")
    world.connect()
    for _ in range(5):
        world.put()
    while not world.confirmation.by_broker:
        world.run(0.1)
    world.acknowledges = False
    for _ in range(5):
        world.put()
        world.settle()
        world.clock.advance(0.5)

        assert sleeps(world)


@pytest.mark.parametrize("ack", [AckMode.REPLY, AckMode.STRICT, AckMode.PUBACK])
@pytest.mark.parametrize("code", [2, 3, 4, 11, 15, 16, 18, 27])
def test_while_a_push_is_refused(ack, code):
    world = World(ack=ack, fault=lambda sensor, message: error(code))
    world.connect()
    for _ in range(200):
        world.put(metrics=("m", "n"))
        world.clock.advance(0.7)

        assert sleeps(world)
