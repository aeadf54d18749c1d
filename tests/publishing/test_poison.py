"""A push that costs the connection: it is found, tried alone, and holds up nothing else."""

import logging
from random import Random

import pytest
from agent_double import World

from collector.publishing.delivery.confirmation import AckMode


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.CRITICAL)


class Cutting(World):
    """An agent that cuts the connection off at a push with poison, and answers nothing after it."""

    def __init__(self, poison, **options):
        super().__init__(**options)
        self.poison = poison
        self.is_cut = False
        self.cuts = 0

    def send(self, topic, payload):
        if self.is_cut:
            self.sent.append((topic, payload))
            self._packet += 1
            return self._packet
        return super().send(topic, payload)

    def _take_push(self, sensor, message):
        if self.poison(sensor, message):
            self.replies.clear()
            self.is_cut = True
        else:
            super()._take_push(sensor, message)

    def settle(self):
        super().settle()
        while self.is_cut:
            self.is_cut, self.cuts = False, self.cuts + 1
            self.publisher.disconnected()
            self.publisher.connected("c1", self.send)
            super().settle()


def with_value(*values):
    return lambda sensor, message: any(m["value"] in values for m in message["metrics"])


def with_metric(name):
    return lambda sensor, message: any(m["metricId"] == name for m in message["metrics"])


@pytest.mark.parametrize("ack", [AckMode.AUTO, AckMode.PUBACK])
def test_one_value_costs_itself_alone_and_that_only_after_ten_minutes(ack):
    world = Cutting(with_value(7.0), ack=ack)
    world.connect()
    for number in range(1000):
        for sensor in "abc":
            world.put(sensor)
        world.run(1, step_s=0.5)
        if number == 590:
            assert 0 == world.dropped

    assert {"rejected_by_agent": 1} == world.account("a").dropped
    assert (2999, 0) == (world.delivered, world.pending)
    assert world.cuts < 30


def test_within_seconds_everything_else_goes_on():
    world = Cutting(with_value(7.0))
    world.connect()
    for _ in range(30):
        for sensor in "abc":
            world.put(sensor)
        world.run(1, step_s=0.5)

    assert 0 == world.account("b").pending + world.account("c").pending
    assert world.account("a").pending < 25


def test_one_metric_costs_itself_alone():
    world = Cutting(with_metric("odd"))
    world.connect()
    for _ in range(1500):
        world.put("a", metrics=("m", "odd", "n"))
        world.put("b")
        world.run(1, step_s=1)

    assert 1500 == world.account("b").delivered
    assert {"rejected_by_agent"} == world.account("a").dropped.keys()
    assert world.account("a").dropped["rejected_by_agent"] <= 1500
    assert 1500 * 2 - 6 <= world.account("a").delivered
    assert world.cuts < 60


def test_the_rest_of_a_poisonous_reading_arrives():
    world = Cutting(with_metric("odd"))
    world.connect()
    world.put("a", metrics=("m", "odd", "n"))
    world.run(60, step_s=0.5)

    assert {"m", "n"} == {metric for _, metric, _, _ in world.stored}


def test_several_poisonous_values_are_found_one_after_the_other():
    world = Cutting(with_value(4.0, 5.0, 6.0, 30.0))
    world.connect()
    for _ in range(1500):
        for sensor in "abc":
            world.put(sensor)
        world.run(1, step_s=1)
    world.run(1200, step_s=1)

    assert (4496, 4) == (world.delivered, world.dropped)


def test_a_line_that_is_cut_at_random_costs_nothing():
    draws = Random(1)
    world = Cutting(lambda sensor, message: draws.random() < 0.3)
    world.connect()
    for _ in range(1000):
        world.put("a", metrics=("m", "n"))
        world.put("b")
        world.run(1, step_s=0.5)
    world.poison = lambda sensor, message: False

    world.run(700, step_s=1)

    assert (0, 3000) == (world.dropped, world.delivered)


def test_a_line_that_is_cut_at_every_push_costs_nothing():
    world = Cutting(lambda sensor, message: True)
    for _ in range(20):
        world.put("a", metrics=("m", "n"))
        world.put("b")
    world.publisher.connected("c1", world.send)
    for _ in range(800):
        World.settle(world)
        world.is_cut = False
        world.publisher.disconnected()
        world.publisher.connected("c1", world.send)
        world.clock.advance(1)
    world.poison = lambda sensor, message: False

    world.run(60, step_s=0.5)

    assert (0, 60) == (world.dropped, world.delivered)
