"""What was stored is known from live data where answers may be those of other pushes."""

import json
from random import Random

import pytest
from agent_double import OK, P, World
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.publishing.delivery.testimony import DOUBT_S

LIVE = f"{P}/sensor/a/livedata"
GOOD = f"{P}/sensor/a/info/inbox"


class Tardy(World):
    """An agent whose answers may come so many seconds late, by ``fates``: a number, or a fault."""

    def __init__(self, fates, **more):
        super().__init__(fault=lambda sensor, message: next(self.fates, None), **more)
        self.fates = iter(fates)
        self.due = []

    def _take_push(self, sensor, message):
        fate = self.fault(sensor, message)
        if isinstance(fate, float):
            self.due.append((self.clock.monotonic_s() + fate, f"{P}/sensor/{sensor}/info/inbox"))
            fate = "drop"
        fault, self.fault = self.fault, lambda *_: fate
        super()._take_push(sensor, message)
        self.fault = fault

    def run(self, seconds, step_s=0.1):
        self.settle()
        for _ in range(round(seconds / step_s)):
            self.clock.advance(step_s)
            now_s = self.clock.monotonic_s()
            self.replies.extend((topic, OK) for at_s, topic in self.due if at_s <= now_s)
            self.due = [one for one in self.due if one[0] > now_s]
            self.settle()

    @property
    def false(self):
        """How many readings count as delivered beyond those that are stored."""
        return self.delivered - len(self.stored)


class TestALateAnswer:
    def test_confirms_no_push_that_was_lost_in_the_window_in_which_it_comes(self):
        world = Tardy([1.0, None, "lose"])
        world.connect()
        world.put()
        world.run(0.9)
        world.put()

        world.run(0.3)  # its fence goes out, and is back

        assert 0 == world.false
        world.run(3)
        assert 0 == world.pending

    def test_of_a_reading_that_live_data_has_shown_is_not_waited_for(self):
        world = Tardy([None, "drop"])
        world.connect()
        world.put()
        world.run(1)
        world.put()
        world.run(0.5)
        world.fates = iter([20.0])
        world.put()

        world.run(1)

        assert 3 == world.delivered
        assert 4 == len(world.pushes)  # the first without an answer is the only one sent again


class TestWhatItCosts:
    def test_an_agent_that_answers_each_push_is_never_asked_for_live_data(self):
        world = World()
        world.connect()

        for _ in range(50):
            world.put()
            world.run(0.3)

        assert set() == world.publisher.testimony.topics()
        assert 50 == len(world.pushes)

    def test_one_sensor_without_an_answer_has_no_other_listened_to(self):
        world = World(fault=lambda sensor, message: "drop" if sensor == "a" else None)
        world.connect()
        for sensor in "ab":
            world.put(sensor)

        world.run(1)

        assert {LIVE} == world.publisher.testimony.topics()

    def test_doubled_answers_have_all_sensors_listened_to(self):
        world = World(fault=lambda sensor, message: "double" if sensor == "a" else None)
        world.connect()
        for sensor in "ab":
            world.put(sensor)

        world.run(1)

        assert {LIVE, f"{P}/sensor/b/livedata"} == world.publisher.testimony.topics()

    def test_it_is_over_when_all_was_well_for_long_enough(self):
        fates = iter(["drop"])
        world = World(fault=lambda sensor, message: next(fates, None))
        world.connect()
        world.put()
        world.run(1)

        world.run(DOUBT_S, step_s=10)

        assert set() == world.publisher.testimony.topics()


