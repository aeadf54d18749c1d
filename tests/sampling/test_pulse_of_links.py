"""A link promises to wake when the next thing is due, and nothing while it does one."""

import threading

import pytest

from collector.clock import Deadline
from collector.sampling.link import LinkWorker
from collector.testkit.clock import FakeClock

FAR_S = 1e9
PATIENCE_S = 10


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def worker(clock):
    worker = LinkWorker("timer", clock)
    yield worker
    worker.stop(Deadline.after(clock, 5))


def until(condition):
    tick = threading.Event()
    for _ in range(PATIENCE_S * 200):
        if condition():
            return
        tick.wait(0.005)
    pytest.fail("it did not happen")


def test_a_link_promises_to_wake_when_its_next_job_is_due(worker, clock):
    due_s = clock.monotonic_s() + 30
    worker.add(due_s, lambda: None)
    worker.start()

    until(lambda: worker.pulse.overdue_s(FAR_S) == FAR_S - due_s)


def test_a_link_with_nothing_to_do_promises_nothing(worker, clock):
    done = threading.Event()
    worker.add(clock.monotonic_s(), done.set)
    worker.start()
    assert done.wait(PATIENCE_S)

    until(lambda: worker.pulse.overdue_s(FAR_S) == 0.0)


def test_a_link_that_is_held_up_in_a_job_promises_nothing_meanwhile(worker, clock):
    is_in, may_leave = threading.Event(), threading.Event()

    def hang():
        is_in.set()
        may_leave.wait(PATIENCE_S)

    worker.add(clock.monotonic_s(), hang)
    worker.add(clock.monotonic_s() + 1, lambda: None)
    worker.start()
    assert is_in.wait(PATIENCE_S)

    overdue_s = worker.pulse.overdue_s(FAR_S)
    may_leave.set()

    assert 0.0 == overdue_s
