"""A network thread with an agent in memory, on real threads and the real clock."""

import json
import threading
from dataclasses import dataclass
from random import Random

from agent_double import Known

from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.clock import Deadline, SystemClock
from collector.ledger import Ledger
from collector.plugin.source import Metric
from collector.publishing.connection.exchange import Exchange
from collector.publishing.connection.uplink import Uplink
from collector.publishing.delivery.confirmation import AckMode, Confirmation
from collector.publishing.delivery.publisher import Publisher
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.inventory import Inventory, InventoryMode, Wishes
from collector.publishing.supply.clock_trust import ClockTrust
from collector.publishing.supply.supply import Supply
from collector.testkit.transport import MemoryTransport

P = "/v1.0/c1"
PATIENCE_S = 10


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
        self.inventory_mode = InventoryMode.OFF

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
            Wishes(self.inventory_mode),
            self.clock,
            lambda sensor: None,
        )
        inventory.declare("a", [Metric(id="m", name="Level")])
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
