"""Ticks: on the wall clock's grid, never stalled, never in a burst."""

import itertools
import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.clock import Instant
from collector.sampling.schedule import Schedule
from collector.testkit.clock import FakeClock

ROUND_MS = 1_700_000_000_000


class Suspendable(FakeClock):
    """A clock of a machine that can be suspended: the monotonic clock then stands still."""

    def __init__(self):
        super().__init__()
        self.asleep_s = 0.0

    def now(self):
        now = super().now()
        return Instant(now.boot_id, now.boottime_ms + round(self.asleep_s * 1000))

    def suspend(self, seconds):
        self.asleep_s += seconds
        self.step_wall(seconds)


def walk(schedule, clock, ticks, between=lambda number: None):
    """Go from tick to tick, and return all of them."""
    seen = []
    number = -1
    for _ in range(ticks):
        tick = schedule.after(number)
        between(len(seen))
        clock.advance(max(0.0, tick.due_s - clock.monotonic_s()))
        seen.append(schedule.begin(tick, clock.monotonic_s()))
        number = seen[-1].number
    return seen


def gaps(ticks):
    return [b.due_s - a.due_s for a, b in itertools.pairwise(ticks)]


@pytest.mark.parametrize("interval_s", [0.1, 1.0, 7.0, 10.0, 3600.0])
def test_ticks_lie_on_multiples_of_the_interval_on_the_wall_clock(interval_s):
    clock = FakeClock(ROUND_MS + 123)
    schedule = Schedule(interval_s, clock)

    ticks = walk(schedule, clock, 5, lambda _: None)

    for tick in ticks:
        wall_ms = ROUND_MS + 123 + (tick.due_s - 1000) * 1000
        assert abs((wall_ms + 1) % (interval_s * 1000) - 1) < 1
    assert [0, 1, 2, 3, 4] == [tick.number for tick in ticks]
    assert gaps(ticks) == pytest.approx([interval_s] * 4)


def test_the_offset_moves_the_grid():
    clock = FakeClock(ROUND_MS)
    tick = Schedule(10.0, clock, offset_s=3.0).after(-1)

    assert tick.due_s == pytest.approx(clock.monotonic_s() + 3.0)


def test_a_grid_that_is_not_aligned_starts_one_interval_from_now():
    clock = FakeClock(ROUND_MS + 1234)
    tick = Schedule(10.0, clock, align=False).after(-1)

    assert tick.due_s == pytest.approx(clock.monotonic_s() + 10.0)


def test_the_instant_of_a_tick_is_where_the_tick_is_and_not_where_it_was_noticed():
    clock = FakeClock(ROUND_MS + 4000)
    schedule = Schedule(10.0, clock)
    before = clock.now().boottime_ms
    tick = schedule.after(-1)
    clock.advance(6.5)

    assert before + 6000 == schedule.begin(tick, clock.monotonic_s()).instant.boottime_ms


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 0.2, -0.2, 5.0, 4.9, 30 * 365 * 86400.0])
def test_a_step_of_the_wall_clock_neither_stalls_nor_bursts_and_the_grid_is_found_again(step_s):
    clock = FakeClock(ROUND_MS)
    schedule = Schedule(10.0, clock)

    ticks = walk(schedule, clock, 100, lambda seen: clock.step_wall(step_s) if seen == 50 else None)

    assert min(gaps(ticks)) >= 5.0
    assert max(gaps(ticks)) <= 15.0
    assert 1 >= abs(ticks[-1].due_s - ticks[0].due_s - 990) / 10
    assert list(range(100)) == [tick.number for tick in ticks]
    assert abs((clock.wall_ms() + 5000) % 10_000 - 5000) <= 5


def test_the_first_synchronisation_after_1970_costs_one_tick_at_most():
    clock = FakeClock(5_000)
    schedule = Schedule(1.0, clock)

    ticks = walk(
        schedule, clock, 60, lambda seen: clock.step_wall(1_700_000_000.4) if seen == 30 else None
    )

    assert all(0.5 <= gap <= 1.5 for gap in gaps(ticks))
    assert ticks[-1].due_s - ticks[0].due_s == pytest.approx(59, abs=1)


@given(
    st.lists(
        st.tuples(
            st.floats(-100_000, 100_000), st.floats(0, 40), st.sampled_from(["", "", "read"])
        ),
        max_size=60,
    ),
    st.sampled_from([0.1, 1.0, 10.0]),
)
def test_whatever_the_wall_clock_does_neighbouring_ticks_stay_half_to_one_and_a_half_apart(
    steps, interval_s
):
    clock = FakeClock(ROUND_MS)
    schedule = Schedule(interval_s, clock)
    number = -1
    last = None
    for step_s, percent, kind in steps:
        tick = schedule.after(number)
        assert tick.due_s >= clock.monotonic_s()
        clock.step_wall(step_s)
        clock.advance(max(0.0, tick.due_s - clock.monotonic_s()))
        begun = schedule.begin(tick, clock.monotonic_s())
        assert begun == tick
        if last is not None and begun.number == last.number + 1:
            assert 0.499 * interval_s <= begun.due_s - last.due_s <= 1.501 * interval_s
        assert last is None or begun.number > last.number
        number, last = begun.number, begun
        if kind == "read":
            clock.advance(percent * interval_s / 10)