class TestLiveData:
    def test_that_never_comes_is_given_up_and_answers_are_counted_again(self, caplog):
        fates = iter(["drop"])
        world = World(fault=lambda sensor, message: next(fates, None))
        world.sends_live_data = False
        world.connect()
        world.put()
        world.run(20)

        world.put()
        world.run(1)

        assert 2 == world.delivered
        assert len(world.pushes) < 10
        assert "sends no live data" in caplog.text

    @pytest.mark.parametrize(
        "payload",
        [
            b"",
            b"not json",
            b"{}",
            b'{"metrics": 3, "timestamp": 1}',
            b'{"metrics": [{"metricId": "m", "value": 1.0}]}',
            b'{"metrics": [{"metricId": "m", "value": 1.0}], "timestamp": 1}',
            b'{"metrics": [{"metricId": "other", "value": 1.0}], "timestamp": 1700000000000}',
            b'{"metrics": [{"metricId": "m", "value": 2.0}], "timestamp": 1700000000000}',
            b'{"metrics": [{"metricId": "m", "value": "1.0"}], "timestamp": 1700000000000}',
            b'{"metrics": [{"metricId": "m", "value": true}], "timestamp": 1700000000000}',
            b'{"metrics": [{"metricId": "m", "value": 1%s}], "timestamp": 1700000000000}'
            % (b"0" * 400),
        ],
    )
    def test_of_something_else_proves_nothing(self, payload):
        world = World(fault=lambda sensor, message: "lose")
        world.connect()
        world.put()
        world.run(1)

        world.publisher.on_live_data(LIVE, payload)
        world.run(1)

        assert 0 == world.delivered

    def test_under_the_agents_ids_and_rounded_proves_as_well(self):
        world = World(fault=lambda sensor, message: "lose")
        world.book.metrics["a", "m"] = "f00d"
        world.connect()
        world.put(values=(1 / 3,))
        world.run(1)

        live = {"metrics": [{"metricId": "f00d", "value": 0.333333}], "timestamp": 1700000000000}
        world.publisher.on_live_data(LIVE, json.dumps(live).encode())

        assert 1 == world.delivered


RATES = st.fixed_dictionaries(
    {"lose": st.floats(0, 0.3), "drop": st.floats(0, 0.3), "late": st.floats(0, 0.3)}
)


def _mixed(random, rates):
    while True:
        yield next(
            (
                random.uniform(0.1, 12.0) if fault == "late" else fault
                for fault, rate in rates.items()
                if random.random() < rate
            ),
            None,
        )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), rates=RATES, at_once=st.integers(1, 20))
@example(seed=6, rates={"lose": 0.1, "drop": 0.0, "late": 0.1}, at_once=20)
@example(seed=12, rates={"lose": 0.02, "drop": 0.0, "late": 0.05}, at_once=20)
@example(seed=3, rates={"lose": 0.2, "drop": 0.0, "late": 0.3}, at_once=10)
def test_no_mixture_of_lost_and_late_answers_confirms_what_is_not_stored(seed, rates, at_once):
    world = Tardy(_mixed(Random(seed), rates))
    world.connect()

    for _ in range(40):
        for _ in range(at_once):
            world.put()
        world.run(0.5)
    confirmed = _timestamps_delivered(world)

    assert set() == confirmed - {timestamp for _, _, timestamp, _ in world.stored}


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rates=RATES,
    double=st.floats(0.01, 0.3),
    at_once=st.integers(1, 20),
)
def test_nor_does_one_with_doubled_answers_once_the_agent_was_seen_to_double(
    seed, rates, double, at_once
):
    world = Tardy(["double"])
    world.connect()
    world.put()
    world.run(1)
    world.fates = _mixed(Random(seed), rates | {"double": double})

    for _ in range(40):
        for _ in range(at_once):
            world.put()
        world.run(0.5)
    confirmed = _timestamps_delivered(world)

    assert set() == confirmed - {timestamp for _, _, timestamp, _ in world.stored}


def _timestamps_delivered(world):
    """Return the timestamps of what was put and is neither waiting nor under way."""
    world.publisher.disconnected()
    waiting = set()
    while world.ring.ready():
        with_waiting = world.ring.batch("a", 10_000)
        waiting |= {reading.timestamp_ms for reading in with_waiting.readings}
        for reading in with_waiting.readings:
            with_waiting.accept(reading)
    return {reading.timestamp_ms for reading in world.given} - waiting
