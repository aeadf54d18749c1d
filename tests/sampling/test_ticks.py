"""When one source is read: ticks, groups, jitter, deadlines, and reads that are late."""

import itertools

import pytest
from sampling_rig import Rig, Scripted, plan, slow

from collector.plugin.source import Group, Reading
from collector.status import SourceState
from collector.testkit.clock import FakeClock

LATE_START = 1_700_000_004_000


def test_the_first_value_comes_at_once_and_the_others_on_the_grid():
    rig = Rig(plan(Scripted()), clock=FakeClock(LATE_START))
    rig.start().run(30)

    assert [0.0, 6.0, 16.0, 26.0] == rig.times()


def test_a_source_that_is_stamped_by_ticks_begins_on_the_grid():
    rig = Rig(plan(Scripted(), timestamp="tick"), clock=FakeClock(LATE_START))
    rig.start().run(30)

    assert [6.0, 16.0, 26.0] == rig.times()


def test_an_immediate_read_that_would_nearly_touch_the_first_tick_is_left_to_it():
    rig = Rig(plan(Scripted()), clock=FakeClock(LATE_START + 5500))
    rig.start().run(12)

    assert [0.5, 10.5] == rig.times()


def test_the_offset_moves_the_reads():
    rig = Rig(plan(Scripted(), timestamp="tick", offset_s=2.0), clock=FakeClock(LATE_START))
    rig.start().run(20)

    assert [8.0, 18.0] == rig.times()


def test_without_alignment_the_grid_starts_with_the_collector():
    rig = Rig(plan(Scripted(), align=False), clock=FakeClock(LATE_START))
    rig.start().run(25)

    assert [0.0, 10.0, 20.0] == rig.times()


def test_jitter_delays_each_read_anew_and_leaves_the_stamp_on_the_grid():
    rig = Rig(plan(Scripted(), timestamp="tick", jitter_s=5.0), clock=FakeClock(LATE_START))
    rig.start().run(1000)
    delays = [(at_s - 6.0) % 10 for at_s in rig.times()]

    assert 99 <= len(delays)
    assert all(0 <= delay <= 5 for delay in delays)
    assert 90 < len(set(delays))
    assert {0} == {reading.taken_at.boottime_ms % 10_000 - 6000 for _, reading in rig.accepted}
    assert 0 == rig.status().missed_ticks


def test_a_tick_whose_jitter_has_not_passed_is_not_missed():
    clock = FakeClock(LATE_START)
    source = Scripted(*[slow(clock, 6.9)] * 50)
    rig = Rig(plan(source, timestamp="tick", jitter_s=5.0), clock=clock)
    rig.start().run(499)

    assert any(at_s % 10 < 6 for at_s in rig.times())
    assert 0 == rig.status().missed_ticks


def test_each_group_has_its_own_interval_and_the_source_stays_open():
    source = Scripted(groups=(Group("fast", 1.0), Group("slow", 10.0), Group("common")))
    rig = Rig(plan(source, interval_s=5.0), clock=FakeClock(LATE_START + 500))
    rig.start().run(20)

    assert [21, 3, 4] == [source.count(f"read {name}") for name in ("fast", "slow", "common")]
    assert 1 == source.count("open")


def test_a_read_that_takes_longer_than_the_interval_skips_ticks_and_they_are_counted():
    rig = Rig(plan(Scripted()), clock=FakeClock(LATE_START))
    source = Scripted(slow(rig.clock, 0), *[slow(rig.clock, 25)] * 2)
    rig = Rig(plan(source), clock=rig.clock)
    rig.start().run(85)

    assert [0.0, 31.0, 61.0, 66.0, 76.0] == rig.times()
    assert 4 == rig.status().missed_ticks
    assert 2 == rig.status().overruns
    assert 25.0 > rig.status().last_read_s


def test_sources_of_one_link_take_turns_and_none_starves():
    clock = FakeClock(LATE_START)
    sources = [Scripted(*[slow(clock, 0.6)] * 100, link="/dev/ttyS0") for _ in range(3)]
    plans = [
        plan(source, name, interval_s=1.0) for source, name in zip(sources, "abc", strict=False)
    ]
    rig = Rig(*plans, clock=clock)
    rig.start().run(59)

    counts = [len(rig.times(name)) for name in "abc"]
    assert 95 <= sum(counts)
    assert min(counts) >= 25
    for name in "abc":
        assert 57 <= len(rig.times(name)) + rig.status(name).missed_ticks <= 61


