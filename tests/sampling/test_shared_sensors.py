"""Several sources of one sensor: their values leave together, with the time of their tick."""

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampling_rig import Rig, Scripted, plan

from collector.errors import SourceUnavailableError
from collector.plugin.source import Group, Reading
from collector.testkit.clock import FakeClock

GONE = SourceUnavailableError("does not answer")
SHARED = {"sensor": "s", "timestamp": "tick"}


def shared(source, name, **more):
    return plan(source, name, **{**SHARED, **more})


def test_all_values_of_a_tick_leave_as_one_reading_with_the_counts_of_each_source():
    rig = Rig(shared(Scripted(metrics="mn"), "one"), shared(Scripted(metrics="o"), "two"))
    rig.start().run(15)

    assert [{"m": 1.0, "n": 1.0, "o": 1.0}] * 2 == rig.values("s")
    reading = rig.accepted[1][1]
    assert (("one", 2), ("two", 1)) == reading.counts
    assert 1_010_000 == reading.taken_at.boottime_ms
    assert rig.accepted[0][1].metrics is reading.metrics
    assert [("one", 4), ("two", 2)] == [
        (account.source, account.accepted) for account in rig.ledger.accounts()
    ]


def test_the_first_values_wait_for_the_last():
    clock = FakeClock()
    slow = Scripted(*[lambda: clock.advance(3) or Reading(values={"n": 2.0})] * 9, metrics="n")
    rig = Rig(shared(Scripted(), "one"), shared(slow, "two"), clock=clock)
    rig.start().run(19)

    assert [3.0, 13.0] == rig.times("s")
    assert [{"m": 1.0, "n": 2.0}] * 2 == rig.values("s")


def test_a_source_that_fails_makes_nobody_wait():
    failing = Scripted(*[GONE] * 30, metrics="n")
    rig = Rig(shared(failing, "one"), shared(Scripted(), "two"))
    rig.start().run(35)

    assert [0.0, 10.0, 20.0, 30.0] == rig.times("s")
    assert [{"m": 1.0}] * 4 == rig.values("s")


def test_a_source_that_is_back_is_waited_for_again():
    source = Scripted(None, GONE, metrics="n")
    rig = Rig(shared(source, "one"), shared(Scripted(), "two"))
    rig.start().run(25)

    assert [{"n": 1.0, "m": 1.0}, {"m": 1.0}, {"n": 1.0, "m": 1.0}] == rig.values("s")


def test_a_source_that_gives_nothing_makes_nobody_wait():
    rig = Rig(shared(Scripted([], [], metrics="n"), "one"), shared(Scripted(), "two"))
    rig.start().run(15)

    assert [{"m": 1.0}] * 2 == rig.values("s")


def test_what_comes_after_the_deadline_is_refused_and_the_others_have_left():
    clock = FakeClock()
    late = Scripted(lambda: clock.advance(6) or Reading(values={"n": 2.0}), metrics="n")
    rig = Rig(
        shared(Scripted(), "one", timeout_s=4.0), shared(late, "two", timeout_s=4.0), clock=clock
    )
    rig.start().run(15)

    assert [{"m": 1.0}, {"m": 1.0, "n": 1.0}] == rig.values("s")
    assert {"late": 1} == rig.refused("two")
    assert {} == rig.refused("one")


def test_two_groups_of_one_source_leave_together_too():
    source = Scripted(groups=(Group("x"), Group("y")), metrics="mn")
    source.script = [Reading(values={"m": 1.0}), Reading(values={"n": 2.0})]
    rig = Rig(plan(source, timestamp="tick"))
    rig.start().run(5)

    assert [{"m": 1.0, "n": 2.0}] == rig.values()
    assert (("a", 2),) == rig.accepted[0][1].counts


def test_a_metric_that_comes_twice_in_a_tick_leaves_twice():
    source = Scripted(groups=(Group("x"), Group("y")), metrics="mn")
    source.script = [Reading(values={"m": 1.0}), Reading(values={"m": 2.0, "n": 3.0})]
    rig = Rig(plan(source, timestamp="tick"))
    rig.start().run(5)

    assert [{"m": 2.0, "n": 3.0}, {"m": 1.0}] == rig.values()


