"""The clocks: what they promise, the real and the fake one alike."""

import threading

import pytest

from collector.clock import Deadline, Instant, SystemClock, kernel_clock_is_synchronized, wall_ms_of
from collector.testkit.clock import FakeClock


@pytest.fixture(params=[SystemClock, FakeClock], ids=["system", "fake"])
def clock(request):
    return request.param()


def test_monotonic_and_boot_time_never_go_back(clock):
    first = (clock.monotonic_s(), clock.now().boottime_ms)

    assert first <= (clock.monotonic_s(), clock.now().boottime_ms)


def test_an_instant_of_this_boot_has_a_wall_clock_time(clock):
    now = clock.now()

    assert abs(clock.wall_ms() - wall_ms_of(now, clock)) < 1000


def test_an_instant_of_another_boot_has_none(clock):
    assert wall_ms_of(Instant("another boot", 5), clock) is None


def test_an_instant_gets_its_true_time_after_the_wall_clock_was_set():
    clock = FakeClock(wall_ms=0)
    taken_at = clock.now()
    clock.advance(10)

    clock.step_wall(1_700_000_000)

    assert 1_700_000_000_000 == wall_ms_of(taken_at, clock)


def test_a_deadline_counts_down_to_0_and_then_has_passed():
    clock = FakeClock()
    deadline = Deadline.after(clock, 5)
    clock.advance(2)
    assert (3.0, False) == (deadline.remaining_s(), deadline.has_passed())

    clock.advance(4)

    assert (0.0, True) == (deadline.remaining_s(), deadline.has_passed())


def test_a_deadline_does_not_follow_the_wall_clock():
    clock = FakeClock()
    deadline = Deadline.after(clock, 5)

    clock.step_wall(3600)

    assert not deadline.has_passed()


def test_whoever_waits_on_the_fake_clock_is_woken_when_time_passes():
    clock, condition, woken = FakeClock(), threading.Condition(), threading.Event()
    waits = threading.Event()

    def wait():
        with condition:
            waits.set()
            clock.wait(condition, 100)
        woken.set()

    threading.Thread(target=wait, daemon=True).start()
    assert waits.wait(5)
    while not woken.wait(0.01):
        clock.advance(1)


def test_a_reboot_changes_the_boot_and_starts_its_time_afresh():
    clock = FakeClock()
    before = clock.now()

    clock.reboot()

    assert before.boot_id != clock.now().boot_id
    assert 0 == clock.now().boottime_ms


def test_the_kernel_can_be_asked_whether_the_clock_is_disciplined():
    assert kernel_clock_is_synchronized() in (True, False)
