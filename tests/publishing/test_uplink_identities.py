"""The network thread: whose identity it shows, and what follows when that is refused or shared."""

import itertools
import json
from random import Random

import pytest
from uplink_rig import PATIENCE_S, SUCCESSOR, P

from collector.clock import Deadline
from collector.errors import (
    AgentRefusesError,
    AuthorityError,
    IdentityError,
    IdentityUnreadableError,
    RefusalReason,
)
from collector.publishing.connection.uplink import Uplink
from collector.publishing.delivery.fence import Fences
from collector.status import DeliveryState
from collector.testkit.clock import FakeClock


def test_a_deleted_client_is_told_apart_and_its_readings_are_kept(run):
    refusal = AgentRefusesError(RefusalReason.CLIENT_CERTIFICATE_REVOKED, "the client was deleted")
    run.access.connect_errors = [refusal]
    run.put()
    run.uplink.start()

    run.until(lambda: run.state is DeliveryState.DELETED)

    assert 1 == run.access.ring.status().readings
    assert [] == run.fatal


def test_another_identity_is_changed_to_when_what_is_under_way_is_confirmed(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.put()
    run.until(lambda: run.delivered == 1)

    run.access.successor = SUCCESSOR
    run.uplink.change_identity()
    run.until(lambda: run.access.accepted_clients == ["c1", "c2"])
    run.put()

    run.until(lambda: run.delivered == 2)
    status = run.uplink.status()
    assert (2, 0, "c2") == (status.confirmed_readings, status.resent_readings, status.client_id)


def test_no_reading_is_taken_for_a_connection_that_is_about_to_be_left(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.access.answers = lambda topic, payload: []
    run.put()
    run.until(lambda: any("pushValues" in t for t, _ in run.access.transports[0].published))

    run.access.successor = SUCCESSOR
    run.uplink.change_identity()
    run.until(lambda: run.access.is_held)
    run.put()
    run.access.answers = run.access.answer
    run.access.transports[0].deliver(f"{P}/sensor/a/info/inbox", b"Sensor was updated.")
    ping = next(p for t, p in reversed(run.access.transports[0].published) if t == f"{P}/ping")
    answer = {"answer": json.loads(ping)["request"]}
    run.access.transports[0].deliver(f"{P}/ping/info/inbox", json.dumps(answer).encode())

    run.until(lambda: run.delivered == 2)
    pushes = [
        [t for t, _ in transport.published if t.endswith("/pushValues")]
        for transport in run.access.transports
    ]
    assert [[f"{P}/sensor/a/metric/pushValues"], ["/v1.0/c2/sensor/a/metric/pushValues"]] == pushes


def test_an_identity_that_is_not_taken_is_left_at_once_for_the_old_one(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    refusal = AgentRefusesError(RefusalReason.CLIENT_CERTIFICATE_REVOKED, "deleted")
    run.access.connect_errors = [refusal]

    run.access.successor = SUCCESSOR
    run.uplink.change_identity()
    run.until(lambda: len(run.access.transports) == 3)
    run.put()

    run.until(lambda: run.delivered == 1)
    assert DeliveryState.CONNECTED is run.state
    assert "c1" == run.uplink.status().client_id


def test_a_deleted_client_does_not_wait_when_it_has_another_identity(run):
    refusal = AgentRefusesError(RefusalReason.CLIENT_CERTIFICATE_REVOKED, "the client was deleted")
    run.access.connect_errors = [refusal]
    run.put()
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.DELETED)

    run.access.successor = SUCCESSOR
    run.uplink.change_identity()

    run.until(lambda: run.delivered == 1)


def test_a_deleted_client_asks_at_most_once_in_five_minutes(run):
    clock = run.access.clock = FakeClock()
    refusal = AgentRefusesError(RefusalReason.CLIENT_CERTIFICATE_REVOKED, "the client was deleted")
    run.access.connect_errors = [refusal] * 1000
    asked_at_s = run.access.connected_at_s
    uplink = Uplink(run.access, clock, Random(1), run.fatal.append)
    uplink.start()

    for number in range(2, 6):
        for seconds in (100, 199, 2):
            run.until(lambda: uplink.status().state is DeliveryState.DELETED)
            clock.advance(seconds)
        run.until(lambda n=number: len(asked_at_s) == n)

    pauses_s = [b - a for a, b in itertools.pairwise(asked_at_s)]
    assert 300 <= min(pauses_s)
    assert [] == run.fatal
    uplink.stop(Deadline.after(clock, 0))


def test_another_collector_with_the_identity_is_named_and_left_alone_for_half_a_minute(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    others = Fences()

    for _ in range(3):
        answer = others.make(0.0, 0.0).payload().replace(b"request", b"answer")
        run.access.transports[0].deliver(f"{P}/ping/info/inbox", answer)

    run.until(lambda: run.state is DeliveryState.TAKEN_OVER)
    assert "another collector uses the identity of client c1" in run.uplink.status().message
    assert 60.0 == run.random.seen[-1]
    assert run.access.transports[0].is_closed


def test_connections_that_the_agent_ends_again_and_again_are_taken_over(run):
    run.uplink.start()
    for number in range(3):
        run.until(lambda n=number: len(run.access.transports) > n)
        run.until(lambda n=number: run.uplink.status().connections > n)
        run.until(lambda: run.state is DeliveryState.CONNECTED)
        run.access.transports[number].drop("the agent closed the connection", is_goodbye=True)

    run.until(lambda: run.state is DeliveryState.TAKEN_OVER)
    assert "taken over" in run.uplink.status().message
    assert 60.0 == run.random.seen[-1]


def test_without_a_usable_identity_the_run_ends_with_the_reason(run):
    run.access.identity_errors = [IdentityError("the key is open to others")]

    run.uplink.start()

    assert run.ended.wait(PATIENCE_S)
    assert "the key is open to others" == str(run.fatal[0])


@pytest.mark.parametrize("error", [AuthorityError, IdentityUnreadableError])
def test_a_file_that_is_gone_for_a_while_ends_no_run(run, error):
    run.access.connect_errors = [error("it cannot be read")]
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.WAITING)
    assert "it cannot be read" == run.uplink.status().message

    run.until(lambda: run.state is DeliveryState.CONNECTED)

    assert [] == run.fatal
