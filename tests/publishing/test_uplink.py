"""The network thread: connecting, losing the connection, requests of other threads, stopping."""

import itertools
import json
import threading
from dataclasses import dataclass
from random import Random

import pytest
from agent_double import Known

from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.clock import Deadline, SystemClock
from collector.errors import (
    AgentAbsentError,
    AgentError,
    AgentRefusesError,
    AgentUnreachableError,
    AuthorityError,
    ClientDeletedError,
    IdentityError,
    RefusalReason,
)
from collector.ledger import Ledger
from collector.publishing.connection.exchange import Exchange
from collector.publishing.connection.uplink import Uplink
from collector.publishing.delivery.confirmation import AckMode, Confirmation
from collector.publishing.delivery.fence import Fences
from collector.publishing.delivery.publisher import Publisher
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.inventory import Inventory, InventoryMode, Wishes
from collector.publishing.supply.clock_trust import ClockTrust
from collector.publishing.supply.supply import Supply
from collector.status import DeliveryState
from collector.testkit.clock import FakeClock
from collector.testkit.transport import MemoryTransport
from collector.wire.topics import Operation

P = "/v1.0/c1"
PATIENCE_S = 10
FAR_MS = 4_102_444_800_000  # 2100


@dataclass
class Identity:
    client_id: str = "c1"
    not_before_ms: int = 0


SUCCESSOR = Identity("c2")


class Access:
    """An agent in memory, reached over one MemoryTransport after another, on real threads."""

    place = "the agent in memory"

    def __init__(self, directory):
        self.clock = SystemClock()
        self.ledger = Ledger()
        self.ring = RingBuffer(
            max_readings=1000, max_bytes=10**7, sources=1, ledger=self.ledger, clock=self.clock
        )
        self.directory = directory
        self.transports = []
        self.connected_at_s = []
        self.connect_errors = []
        self.identity_errors = []
        self.answers = self.answer
        self.not_before_ms = 0
        self.known = Known()
        self.successor = None
        self.supplies = []
        self.accepted_clients = []
        self.is_held = False

    def identity(self):
        if self.identity_errors:
            raise self.identity_errors.pop(0)
        return self.successor or Identity(not_before_ms=self.not_before_ms)

    def accepted(self, identity):
        self.accepted_clients.append(identity.client_id)

    def rejected(self, identity, error):
        if identity is self.successor:
            self.successor = None
            return True
        return False

    def hold(self, *, is_held):
        self.is_held = is_held
        for supply in self.supplies:
            supply.is_held = is_held

    def transport(self, identity):
        self.connected_at_s.append(self.clock.monotonic_s())
        error = self.connect_errors.pop(0) if self.connect_errors else None
        transport = MemoryTransport(
            self.clock,
            answer=self._answer_as_told,
            blocking=True,
            connect_error=error,
        )
        self.transports.append(transport)
        return transport

    def exchange(self, identity):
        client = identity.client_id
        inventory = Inventory(
            Atlas(self.directory / "inventory.json", client),
            client,
            Wishes(InventoryMode.OFF),
            self.clock,
            lambda sensor: None,
        )
        confirmation = Confirmation(AckMode.AUTO, ever_answered=True, on_first_answer=lambda: None)
        trust = ClockTrust(self.clock, 600.0, self.known)
        supply = Supply(self.ring, self.clock, trust)
        self.supplies.append(supply)
        publisher = Publisher(supply, inventory, confirmation, self.clock, Random(1))
        return Exchange(client, publisher, inventory, self.clock)

    def _answer_as_told(self, topic, payload):
        return self.answers(topic, payload)

    def answer(self, topic, payload):
        own = "/".join(topic.split("/")[:3])
        if topic == f"{own}/ping":
            answer = {"answer": json.loads(payload)["request"]}
            return [(f"{own}/ping/info/inbox", json.dumps(answer).encode())]
        if topic.endswith("/pushValues"):
            sensor = topic.split("/")[4]
            return [(f"{own}/sensor/{sensor}/info/inbox", b"Sensor was updated.")]
        if topic == f"{P}/sensor/list":
            return [(f"{P}/inventory/inbox", b"[]")]
        if topic == f"{P}/update":
            return [(f"{P}/update/error/inbox", b'{"errorcode":25,"errorMessage":"no name"}')]
        return []


