"""The network thread: how often it asks an agent that declines, or waits for the right time."""

from random import Random

from collector.clock import Deadline
from collector.errors import AgentRefusesError, RefusalReason
from collector.mqtt.tls import explain
from collector.publishing.connection.pauses import FIRST_DECLINED_PAUSE_S
from collector.publishing.connection.uplink import Uplink
from collector.status import DeliveryState
from collector.testkit.clock import FakeClock

EARLY = AgentRefusesError(RefusalReason.SERVER_CERTIFICATE_NOT_YET_VALID, "not yet")


class Hurried(FakeClock):
    """Passes the time that a thread would wait at once."""

    def wait(self, condition, timeout_s):
        self.advance(timeout_s)


def attempts_in_five_minutes(run, error):
    """Return how often an agent is asked that is there and always ends the attempt like that."""
    run.access.clock = Hurried()
    run.access.connect_errors = [error] * 10_000
    asked_at_s = run.access.connected_at_s
    run.uplink = Uplink(run.access, run.access.clock, Random(1), run.fatal.append)
    run.uplink.start()
    run.until(lambda: asked_at_s and asked_at_s[-1] - asked_at_s[0] > 600)
    run.uplink.stop(Deadline.after(run.access.clock, 0))
    return sum(at_s - asked_at_s[0] < 300 for at_s in asked_at_s)


def test_an_agent_whose_clock_is_ahead_is_asked_seldom(run):
    assert 11 == attempts_in_five_minutes(run, EARLY)


def test_one_that_hangs_up_in_the_handshake_is_asked_seldom_as_well(run):
    error = explain(ConnectionResetError(), "localhost:18884")

    assert 11 == attempts_in_five_minutes(run, error)


def test_it_connects_as_soon_as_the_time_is_set(run):
    clock = run.access.clock = FakeClock()
    run.access.connect_errors = [EARLY] * 2
    run.uplink = Uplink(run.access, clock, Random(1), run.fatal.append)
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.WAITING_FOR_TIME)
    clock.advance(FIRST_DECLINED_PAUSE_S[1])
    run.until(lambda: not run.access.connect_errors)

    clock.step_wall(3600)

    run.until(lambda: run.state is DeliveryState.CONNECTED)
    assert 3 == len(run.access.connected_at_s)
