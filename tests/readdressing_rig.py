"""A collector's exchange with the real agent's operations, on fake time: things can be deleted."""

from random import Random

from agent_bench import CLIENT, Bench
from agent_double import Known

from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.clock import Deadline
from collector.errors import AgentUnreachableError
from collector.ledger import Ledger
from collector.plugin.source import Metric
from collector.publishing.connection.exchange import Exchange
from collector.publishing.delivery.confirmation import AckMode, Confirmation
from collector.publishing.delivery.publisher import Publisher
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.deleted import OnDeleted
from collector.publishing.inventory.inventory import Inventory, InventoryMode, Wishes
from collector.publishing.supply.clock_trust import ClockTrust
from collector.publishing.supply.supply import Supply
from collector.status import DeliveryState, DeliveryStatus
from collector.testkit.transport import MemoryTransport
from collector.wire.units import ValueUnit

HEAT = Metric(id="heat", name="Heat", unit=ValueUnit.CELSIUS)
LOAD = Metric(id="load", name="Load", annotation="processes")
DECLARED = {"a": [HEAT, LOAD], "b": [HEAT, LOAD]}


class Site:
    """An agent on disk, and a collector that can be started again; the ring outlives it."""

    def __init__(
        self,
        directory,
        mode=InventoryMode.ANNOTATE,
        *,
        on_deleted="recreate",
        declared=None,
        **agent,
    ):
        self.directory = directory
        self.agent = Bench(directory, **agent)
        self.clock = self.agent.clock
        self.ledger = Ledger()
        self.ring = RingBuffer(
            max_readings=100_000, max_bytes=10**9, sources=2, ledger=self.ledger, clock=self.clock
        )
        self.declared = DECLARED if declared is None else declared
        self.wishes = Wishes(mode, on_deleted=OnDeleted(on_deleted))
        self.number = 0
        self.put_values = []
        self.unanswered = set()
        self.start()

    # -- the collector --------------------------------------------------------------------------

    def start(self):
        """Start a collector: it knows what is in the state directory, and no more."""
        atlas = Atlas(self.directory / "inventory.json", CLIENT)
        self.inventory = Inventory(atlas, CLIENT, self.wishes, self.clock, self._readdressed)
        confirmation = Confirmation(AckMode.AUTO, ever_answered=True, on_first_answer=lambda: None)
        trust = ClockTrust(self.clock, 600.0, Known())
        supply = Supply(self.ring, self.clock, trust)
        self.publisher = Publisher(supply, self.inventory, confirmation, self.clock, Random(1))
        self.exchange = Exchange(CLIENT, self.publisher, self.inventory, self.clock)
        for sensor, metrics in self.declared.items():
            self.inventory.declare(sensor, metrics)
        self.connect()

    def restart(self):
        """Kill it and start it again."""
        self.cut()
        self.start()

    def connect(self):
        self.transport = MemoryTransport(self.clock, answer=self._answer)
        deadline = Deadline.after(self.clock, 5)
        self.transport.connect(deadline)
        self.transport.subscribe(self.exchange.topic_filters(), deadline)
        self.exchange.connected(self.transport)

    def cut(self):
        self.exchange.disconnected()
        self.transport.close()

    def _readdressed(self, sensor):
        self.publisher.readdress(sensor)

    def put(self, sensor="a", *metrics):
        self.number += 1
        value = float(self.number)
        metrics = metrics or ("heat", "load")
        count = len(metrics)
        self.ledger.accept(sensor, sensor, count)
        self.ring.put(
            StampedReading(sensor, metrics, (value,) * count, self.clock.now(), ((sensor, count),))
        )
        self.put_values += [(sensor, metric, value) for metric in metrics]

    def run(self, seconds, step_s=0.1):
        for _ in range(round(seconds / step_s)):
            self.settle()
            self.clock.advance(step_s)
        self.settle()

    def settle(self):
        for _ in range(20_000):
            self.exchange.turn()
            if self.publisher.is_stalled:
                self.cut()
                self.connect()
            events = self.transport.poll(0)
            if not events:
                return
            try:
                self.exchange.take(events)
            except AgentUnreachableError:
                self.cut()
                self.connect()
        raise AssertionError("the exchange does not come to an end")

    @property
    def status(self):
        return self.exchange.describe(DeliveryStatus(state=DeliveryState.CONNECTED, agent="here"))

    @property
    def pending(self):
        return sum(account.pending for account in self.ledger.accounts())

    @property
    def dropped(self):
        return sum(sum(account.dropped.values()) for account in self.ledger.accounts())

    # -- the agent ------------------------------------------------------------------------------

    @property
    def sensors(self):
        return self.agent.context.clients[CLIENT].sensors

    def named(self, name):
        """Return the agent's id of the sensor of this name."""
        [found] = [sensor for sensor, each in self.sensors.items() if each.name == name]
        return found

    def delete_sensor(self, agent_id):
        self._ask(f"sensor/{agent_id}/delete", {})

    def delete_metric(self, sensor, metric):
        agent_id = self.inventory.agent_sensor(sensor)
        agent_metric = self.inventory.agent_metric(sensor, metric)
        self._ask(f"sensor/{agent_id}/metric/delete", {"metrics": [{"metricId": agent_metric}]})

    def rename(self, agent_id, name):
        self._ask(f"sensor/{agent_id}/update", {"name": name})

    def stored(self):
        """Return (agent's sensor, agent's metric, value) of all that the agent took."""
        rows = self.agent.journal() if self.agent.journal_file.exists() else []
        return [(row["sensor"], row["metric"], row["value"]) for row in rows]

    def lost(self):
        """Return what was put and the agent never had, by our ids."""
        values = {value for _, _, value in self.stored()}
        return [put for put in self.put_values if put[2] not in values]

    def _ask(self, topic, message):
        published = list(self.agent.broker.published)
        answers = self.agent.ask(topic, message)
        assert not any("error" in topic for topic, _ in answers), answers
        self.agent.broker.published[:] = published

    def _answer(self, topic, payload):
        if topic in self.unanswered:
            return []
        self.agent.broker.published.clear()
        self.agent.service.handle(CLIENT, "mqtt", topic, payload)
        return [(topic, payload) for _, topic, payload in self.agent.broker.published]

    def close(self):
        self.agent.store.close()
        self.agent.recorder.close()