def test_readings_of_another_sensor_do_not_wait():
    clock = FakeClock()
    both = [Reading(values={"m": 1.0}), Reading(values={"m": 5.0}, sensor="other")]
    slow = Scripted(lambda: clock.advance(3) or Reading(values={"n": 2.0}), metrics="n")
    rig = Rig(shared(Scripted(both), "one"), shared(slow, "two"), clock=clock)
    rig.start().run(5)

    assert [0.0] == rig.times("other")
    assert [3.0] == rig.times("s")


def test_sources_that_are_stamped_by_their_reads_are_not_held():
    rig = Rig(plan(Scripted(), "one", sensor="s"), plan(Scripted(metrics="n"), "two", sensor="s"))
    rig.start().run(5)

    assert [{"m": 1.0}, {"n": 1.0}] == rig.values("s")


def test_what_is_still_held_at_the_end_leaves_before_the_end():
    rig = Rig(shared(Scripted(), "one"), shared(Scripted(metrics="n"), "two"))
    rig.start()
    first = rig.sampling._links.workers[0]._agenda.take(math.inf)
    first.run()
    assert [] == rig.accepted

    rig.sampling._links.shared[next(iter(rig.sampling._links.shared))].close()
    assert [{"m": 1.0}] == rig.values("s")


def test_a_part_that_is_read_after_the_others_have_left_is_refused_even_if_its_read_was_quick():
    waiting = Scripted(metrics="n")
    rig = Rig(
        shared(Scripted(), "one", timeout_s=4.0), shared(waiting, "two", timeout_s=4.0)
    ).start()
    one, two = (worker._agenda.take(math.inf) for worker in rig.sampling._links.workers)
    [sensor] = rig.sampling._links.shared.values()
    one.run()
    rig.clock.advance(5)
    sensor._expire()
    two.run()

    assert [{"m": 1.0}] == rig.values("s")
    assert {"late": 1} == rig.refused("two")
    assert 0 == rig.status("two").overruns


class Hanging(Scripted):
    """Hangs in its first read until it is let go."""

    def __init__(self, metrics):
        super().__init__(metrics=metrics)
        self.hangs, self.let_go = threading.Event(), threading.Event()

    def read(self, group, deadline):
        if not self.count("read"):
            self.hangs.set()
            self.let_go.wait(30)
        return super().read(group, deadline)


def test_a_source_that_hangs_is_waited_for_once_and_joins_again_when_it_is_back():
    rig = Rig(shared(hanging := Hanging("n"), "one"), shared(Scripted(), "two"))
    rig.start()
    stuck, well = sorted(rig.sampling._links.workers, key=lambda worker: worker.key)
    job = stuck._agenda.take(math.inf)
    thread = threading.Thread(target=lambda: stuck._agenda.add(job.again(job.run())), daemon=True)
    thread.start()
    assert hanging.hangs.wait(10)

    rig.run(35)
    times = rig.times("s")
    hanging.let_go.set()
    thread.join(10)
    rig.run(10)

    assert [10.0, 10.0, 20.0, 30.0] == times
    assert {"late": 1} == rig.refused("one")
    assert [{"m": 1.0}] * 4 + [{"n": 1.0, "m": 1.0}] == rig.values("s")
    assert well.key == "two"


STEPS = st.lists(st.sampled_from(["good", "empty", "fail", "slow", "late"]), max_size=12)


@pytest.mark.parametrize("link", ["", "bus"])
@given(st.lists(STEPS, min_size=2, max_size=4))
def test_whatever_the_sources_do_every_value_leaves_once_in_order_or_is_refused(link, scripts):
    clock = FakeClock()
    given_values = [0]

    def step(what, name):
        def read():
            clock.advance({"slow": 2.5, "late": 11.0}.get(what, 0.0))
            if what == "fail":
                raise GONE
            if what == "empty":
                return []
            given_values[0] += 1
            return Reading(values={name: float(given_values[0])})

        return read

    plans = []
    for number, script in enumerate(scripts):
        name = f"m{number}"
        steps = [step(what, name) for what in script] + [step("empty", name)] * 99
        plans.append(shared(Scripted(*steps, metrics=[name], link=link), name))
    rig = Rig(*plans, clock=clock)
    rig.start().run(400)

    left = [value for reading in rig.values("s") for value in reading.values()]
    refused = sum(rig.refused(item.name).get("late", 0) for item in plans)
    assert given_values[0] == len(left) + refused
    assert len(left) == len(set(left))
    stamps = [reading.taken_at.boottime_ms for _, reading in rig.accepted]
    assert stamps == sorted(set(stamps))
