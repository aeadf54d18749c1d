"""Agents that answer strangely cost repetitions at most: nothing stalls, nothing is lost."""

import json
import logging

import pytest
from agent_double import OK, P, World, error

from collector.publishing.delivery.refusals import MAX_SHOWN_CHARACTERS

GOOD, BAD = f"{P}/sensor/a/info/inbox", f"{P}/sensor/a/error/inbox"


class Chatty(World):
    """An agent that also says ``more`` after each of its answers to a push of ``a``."""

    more = ()

    def _take_push(self, sensor, message):
        super()._take_push(sensor, message)
        if sensor == "a":
            self.replies.extend(self.more)


class Busy(World):
    """Behind each fence, while its answer is on the way, another sensor has a reading."""

    def send(self, topic, payload):
        if topic == f"{P}/ping":
            self.put(f"s{len(self.sent)}")
        return super().send(topic, payload)


class TestMoreThanOneAnswer:
    def test_an_agent_that_doubles_its_refusals_is_believed_in_the_end(self, caplog):
        caplog.set_level(logging.CRITICAL)
        world = Chatty(fault=lambda sensor, message: error(4) if sensor == "a" else None)
        world.more = [(BAD, error(4))]
        world.connect()
        world.put("a")
        world.put("b")

        world.run(30)

        assert {"rejected_by_agent": 1} == world.account("a").dropped
        assert 1 == world.account("b").delivered
        assert len(world.pushes) < 12

    def test_one_that_confirms_and_refuses_the_same_push_is_not_flooded(self, caplog):
        caplog.set_level(logging.CRITICAL)
        world = Chatty()
        world.more = [(BAD, error(27, "odd"))]
        world.connect()
        world.put(metrics=("m", "odd"))

        world.run(20)

        assert len(world.pushes) < 40
        assert ("a", "m") in {key[:2] for key in world.stored}

    def test_a_late_refusal_of_an_earlier_push_is_not_taken_for_the_next(self, caplog):
        caplog.set_level(logging.CRITICAL)
        world = World()
        world.connect()
        reading = world.put()
        world.publisher.pump()
        world.replies.appendleft((BAD, error(4)))  # of a push long ago
        world.run(5)

        assert (1, 0) == (world.delivered, world.dropped)
        assert reading.timestamp_ms == world.pushes[0][1]["timestamp"]


class TestFallback:
    def test_what_was_on_the_way_when_the_broker_became_the_judge_is_not_stuck(self, caplog):
        caplog.set_level(logging.CRITICAL)
        world = Busy(ever_answered=False, fault=lambda sensor, message: "lose")
        world.connect()

        world.run(20)

        assert world.confirmation.by_broker
        assert 0 == world.pending


class TestErrorsInDetail:
    def test_metrics_are_listed_under_the_agents_ids(self, caplog):
        caplog.set_level(logging.CRITICAL)
        world = World(fault=lambda sensor, message: next(refusals, None))
        world.book.metrics |= {("a", "m"): "f00d", ("a", "odd"): "beef"}
        refusals = iter([error(27, "beef")])
        world.connect()
        world.put(metrics=("m", "odd"))

        world.run(3)

        assert [["f00d", "beef"], ["beef"]] == [
            [entry["metricId"] for entry in message["metrics"]] for _, message in world.pushes
        ]
        assert 2 == world.delivered

    def test_a_metric_listed_under_the_id_of_another_sensors_is_a_stranger(self, caplog):
        caplog.set_level(logging.CRITICAL)
        world = World(fault=lambda sensor, message: next(refusals, None))
        world.book.metrics |= {("b", "m"): "f00d"}
        refusals = iter([error(27, "f00d")])
        world.connect()
        world.put(metrics=("m", "n"))

        world.run(3)

        assert 3 == len(world.pushes)
        assert 2 == world.delivered

    def test_a_message_without_end_is_shown_in_part(self, caplog):
        world = World(fault=lambda sensor, message: error(3, message="x" * 100_000))
        world.connect()
        world.put()

        world.run(1)

        [lane] = world.publisher.lanes()
        assert len(lane.problem) < MAX_SHOWN_CHARACTERS + 100
        assert len(caplog.text) < 2000

    @pytest.mark.parametrize(
        ("payload", "count"),
        [
            (b"", 1),
            (b"not json", 1),
            (b"[]", 1),
            (b"[" * 100_000, 1),
            (b"9" * 5000, 1),
            (json.dumps({"errorMessage": "?"}).encode(), 1),
            (error(99), 0),
        ],
    )
    def test_answers_that_cannot_be_read_are_counted(self, payload, count, caplog):
        caplog.set_level(logging.CRITICAL)
        answers = iter([payload])
        world = World(fault=lambda sensor, message: next(answers, None))
        world.connect()
        world.put()

        world.run(60)

        assert (1, count) == (world.delivered, world.publisher.refusals.unreadable)

    def test_answers_of_sensors_that_are_not_ours_change_nothing(self):
        world = World()
        world.connect()
        world.put()
        world.publisher.pump()
        for topic in (f"{P}/sensor/strange/info/inbox", f"{P}/sensor/strange/error/inbox"):
            assert not world.publisher.on_message(topic, OK)

        world.run(1)

        assert (1, 1) == (world.delivered, len(world.pushes))


def test_a_reading_that_cannot_be_encoded_costs_itself_alone(caplog):
    world = World()
    world.connect()
    world.put(values=(float("nan"),))
    world.put(values=("\ud800",))
    world.put()

    world.run(1)

    assert ({"rejected_by_agent": 2}, 1) == (world.account().dropped, world.delivered)
    assert 2 == caplog.text.count("cannot be sent")
