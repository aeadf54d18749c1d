"""The watchdog is fed while every loop keeps its word, and starves for the one that hangs."""

import threading

import pytest

from collector.pulse import UNKNOWN, Pulse
from collector.service.watchdog import LONGEST_TURN_S, PATIENCE_S, Watchdog
from collector.testkit.clock import FakeClock


class Supervisor:
    """Stands for the notifier, and keeps what it was told."""

    is_heard = True

    def __init__(self, watchdog_s=30.0):
        self.watchdog_s = watchdog_s
        self.messages = []
        self.told = threading.Event()

    def ready(self):
        self.messages.append("ready")

    def alive(self):
        self.messages.append("alive")
        self.told.set()

    def stopping(self):
        self.messages.append("stopping")

    def tell(self, status):
        self.messages.append(status)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def pulses():
    return [Pulse(name) for name in ("timer", "uplink", "spool")]


@pytest.fixture
def supervisor():
    return Supervisor()


@pytest.fixture
def watchdog(supervisor, pulses, clock):
    return Watchdog(supervisor, pulses, lambda: "delivering", clock)


def test_loops_that_have_not_begun_keep_nobody_waiting(watchdog, supervisor, clock):
    clock.advance(1000)

    watchdog.turn()

    assert ["alive", "delivering"] == supervisor.messages


@pytest.mark.parametrize("hanging", ["timer", "uplink", "spool"])
def test_a_loop_that_breaks_its_word_starves_the_watchdog(
    watchdog, supervisor, clock, pulses, hanging, caplog
):
    for pulse in pulses:
        pulse.back_by(clock.monotonic_s() + (5.0 if pulse.name == hanging else 60.0))
    clock.advance(5.0 + PATIENCE_S + 1.0)

    watchdog.turn()
    watchdog.turn()

    assert [f"hangs: {hanging} for 16 s"] == supervisor.messages
    assert 1 == len(caplog.records)
    assert hanging in caplog.text


def test_a_loop_that_is_a_little_late_is_forgiven(watchdog, supervisor, clock, pulses):
    pulses[0].back_by(clock.monotonic_s() + 5.0)
    clock.advance(5.0 + PATIENCE_S)

    watchdog.turn()

    assert "alive" in supervisor.messages


def test_a_loop_that_comes_back_has_it_fed_again(watchdog, supervisor, clock, pulses):
    pulses[0].back_by(clock.monotonic_s() + 1.0)
    clock.advance(100)
    watchdog.turn()
    pulses[0].back_by(clock.monotonic_s() + 1.0)

    watchdog.turn()

    assert ["alive", "delivering"] == supervisor.messages[1:]


def test_a_loop_that_waits_for_an_event_is_not_expected(watchdog, supervisor, clock, pulses):
    pulses[0].back_by(clock.monotonic_s() + 1.0)
    pulses[0].back_by(UNKNOWN)
    clock.advance(1000)

    watchdog.turn()

    assert "alive" in supervisor.messages


@pytest.mark.parametrize(
    ("watchdog_s", "expected_s"), [(6.0, 2.0), (30.0, LONGEST_TURN_S), (0.0, LONGEST_TURN_S)]
)
def test_it_looks_often_enough_for_the_supervisor(clock, watchdog_s, expected_s):
    assert expected_s == Watchdog(Supervisor(watchdog_s), [], str, clock).interval_s


def test_it_feeds_by_itself_from_the_start_to_the_stop(watchdog, supervisor, clock):
    watchdog.start()
    assert supervisor.told.wait(10)

    supervisor.told.clear()
    clock.advance(LONGEST_TURN_S)
    assert supervisor.told.wait(10)
    watchdog.stop()

    assert "ready" == supervisor.messages[0]
    assert "stopping" in supervisor.messages


def test_without_a_supervisor_there_is_no_thread(clock):
    supervisor = Supervisor()
    supervisor.is_heard = False

    Watchdog(supervisor, [], str, clock).start()

    assert ["ready"] == supervisor.messages
