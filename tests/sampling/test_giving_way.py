"""Reads of several transactions, and what goes first between them."""

from itertools import pairwise

from sampling_rig import Rig, Scripted, plan

from collector.clock import Deadline
from collector.errors import SourceUnavailableError
from collector.plugin.source import Group, Reading
from collector.testkit.clock import FakeClock


class Slow(Scripted):
    """Its group ``slow`` takes ten transactions of 100 ms, between which it gives way."""

    def __init__(self, clock, **more):
        super().__init__(**more)
        self.clock = clock

    def read(self, group, deadline):
        if group != "slow":
            self.clock.advance(0.01)
            return super().read(group, deadline)
        self.calls.append("slow begins")
        for _ in range(10):
            deadline.give_way()
            self.clock.advance(0.1)
        self.calls.append("slow ends")
        return [Reading(values={"m": 2.0})]


GROUPS = (Group("slow", 10.0), Group("fast", 0.2))


def rig_with(groups=GROUPS, **more):
    clock = FakeClock()
    source = Slow(clock, groups=groups)
    return Rig(plan(source, align=False, **more), clock=clock).start(), source


def test_a_fast_group_stays_on_time_while_a_slow_one_is_read():
    rig, source = rig_with()

    rig.run(40.0)

    fast = [at for at, value in zip(rig.times(), rig.values(), strict=True) if value == {"m": 1.0}]
    gaps = [later - earlier for earlier, later in pairwise(fast)]
    assert 4 <= source.count("slow ends")
    assert max(gaps) <= 0.35
    assert rig.status().missed_ticks <= 2


def test_the_slow_read_is_not_kept_from_its_end():
    rig, source = rig_with()

    rig.run(40.0)

    assert source.count("slow begins") == source.count("slow ends")


def test_a_slower_group_does_not_go_before_the_one_that_gives_way():
    rig, source = rig_with(groups=(Group("slow", 5.0), Group("slower", 20.0)))

    rig.run(30.0)

    began = source.calls.index("slow begins")
    assert source.calls[began + 1] == "slow ends"


def test_a_read_whose_source_was_closed_meanwhile_ends_and_is_no_failure_of_its_own():
    rig, source = rig_with()
    rig.run(9.9)
    before = rig.status().failures
    source.script = [SourceUnavailableError("fast one failed")]

    rig.run(1.5)

    assert rig.status().failures == before + 1
    assert "close" in source.calls
    rig.run(30.0)
    assert rig.status().state == "ok"


def test_a_plain_deadline_gives_way_to_nobody():
    Deadline.after(FakeClock(), 1.0).give_way()


def test_a_source_that_hangs_after_giving_way_shows_as_overdue():
    rig, source = rig_with(timeout_s=0.25)
    seen = []
    advance = source.clock.advance

    def watch(seconds):
        advance(seconds)
        seen.append(rig.status().state)

    source.clock.advance = watch
    rig.run(0.9)

    assert "overdue" in seen
