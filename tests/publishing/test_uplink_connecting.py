"""The network thread: connecting, losing the connection, waiting for an agent or for the time."""

import pytest
from agent_double import Known

from collector.errors import (
    AgentAbsentError,
    AgentRefusesError,
    AgentUnreachableError,
    RefusalReason,
)
from collector.status import DeliveryState

FAR_MS = 4_102_444_800_000  # 2100


def test_a_reading_is_delivered_as_soon_as_it_is_in_the_ring(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    run.put()

    run.until(lambda: run.delivered == 1)
    assert 1 == run.uplink.status().confirmed_readings


def test_the_network_thread_gives_its_word_anew_at_every_turn(run):
    far_s = run.access.clock.monotonic_s() + 1000
    assert 0.0 == run.uplink.pulse.overdue_s(far_s)

    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.until(lambda: run.uplink.pulse.overdue_s(far_s) > 0)
    before_s = run.uplink.pulse.overdue_s(far_s)
    run.put()

    run.until(lambda: run.uplink.pulse.overdue_s(far_s) not in (0.0, before_s))


def test_a_lost_connection_is_made_again_and_nothing_is_lost(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.access.answers = lambda topic, payload: []
    run.put()
    run.until(lambda: any("pushValues" in t for t, _ in run.access.transports[0].published))
    run.access.answers = run.access.answer

    run.access.transports[0].drop("the line was cut")

    run.until(lambda: run.delivered == 1)
    assert 2 == run.uplink.status().connections


def test_an_agent_that_is_not_there_is_tried_again_and_the_reason_is_shown(run):
    run.access.connect_errors = [AgentUnreachableError("nobody listens on port 18884")]
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.WAITING)
    assert "nobody listens" in run.uplink.status().message

    run.until(lambda: run.state is DeliveryState.CONNECTED)

    assert "" == run.uplink.status().message


@pytest.mark.parametrize(
    ("error", "ceilings_s"),
    [(AgentUnreachableError, [1, 2, 4, 8, 16, 30, 30]), (AgentAbsentError, [1, 2, 4, 5, 5, 5, 5])],
)
def test_an_agent_that_only_is_not_up_yet_is_looked_for_more_often(run, error, ceilings_s):
    run.access.connect_errors = [error("not now")] * len(ceilings_s)

    run.uplink.start()

    run.until(lambda: run.state is DeliveryState.CONNECTED)
    assert ceilings_s == run.random.seen


@pytest.mark.parametrize(
    ("reason", "not_before_ms", "expected"),
    [
        (RefusalReason.SERVER_CERTIFICATE_NOT_YET_VALID, 0, DeliveryState.WAITING_FOR_TIME),
        (RefusalReason.CLIENT_CERTIFICATE_REFUSED, FAR_MS, DeliveryState.WAITING_FOR_TIME),
        (RefusalReason.CLIENT_CERTIFICATE_REFUSED, 0, DeliveryState.WAITING),
        (RefusalReason.SERVER_CERTIFICATE_WRONG_NAME, FAR_MS, DeliveryState.WAITING),
    ],
)
def test_a_certificate_that_is_not_valid_yet_waits_for_the_time(
    run, reason, not_before_ms, expected
):
    run.access.not_before_ms = not_before_ms
    run.access.connect_errors = [AgentRefusesError(reason, "refused")] * 1000

    run.uplink.start()
    run.until(lambda: run.state is not DeliveryState.CONNECTING)

    message = run.uplink.status().message
    assert expected is run.state
    assert message.startswith("refused")
    is_ours = reason is RefusalReason.CLIENT_CERTIFICATE_REFUSED and not_before_ms > 0
    assert is_ours == ("our certificate is valid from 2100-01-01 00:00:00 UTC" in message)


def test_a_held_reading_shows_in_the_state(run):
    run.access.known = Known(run.access.clock.wall_ms() + FAR_MS)
    run.access.clock.is_synchronized = lambda: False

    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.WAITING_FOR_TIME)
    run.put()

    assert "readings wait until it is set" in run.uplink.status().message
    assert 0 == run.delivered
