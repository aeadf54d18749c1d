"""Threads on fake time: no move of the clock goes unnoticed."""

import threading

from collector.testkit.clock import FakeClock


def test_a_wait_returns_at_once_if_the_time_has_moved_since_its_thread_looked():
    clock = FakeClock()
    condition = threading.Condition()

    with condition:
        clock.monotonic_s()
        clock.advance(1)
        clock.wait(condition, 1.0)
        clock.monotonic_s()

    assert 1001.0 == clock.monotonic_s()


def test_a_thread_that_looks_and_waits_misses_no_move_however_the_two_interleave():
    clock = FakeClock()
    condition = threading.Condition()
    woken = threading.Semaphore(0)

    def follow():
        for due_s in range(1001, 1501):
            with condition:
                while clock.monotonic_s() < due_s:
                    clock.wait(condition, due_s - clock.monotonic_s())
            woken.release()

    threading.Thread(target=follow, daemon=True).start()
    for _ in range(500):
        clock.advance(1)
        assert woken.acquire(timeout=20)
