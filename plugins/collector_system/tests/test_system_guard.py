import logging
import threading

import pytest

from collector import Deadline
from collector.testkit.clock import FakeClock
from collector_system.guard import Guard

_PATIENCE_S = 10.0


class Stuck:
    """A call that hangs until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        self.entered.set()
        assert self.let_go.wait(_PATIENCE_S)
        return "late"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def guard(clock):
    made = Guard(clock, 1.0, logging.getLogger("collector.source.test"))
    yield made
    made.close()


@pytest.fixture
def stuck():
    call = Stuck()
    yield call
    call.let_go.set()


def soon(clock) -> Deadline:
    return Deadline.after(clock, 10.0)


def get_stuck(guard, clock, stuck, what="disk /mnt"):
    """Make the call while time passes, and return what came back and how long it took."""
    started_s, back = clock.monotonic_s(), threading.Event()
    results = []

    def call() -> None:
        results.append((guard.call(what, stuck, soon(clock)), clock.monotonic_s() - started_s))
        back.set()

    threading.Thread(target=call, daemon=True).start()
    assert stuck.entered.wait(_PATIENCE_S)
    for _ in range(1000):
        if back.wait(0.01):
            return results[0]
        clock.advance(0.25)
    raise AssertionError("the guard waits for ever")


def until_free(guard, what="disk /mnt"):
    for _ in range(1000):
        if not guard.is_stuck(what):
            return
        threading.Event().wait(0.01)
    raise AssertionError("stuck for ever")


def helpers() -> list[threading.Thread]:
    name = "collector.source.test-helper"
    return [thread for thread in threading.enumerate() if thread.name == name]


def test_a_call_gives_its_result(guard, clock):
    assert guard.call("disk /", lambda: 42, soon(clock)) == 42


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("odd")])
def test_what_a_call_raises_reaches_the_caller(guard, clock, error):
    def fail():
        raise error

    with pytest.raises(type(error), match=str(error)):
        guard.call("disk /", fail, soon(clock))


def test_a_call_that_hangs_is_left_behind_at_the_limit(guard, clock, stuck):
    result, took_s = get_stuck(guard, clock, stuck)

    assert result is None
    assert 1.0 <= took_s <= 2.0


def test_no_call_outlasts_the_deadline(clock, stuck):
    patient = Guard(clock, 1000.0, logging.getLogger("collector.source.test"))

    result, took_s = get_stuck(patient, clock, stuck)

    assert result is None
    assert 10.0 <= took_s <= 12.0
    patient.close()


def test_after_the_deadline_nothing_is_started(guard, clock):
    passed = Deadline.after(clock, 0.0)
    calls = []

    assert guard.call("disk /", lambda: calls.append(1), passed) is None
    assert calls == []


def test_a_thing_that_is_stuck_is_not_asked_again(guard, clock, stuck):
    get_stuck(guard, clock, stuck)

    assert guard.call("disk /mnt", stuck, soon(clock)) is None
    assert guard.is_stuck("disk /mnt")
    assert stuck.calls == 1


def test_other_things_are_served_meanwhile(guard, clock, stuck):
    get_stuck(guard, clock, stuck)

    assert guard.call("disk /", lambda: "fine", soon(clock)) == "fine"


def test_a_thing_that_came_back_is_asked_again(guard, clock, stuck):
    get_stuck(guard, clock, stuck)

    stuck.let_go.set()
    until_free(guard)

    assert guard.call("disk /mnt", lambda: "back", soon(clock)) == "back"


def test_getting_stuck_and_coming_back_are_each_said_once(guard, clock, stuck, caplog):
    caplog.set_level(logging.INFO)
    get_stuck(guard, clock, stuck)
    guard.call("disk /mnt", stuck, soon(clock))
    stuck.let_go.set()
    until_free(guard)

    assert caplog.messages == [
        "disk /mnt does not answer; left out until it does",
        "disk /mnt answers again",
    ]


def test_there_is_one_thread_per_stuck_thing_and_one_for_the_rest(guard, clock):
    before, calls = len(helpers()), (Stuck(), Stuck())
    for number, call in enumerate(calls):
        get_stuck(guard, clock, call, what=f"disk {number}")
    for _ in range(5):
        guard.call("disk 0", calls[0], soon(clock))
        guard.call("disk /", lambda: 1, soon(clock))

    assert len(helpers()) - before == 3
    for call in calls:
        call.let_go.set()


def test_the_helper_ends_when_closed_and_starts_again_when_needed(clock):
    guard = Guard(clock, 1.0, logging.getLogger("collector.source.closing"))
    guard.call("disk /", lambda: 1, soon(clock))
    [helper] = [t for t in threading.enumerate() if t.name == "collector.source.closing-helper"]

    guard.close()
    helper.join(_PATIENCE_S)

    assert not helper.is_alive()
    assert guard.call("disk /", lambda: 2, soon(clock)) == 2
    guard.close()
    guard.close()


def test_a_helper_that_died_is_replaced(guard, clock, monkeypatch):
    died = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: died.set())

    assert guard.call("disk /", lambda: 1 / 0, soon(clock)) is None

    assert guard.call("disk /", lambda: "fine", soon(clock)) == "fine"
    assert died.wait(_PATIENCE_S)