def test_a_fast_group_goes_before_a_slow_one_that_waits_for_the_busy_link_too():
    clock = FakeClock()
    order = []

    def taking(name, seconds):
        def read():
            order.append(name)
            clock.advance(seconds)
            return Reading(values={"m": 1.0})

        return read

    slow_ones = [Scripted(*[taking("slow", 0.5)] * 9, link="bus") for _ in range(3)]
    fast = Scripted(*[taking("fast", 0.02)] * 99, link="bus")
    plans = [plan(source, f"s{number}") for number, source in enumerate(slow_ones)]
    rig = Rig(*plans, plan(fast, "fast", interval_s=0.2), clock=clock)
    rig.start().run(9)
    order.clear()
    rig.run(2.0)

    assert ["slow", "fast", "slow", "fast", "slow"] == order[order.index("slow") :][:5]


def test_a_slow_group_is_read_even_if_fast_ones_take_all_of_the_link():
    clock = FakeClock()
    fast = Scripted(*[slow(clock, 0.3)] * 999, link="bus")
    rig = Rig(
        plan(fast, "fast", interval_s=0.2, timeout_s=1.0),
        plan(Scripted(*[slow(clock, 0.3)] * 99, link="bus"), "slow"),
        clock=clock,
    )
    rig.start().run(100)

    assert 9 <= len(rig.times("slow")) <= 11
    assert 1 >= rig.status("slow").missed_ticks


def test_after_ten_stopped_minutes_there_is_one_read_and_the_rest_is_counted_as_missed():
    rig = Rig(plan(Scripted(), interval_s=1.0))
    rig.start().run(5)
    before = len(rig.accepted)
    rig.clock.advance(600.5)
    rig.run(0)

    assert 1 == len(rig.accepted) - before
    rig.run(10)
    assert 11 == len(rig.accepted) - before
    assert 599 <= rig.status().missed_ticks <= 600


@pytest.mark.parametrize("step_s", [3600, -3600, 1_000_000_000])
def test_steps_of_the_wall_clock_leave_the_number_of_readings_as_it_is(step_s):
    rig = Rig(plan(Scripted(), interval_s=1.0))
    rig.start().run(50)
    rig.clock.step_wall(step_s + 0.3)
    rig.run(50)

    times = rig.times()
    assert abs(101 - len(times)) <= 1
    assert all(0.5 <= b - a <= 1.5 for a, b in itertools.pairwise(times))


def test_the_deadline_is_the_timeout_after_the_read_began():
    source = Scripted()
    rig = Rig(plan(source, timeout_s=2.5))
    rig.start().run(1)

    [deadline] = source.deadlines
    assert 1002.5 == deadline.at_s


def test_waiting_for_the_link_does_not_use_up_the_deadline():
    clock = FakeClock()
    late = Scripted(link="bus")
    rig = Rig(
        plan(Scripted(slow(clock, 5), link="bus"), "first"),
        plan(late, "second", timeout_s=2.0),
        clock=clock,
    )
    rig.start().run(9)

    [deadline] = late.deadlines
    assert 1007.0 == deadline.at_s


def test_a_late_reading_is_kept_with_its_true_time():
    clock = FakeClock()
    rig = Rig(plan(Scripted(slow(clock, 3)), timeout_s=2.0), clock=clock)
    rig.start().run(9)

    assert [3.0] == rig.times()
    assert 1_003_000 == rig.accepted[0][1].taken_at.boottime_ms
    assert (1, 0, SourceState.OK) == (
        rig.status().overruns,
        rig.status().failures,
        rig.status().state,
    )


def test_a_late_reading_that_would_bear_the_time_of_its_tick_is_refused():
    clock = FakeClock()
    rig = Rig(plan(Scripted(slow(clock, 3)), timeout_s=2.0, timestamp="tick"), clock=clock)
    rig.start().run(9)

    assert [] == rig.times()
    assert {"late": 1} == rig.refused()
    assert 1 == rig.status().refused


def test_a_read_past_its_deadline_shows_as_overdue():
    clock = FakeClock()
    seen = []

    def read():
        seen.append(rig.status().state)
        clock.advance(2.1)
        seen.append((rig.status().state, rig.status().message))
        return Reading(values={"m": 1.0})

    rig = Rig(plan(Scripted(read), timeout_s=2.0), clock=clock)
    rig.start().run(5)

    assert [SourceState.STARTING, (SourceState.OVERDUE, "has not come back in time")] == seen
    assert SourceState.OK == rig.status().state


def test_an_open_past_its_timeout_shows_as_overdue_too():
    clock = FakeClock()
    seen = []
    source = Scripted()
    source.on_open = lambda: (clock.advance(11), seen.append(rig.status().state))
    rig = Rig(plan(source), clock=clock)
    rig.start().run(1)

    assert [SourceState.OVERDUE] == seen
