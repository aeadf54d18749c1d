"""Who watches a sensor goes on to see it, whatever the agent calls it and us."""

import json
from dataclasses import dataclass
from random import Random

import pytest
from agent_double import Known

from collector.buffering.ring import RingBuffer
from collector.clock import Deadline
from collector.ledger import Ledger
from collector.publishing.connection.exchange import Exchange
from collector.publishing.connection.exchanges import Exchanges
from collector.publishing.delivery.confirmation import AckMode, Confirmation
from collector.publishing.delivery.publisher import Publisher
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.inventory import Inventory, InventoryMode, Wishes
from collector.publishing.supply.clock_trust import ClockTrust
from collector.publishing.supply.supply import Supply
from collector.testkit.clock import FakeClock
from collector.testkit.transport import MemoryTransport


@dataclass
class Identity:
    client_id: str


class Line:
    """Exchanges over one connection after another to an agent that answers pings alone."""

    def __init__(self, directory):
        self.clock = FakeClock()
        self.atlases = {}
        self.exchanges = Exchanges(self._exchange)
        self.watches = self.exchanges.watches
        self.transport = None
        self._directory = directory

    def connect(self, client):
        if self.transport is not None:
            self.exchanges.current.disconnected()
        exchange = self.exchanges.of(Identity(client))
        self.transport = MemoryTransport(self.clock, answer=self._answer)
        self.transport.connect(Deadline.after(self.clock, 5))
        self.transport.subscribe(exchange.topic_filters(), Deadline.after(self.clock, 5))
        exchange.connected(self.transport)
        self.exchange()
        self.exchanges.settle(client)

    def exchange(self):
        """Say and take what there is."""
        for _ in range(5):
            self.exchanges.current.turn()
            self.exchanges.current.take(self.transport.poll(0))

    def live(self, client, sensor, metric="m"):
        body = {"metrics": [{"metricId": metric, "value": 1.0}], "timestamp": 5}
        self.transport.deliver(
            f"/v1.0/{client}/sensor/{sensor}/livedata", json.dumps(body).encode()
        )
        self.exchange()

    def is_subscribed(self, client, sensor):
        return f"/v1.0/{client}/sensor/{sensor}/livedata" in self.transport.subscribed

    def _answer(self, topic, payload):
        if not topic.endswith("/ping"):
            return []
        answer = json.dumps({"answer": json.loads(payload)["request"]})
        return [(f"{topic}/info/inbox", answer.encode())]

    def _exchange(self, identity):
        client = identity.client_id
        self.atlases[client] = Atlas(self._directory / f"{client}.json", client)
        ring = RingBuffer(
            max_readings=10, max_bytes=10**6, sources=1, ledger=Ledger(), clock=self.clock
        )
        supply = Supply(ring, self.clock, ClockTrust(self.clock, 600.0, Known()))
        inventory = Inventory(
            self.atlases[client], client, Wishes(InventoryMode.OFF), self.clock, lambda _: None
        )
        confirmation = Confirmation(AckMode.AUTO, ever_answered=True, on_first_answer=lambda: None)
        publisher = Publisher(supply, inventory, confirmation, self.clock, Random(1))
        return Exchange(client, publisher, inventory, self.clock)


@pytest.fixture
def line(tmp_path):
    line = Line(tmp_path)
    line.connect("c1")
    return line


@pytest.fixture
def seen(line):
    """Watch the sensor ``a``; return the metrics of each message."""
    seen = []

    def see(payload):
        seen.append([one["metricId"] for one in json.loads(payload)["metrics"]])

    seen_end = line.watches.add("a", see)
    line.exchange()
    yield seen
    seen_end()


def test_a_watch_follows_the_sensor_to_another_client(line, seen):
    line.live("c1", "a")

    line.connect("c2")
    line.live("c2", "a")

    assert [["m"], ["m"]] == seen


def test_a_watch_follows_the_sensor_to_another_id_and_shows_our_ids_of_its_metrics(line, seen):
    line.atlases["c1"].move("a", "f00d", "A")
    line.atlases["c1"].note_metric("a", "m", "beef")
    line.exchange()

    line.live("c1", "f00d", "beef")

    assert [["m"]] == seen
    assert not line.is_subscribed("c1", "a")


def test_a_watch_by_the_agents_id_follows_as_well(line):
    line.atlases["c1"].move("a", "f00d", "A")
    seen = []
    line.watches.add("f00d", seen.append)
    line.exchange()

    line.atlases["c1"].retire("a", "f00d")
    line.atlases["c1"].move("a", "cafe", "A")
    line.exchange()
    line.live("c1", "cafe")

    assert 1 == len(seen)


def test_what_cannot_be_read_is_shown_as_it_is(line):
    seen = []
    line.watches.add("a", seen.append)
    line.exchange()

    line.transport.deliver("/v1.0/c1/sensor/a/livedata", b"?")
    line.exchange()

    assert [b"?"] == seen


def test_when_the_last_watch_has_ended_nothing_more_is_asked_for(line):
    ends = [line.watches.add("a", lambda _: None) for _ in range(2)]
    line.exchange()

    ends[0]()
    line.exchange()
    assert line.is_subscribed("c1", "a")

    ends[1]()
    line.exchange()
    assert not line.is_subscribed("c1", "a")