class Ceilings(Random):
    """Draws the shortest pause and notes the longest that it could have been."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def uniform(self, a, b):
        self.seen.append(b)
        return a


class Run:
    def __init__(self, directory):
        self.access = Access(directory)
        self.fatal = []
        self.ended = threading.Event()
        self.random = Ceilings()
        self.uplink = Uplink(self.access, self.access.clock, self.random, self._fail)

    def _fail(self, error):
        self.fatal.append(error)
        self.ended.set()

    def put(self):
        reading = StampedReading("a", ("m",), (1.0,), self.access.clock.now(), (("a", 1),))
        self.access.ledger.accept("a", "a", 1)
        self.access.ring.put(reading)
        self.uplink.wake()

    def until(self, condition):
        """Wait for something that another thread will bring about."""
        deadline = Deadline.after(SystemClock(), PATIENCE_S)
        tick = threading.Event()
        while not condition():
            assert not deadline.has_passed(), "it did not happen"
            tick.wait(0.005)

    @property
    def state(self):
        return self.uplink.status().state

    @property
    def delivered(self):
        return sum(account.delivered for account in self.access.ledger.accounts())


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    yield run
    run.uplink.stop(Deadline.after(run.access.clock, 5))


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


def test_it_connects_soon_after_the_time_was_set(run):
    early = AgentRefusesError(RefusalReason.SERVER_CERTIFICATE_NOT_YET_VALID, "not yet")
    run.access.connect_errors = [early] * 6

    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    assert [1, 2, 4, 5, 5, 5] == run.random.seen


def test_a_held_reading_shows_in_the_state(run):
    run.access.known = Known(run.access.clock.wall_ms() + FAR_MS)
    run.access.clock.is_synchronized = lambda: False

    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.WAITING_FOR_TIME)
    run.put()

    assert "readings wait until it is set" in run.uplink.status().message
    assert 0 == run.delivered


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


def test_an_authority_that_is_gone_for_a_while_ends_no_run(run):
    run.access.connect_errors = [AuthorityError("the CA certificate cannot be read")]
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.WAITING)
    assert "the CA certificate cannot be read" == run.uplink.status().message

    run.until(lambda: run.state is DeliveryState.CONNECTED)

    assert [] == run.fatal


def test_other_threads_ask_the_agent_over_the_same_connection(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    future = run.uplink.request(Operation.LIST_SENSORS, "", "", b"{}")

    assert b"[]" == future.result(PATIENCE_S)
    assert 1 == len(run.access.transports)


def test_a_refused_request_carries_the_agents_error(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    future = run.uplink.request(Operation.UPDATE_CLIENT, "", "", b'{"name":"a b"}')

    with pytest.raises(AgentError, match="25 InvalidClientName"):
        future.result(PATIENCE_S)


def test_a_request_without_a_connection_fails_at_once_with_the_reason(run):
    run.access.connect_errors = [AgentUnreachableError("nobody listens on port 18884")] * 100
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.WAITING)

    with pytest.raises(AgentUnreachableError, match="nobody listens"):
        run.uplink.request(Operation.LIST_SENSORS, "", "", b"{}").result(PATIENCE_S)


def test_values_cannot_be_pushed_by_a_request(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    with pytest.raises(AgentUnreachableError, match="by sources only"):
        run.uplink.request(Operation.PUSH_VALUES, "a", "", b"{}").result(PATIENCE_S)


def test_live_data_is_handed_to_who_watches_a_sensor(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    seen = []

    end = run.uplink.watch("a", seen.append)
    run.until(lambda: f"{P}/sensor/a/livedata" in run.access.transports[0].subscribed)
    run.access.transports[0].deliver(f"{P}/sensor/a/livedata", b"live")

    run.until(lambda: seen == [b"live"])
    end()


def test_deleting_the_client_ends_the_run(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)

    future = run.uplink.request(Operation.DELETE_CLIENT, "", "", b"{}")
    run.until(lambda: any(t == f"{P}/delete" for t, _ in run.access.transports[0].published))
    run.access.transports[0].drop("cut off")

    assert b"" == future.result(PATIENCE_S)
    assert run.ended.wait(PATIENCE_S)
    assert isinstance(run.fatal[0], ClientDeletedError)


def test_a_stop_delivers_what_waits_first(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    for _ in range(100):
        run.put()

    run.uplink.stop(Deadline.after(run.access.clock, 5))

    assert 100 == run.delivered
    assert run.access.transports[0].is_closed


def test_a_stop_takes_no_longer_than_it_takes_to_deliver(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.put()
    started_s = run.access.clock.monotonic_s()

    run.uplink.stop(Deadline.after(run.access.clock, 5))

    assert 1 == run.delivered
    assert run.access.clock.monotonic_s() - started_s < 2


def test_a_stop_does_not_wait_for_an_agent_that_is_silent(run):
    run.uplink.start()
    run.until(lambda: run.state is DeliveryState.CONNECTED)
    run.access.answers = lambda topic, payload: []
    run.put()
    started_s = run.access.clock.monotonic_s()

    run.uplink.stop(Deadline.after(run.access.clock, 0.5))

    assert run.access.clock.monotonic_s() - started_s < 2
    assert 0 == run.delivered
    assert 1 == run.access.ring.status().readings