def test_ticks_that_a_long_read_covered_are_skipped_and_can_be_counted():
    clock = FakeClock(ROUND_MS)
    schedule = Schedule(1.0, clock)
    tick = schedule.after(-1)
    clock.advance(3.5)

    following = schedule.after(tick.number)

    assert 4 == following.number - tick.number
    assert following.due_s == pytest.approx(clock.monotonic_s() + 0.5)


def test_after_a_stopped_process_only_the_newest_tick_is_acted_on():
    clock = FakeClock(ROUND_MS)
    schedule = Schedule(1.0, clock)
    tick = schedule.after(-1)
    clock.advance(600.3)

    begun = schedule.begin(tick, clock.monotonic_s())
    following = schedule.after(begun.number)

    assert 600 == begun.number - tick.number
    assert clock.monotonic_s() - begun.due_s == pytest.approx(0.3)
    assert 1 == following.number - begun.number
    assert following.due_s - begun.due_s == pytest.approx(1.0)


def test_a_suspended_machine_counts_what_it_slept_through_and_stamps_with_the_present():
    clock = Suspendable()
    schedule = Schedule(10.0, clock)
    tick = schedule.after(-1)
    clock.advance(max(0.0, tick.due_s - clock.monotonic_s()))
    pending = schedule.after(tick.number)

    clock.suspend(600)
    clock.advance(pending.due_s - clock.monotonic_s())
    begun = schedule.begin(pending, clock.monotonic_s())
    following = schedule.after(begun.number)

    assert pending.number == begun.number
    assert clock.now() == begun.instant
    assert 61 == following.number - begun.number
    assert 5 <= following.due_s - begun.due_s <= 15
    assert following.instant.boottime_ms - begun.instant.boottime_ms == pytest.approx(10_000, abs=9)


def test_a_tick_that_was_just_missed_counts_within_the_grace():
    clock = FakeClock(ROUND_MS)
    schedule = Schedule(10.0, clock)
    first = schedule.after(-1)
    second = schedule.after(first.number) if first.due_s < clock.monotonic_s() else first
    clock.advance(second.due_s - clock.monotonic_s() + 2.0)

    assert second == schedule.after(second.number - 1, grace_s=5.0)
    assert second.number + 1 == schedule.after(second.number - 1, grace_s=1.0).number


def test_the_immediate_tick_is_due_now_and_the_grid_follows_without_a_gap():
    clock = FakeClock(ROUND_MS + 3000)
    schedule = Schedule(10.0, clock)

    immediate = schedule.immediate()

    assert clock.monotonic_s() == immediate.due_s
    assert clock.now() == immediate.instant
    assert 1 == schedule.after(immediate.number).number - immediate.number
    assert immediate == schedule.begin(immediate, clock.monotonic_s())


def test_all_who_share_a_schedule_get_the_same_ticks_whatever_order_they_ask_in():
    clock = FakeClock(ROUND_MS + 1)
    schedule = Schedule(10.0, clock)
    numbers = [-1, -1, -1]
    seen = [[], [], []]
    draw = random.Random(3)
    for _ in range(200):
        for index in draw.sample(range(3), draw.randint(1, 3)):
            tick = schedule.after(numbers[index])
            if tick.due_s <= clock.monotonic_s() + 10:
                seen[index].append(tick)
                numbers[index] = tick.number
        clock.step_wall(draw.uniform(-20, 20))
        clock.advance(draw.uniform(0, 12))

    by_number = {}
    for ticks in seen:
        for tick in ticks:
            assert by_number.setdefault(tick.number, tick) == tick
    assert all(len(ticks) > 50 for ticks in seen)


def test_threads_that_ask_at_once_get_one_and_the_same_object():
    clock = FakeClock(ROUND_MS + 1)
    schedule = Schedule(10.0, clock)
    first = schedule.after(-1)
    clock.advance(10)
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(schedule.after(first.number))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert 20 == len(got)
    assert 1 == len({id(tick) for tick in got})


class Interrupted(FakeClock):
    """A clock whose reader loses the processor for 300 ms, once, between two of its readings."""

    def __init__(self):
        super().__init__(ROUND_MS)
        self.interrupt = False

    def wall_ms(self):
        if self.interrupt:
            self.interrupt = False
            self.advance(0.3)
        return super().wall_ms()


def test_losing_the_processor_while_reading_clocks_does_not_look_like_a_step():
    clock = Interrupted()
    schedule = Schedule(10.0, clock)
    first = schedule.after(-1)
    clock.advance(first.due_s - clock.monotonic_s() + 1)
    clock.interrupt = True

    assert schedule.after(first.number).due_s - first.due_s == pytest.approx(10.0, abs=0.001)
