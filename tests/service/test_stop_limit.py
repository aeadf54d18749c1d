"""A stop that does not come to its end is left; one that does is not disturbed."""

import subprocess
import sys
import threading

from collector.service.stop_limit import START_LIMIT_S, STOP_LIMIT_S, StopLimit
from collector.testkit.clock import FakeClock

LONG_S = 20.0


def counting():
    return [each for each in threading.enumerate() if each.name == "stop limit"]


def wait_for_the_count():
    for thread in counting():
        thread.join(LONG_S)
        assert not thread.is_alive()


def test_a_start_that_hangs_is_left_soon_and_a_stop_that_hangs_later(caplog):
    for has_read, limit_s, code in ((False, START_LIMIT_S, 0), (True, STOP_LIMIT_S, 70)):
        clock, left = FakeClock(), []
        with StopLimit(clock, left.append) as limit:
            if has_read:
                limit.reading_begins()
            limit.begin()
            clock.advance(limit_s - 0.1)
            assert 1 == len(counting())

            clock.advance(0.2)
            wait_for_the_count()

        assert [code] == left
    assert "the start hangs: left after 5 s, nothing was read" in caplog.text
    assert "the stop hangs: left after 9.5 s" in caplog.text


def test_a_stop_that_ends_in_time_is_not_disturbed():
    clock, left = FakeClock(), []
    with StopLimit(clock, left.append) as limit:
        limit.begin()

    wait_for_the_count()
    clock.advance(2 * STOP_LIMIT_S)

    assert [] == left


def test_a_second_signal_does_not_give_the_stop_more_time():
    clock, left = FakeClock(), []
    with StopLimit(clock, left.append) as limit:
        limit.begin()
        clock.advance(START_LIMIT_S - 1)
        limit.begin()
        assert 1 == len(counting())
        clock.advance(1.1)
        wait_for_the_count()

    assert [0] == left


def test_without_a_stop_nothing_is_counted():
    with StopLimit(FakeClock()):
        assert [] == counting()


def test_the_process_is_really_left_although_its_main_thread_hangs():
    program = (
        "import threading\n"
        "from collector.service.stop_limit import StopLimit\n"
        "from collector.testkit.clock import FakeClock\n"
        "clock = FakeClock()\n"
        "with StopLimit(clock) as limit:\n"
        "    limit.begin()\n"
        "    threading.Timer(0.1, clock.advance, [10]).start()\n"
        "    threading.Event().wait()\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=LONG_S
    )

    assert (0, "the start hangs: left after 5 s, nothing was read\n") == (
        ended.returncode,
        ended.stderr,
    )
