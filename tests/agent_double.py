"""An agent on fake time that answers pushes and pings, with faults on request; and its world."""

import json
from collections import Counter, deque
from random import Random

from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.ledger import Ledger
from collector.publishing.delivery.confirmation import AckMode, Confirmation
from collector.publishing.delivery.publisher import Publisher
from collector.publishing.supply.clock_trust import ClockTrust
from collector.publishing.supply.supply import Supply
from collector.testkit.clock import FakeClock

P = "/v1.0/c1"
OK = b"Sensor was updated."


def push_topic(sensor):
    return f"{P}/sensor/{sensor}/metric/pushValues"


class Book:
    """An inventory in which every id is the agent's id."""

    def __init__(self):
        self.recreated = []
        self.not_ready = set()
        self.names = {}
        self.metrics = {}

    def agent_sensor(self, sensor):
        return self.names.get(sensor, sensor)

    def agent_metric(self, sensor, metric):
        return self.metrics.get((sensor, metric), metric)

    def metric_of(self, sensor, agent_id):
        ours = [m for (s, m), known in self.metrics.items() if (s, known) == (sensor, agent_id)]
        return ours[0] if ours else agent_id

    def confirmed(self, sensor, metrics):
        pass

    def is_ready(self, sensor):
        return sensor not in self.not_ready

    def is_kept(self, sensor):
        return False

    def recreate(self, sensor, values):
        self.recreated.append((sensor, tuple(values)))


class Known:
    """The newest time at which readings were sent, as far as an earlier run noted it."""

    def __init__(self, wall_ms=0):
        self.wall_ms = wall_ms

    def load(self):
        return self.wall_ms

    def note(self, wall_ms):
        self.wall_ms = wall_ms


def _ring(max_readings, ledger, clock):
    return RingBuffer(
        max_readings=max_readings, max_bytes=10**9, sources=1, ledger=ledger, clock=clock
    )


