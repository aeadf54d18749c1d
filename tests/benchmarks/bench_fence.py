"""What the fence adds to the traffic: messages and bytes, for few readings and for many.

Run by hand::

    python tests/benchmarks/bench_fence.py [--seconds 60]

Readings of ten metrics are delivered to a compatible agent over mutual TLS, in real time: one
sensor every 10 s, 500 sensors every second at the same instant, and 500 sensors every second one
after the other. Messages and acknowledgements (PUBACK) of both directions are counted where they
pass into and out of the connection, so a push is three: itself, its PUBACK, its reply. Bytes are
those of MQTT, without TLS and TCP.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import rig
from delivering import Collector

from collector.agent.listener.framing import encoded_length
from collector.clock import Deadline
from collector.mqtt.transport import Acknowledged, Event, Message, Transport

PUSH, FENCE = "push", "fence"
PUBACK_BYTES = 4
PACKET_ID_BYTES = 2
SETTLE_S = 2.0


@dataclass(frozen=True)
class Case:
    """How many sensors, how often, and whether all at the same instant."""

    name: str
    sensors: int
    interval_s: float
    is_aligned: bool


CASES = (
    Case("1 sensor at 0.1 Hz", 1, 10.0, is_aligned=True),
    Case("500 sensors at 1 Hz, aligned", 500, 1.0, is_aligned=True),
    Case("500 sensors at 1 Hz, spread", 500, 1.0, is_aligned=False),
)


class Counting:
    """A transport that counts what passes through another one."""

    def __init__(self, inner: Transport, messages: Counter[str], sizes: Counter[str]) -> None:
        self._inner = inner
        self._messages = messages
        self._sizes = sizes
        self._kinds: dict[int, str] = {}

    def connect(self, deadline: Deadline) -> None:
        self._inner.connect(deadline)

    def subscribe(self, topic_filters: Sequence[str], deadline: Deadline) -> None:
        self._inner.subscribe(topic_filters, deadline)

    def unsubscribe(self, topic_filters: Sequence[str]) -> None:
        self._inner.unsubscribe(topic_filters)

    def publish(self, topic: str, payload: bytes) -> int:
        packet_id = self._inner.publish(topic, payload)
        self._kinds[packet_id] = _kind(topic)
        self._count(_kind(topic), _publish_bytes(topic, payload) + PACKET_ID_BYTES)
        return packet_id

    def poll(self, timeout_s: float) -> list[Event]:
        events = self._inner.poll(timeout_s)
        for event in events:
            if isinstance(event, Message):
                self._count(_kind(event.topic), _publish_bytes(event.topic, event.payload))
            elif isinstance(event, Acknowledged):
                self._count(self._kinds[event.packet_id], PUBACK_BYTES)
        return events

    def wake(self) -> None:
        self._inner.wake()

    def close(self) -> None:
        self._inner.close()

    def _count(self, kind: str, size_bytes: int) -> None:
        self._messages[kind] += 1
        self._sizes[kind] += size_bytes


def _kind(topic: str) -> str:
    return FENCE if "/ping" in topic else PUSH


def _publish_bytes(topic: str, payload: bytes) -> int:
    rest = 2 + len(topic) + len(payload)
    return 1 + len(encoded_length(rest)) + rest


def run(case: Case, seconds: float) -> tuple[Counter[str], Counter[str]]:
    """Deliver for so long; return messages and bytes of pushes and of fences."""
    messages, sizes = Counter[str](), Counter[str]()
    with (
        tempfile.TemporaryDirectory() as root,
        Collector(Path(root), wrap=lambda inner: Counting(inner, messages, sizes)) as collector,
    ):
        collector.deliver(case.sensors, case.sensors)  # creates sensors and metrics
        time.sleep(SETTLE_S)
        messages.clear()
        sizes.clear()
        burst = case.sensors if case.is_aligned else 1
        step_s = case.interval_s * burst / case.sensors
        start = time.monotonic()
        for number in range(round(seconds / step_s)):
            time.sleep(max(0.0, start + number * step_s - time.monotonic()))
            for place in range(burst):
                collector.put(number * burst + place, case.sensors)
            collector.wake()
        time.sleep(SETTLE_S)
    return messages, sizes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    rows = []
    for case in CASES:
        messages, sizes = run(case, arguments.seconds)
        rows.append(
            (
                case.name,
                messages[PUSH],
                messages[FENCE],
                f"{messages[FENCE] / messages[PUSH]:.1%}",
                f"{sizes[FENCE] / sizes[PUSH]:.1%}",
            )
        )
    rig.show(("load", "for pushes", "for fences", "messages added", "bytes added"), rows)


if __name__ == "__main__":
    main()