class World:
    """A publisher, its ring and an agent that answers in order; `run` lets fake time pass.

    Of ``[delivery]`` it takes ``hold_s``, ``replay_rate`` and ``live_first``; beside them what was
    ``known`` of the time, and what makes another ``ring``.

    `fault(sensor, message) -> str | bytes | None` may swallow ("drop"), double ("double"), delay
    ("late") a push's answer, lose it altogether ("lose"), or answer with other bytes on the error
    topic; None is the usual good answer.
    """

    def __init__(
        self,
        *,
        ack=AckMode.AUTO,
        ever_answered=True,
        max_readings=100_000,
        fault=None,
        clock=None,
        **delivery,
    ):
        self.clock = clock or FakeClock()
        self.ledger = Ledger()
        make_ring = delivery.get("ring") or _ring
        self.ring = make_ring(max_readings, self.ledger, self.clock)
        self.book = Book()
        self.first_answers = []
        self.confirmation = Confirmation(
            ack,
            ever_answered=ever_answered,
            on_first_answer=lambda: self.first_answers.append(True),
        )
        self.known = delivery.get("known") or Known()
        self.trust = ClockTrust(self.clock, delivery.get("hold_s", 600.0), self.known)
        self.supply = Supply(
            self.ring,
            self.clock,
            self.trust,
            replay_rate=delivery.get("replay_rate"),
            live_first=delivery.get("live_first", False),
        )
        self.publisher = Publisher(self.supply, self.book, self.confirmation, self.clock, Random(1))
        self.fault = fault or (lambda sensor, message: None)
        self.answers_pings = True
        self.acknowledges = True
        self.sent = []
        self.given = []
        self.stored = Counter()
        self.order = []
        self.replies = deque()
        self.late = []
        self.sends_live_data = True
        self._subscribed = set()
        self._packet = 0
        self._number = 0

    # -- filling --------------------------------------------------------------------------------

    def put(self, sensor="a", metrics=("m",), values=None, source=None):
        self._number += 1
        values = tuple(float(self._number) for _ in metrics) if values is None else values
        source = source or sensor
        reading = StampedReading(
            sensor, tuple(metrics), values, self.clock.now(), ((source, len(metrics)),)
        )
        self.ledger.accept(source, sensor, len(metrics))
        self.ring.put(reading)
        self.given.append(reading)
        return reading

    # -- the agent ------------------------------------------------------------------------------

    def send(self, topic, payload):
        self._packet += 1
        self.sent.append((topic, payload))
        if self.acknowledges:
            self.replies.append(("ack", self._packet))
        if topic == f"{P}/ping":
            if self.answers_pings:
                answer = {"answer": json.loads(payload)["request"]}
                self.replies.append((f"{P}/ping/info/inbox", json.dumps(answer).encode()))
        else:
            self._take_push(topic.split("/")[4], json.loads(payload))
        return self._packet

    def _take_push(self, sensor, message):
        good, bad = f"{P}/sensor/{sensor}/info/inbox", f"{P}/sensor/{sensor}/error/inbox"
        fault = self.fault(sensor, message)
        failed = None
        if isinstance(fault, bytes):
            self.replies.append((bad, fault))
            failed = _listed(fault)
            if failed is None:
                return
        if fault != "lose":
            self._store(sensor, message, failed or ())
        if failed is not None:
            return
        if fault == "late":
            self.late.append((good, OK))
        elif fault not in ("drop", "lose"):
            self.replies.extend([(good, OK)] * (2 if fault == "double" else 1))

    def _store(self, sensor, message, failed):
        for metric in message["metrics"]:
            if metric["metricId"] not in failed:
                self.stored[sensor, metric["metricId"], message["timestamp"], metric["value"]] += 1
                self.order.append((sensor, metric["metricId"], metric["value"]))
        topic = f"{P}/sensor/{sensor}/livedata"
        if self.sends_live_data and topic in self._subscribed:
            taken = [one for one in message["metrics"] if one["metricId"] not in failed]
            live = {"metrics": taken, "timestamp": message["timestamp"]}
            self.replies.append((topic, json.dumps(live).encode()))

    # -- time -----------------------------------------------------------------------------------

    def connect(self):
        self.publisher.connected("c1", self.send)
        self.settle()

    def settle(self):
        """Exchange messages until nobody has anything to say now."""
        for _ in range(100_000):
            self._subscribed = self.publisher.testimony.topics()
            self.publisher.pump()
            if not self.replies:
                return
            topic, payload = self.replies.popleft()
            if topic == "ack":
                self.publisher.on_acknowledged(payload)
            elif topic.endswith("/livedata"):
                self.publisher.on_live_data(topic, payload)
            else:
                self.publisher.on_message(topic, payload)
        raise AssertionError("the exchange does not come to an end")

    def run(self, seconds, step_s=0.1):
        """Let time pass in small steps; late answers arrive with the next step."""
        self.settle()
        for _ in range(round(seconds / step_s)):
            self.clock.advance(step_s)
            self.replies.extend(self.late)
            self.late.clear()
            self.settle()

    # -- the oracle -----------------------------------------------------------------------------

    @property
    def pushes(self):
        return [(t, json.loads(p)) for t, p in self.sent if not t.endswith("/ping")]

    @property
    def pings(self):
        return [json.loads(p) for t, p in self.sent if t.endswith("/ping")]

    def account(self, source="a"):
        [account] = [one for one in self.ledger.accounts() if one.source == source]
        return account

    @property
    def delivered(self):
        return sum(account.delivered for account in self.ledger.accounts())

    @property
    def dropped(self):
        return sum(sum(account.dropped.values()) for account in self.ledger.accounts())

    @property
    def pending(self):
        return sum(account.pending for account in self.ledger.accounts())


def _listed(answer):
    """Return the metrics that an error reply lists; None where it has no list."""
    try:
        return json.loads(answer).get("metrics")
    except (ValueError, RecursionError, AttributeError):
        return None


def error(code, *metrics, message="no"):
    body = {"errorMessage": message, "errorcode": code}
    if metrics:
        body["metrics"] = list(metrics)
    return json.dumps(body).encode()
