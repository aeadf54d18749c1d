"""The ring buffer: bounded memory in which accepted readings wait, shared fairly by the sources.

    put ──> │ lane "boiler"   ○ ○ ○ ○ ──┐
    put ──> │ lane "gateway"  ○ ○ ──────┼──> batch(sensor, n)  ──> accepted: gone, delivered
            │ lane "weather"  ○ ────────┘      (in flight)     ──> rejected: gone, dropped
            └ oldest of the owner over its share ──> dropped        kept: back at the lane's head

One lane per sensor keeps the order. What is in flight still counts against the bounds but is never
dropped. Each source has an equal share of both bounds and may use what others leave; when the ring
is full, whoever is over its share loses its own oldest reading, counted.
"""

import threading
from collections import deque
from collections.abc import Iterable

from collector.buffering.batch import Batch, Entry
from collector.buffering.reading import StampedReading
from collector.ledger import DropCause, Ledger
from collector.status import BufferStatus


class RingBuffer:
    """Holds readings until their batch is settled. Safe to use from every thread.

    Args:
        max_readings: At least 1.
        max_bytes: At least 1; by the readings' own estimate of their size.
        sources: How many sources share it, at least 1.
        ledger: Where drops and deliveries are counted.
    """

    def __init__(self, *, max_readings: int, max_bytes: int, sources: int, ledger: Ledger) -> None:
        self._max_readings = max_readings
        self._max_bytes = max_bytes
        self._fair_share = 1 / max(1, sources)
        self._ledger = ledger
        self._lock = threading.Lock()
        self._lanes: dict[str, deque[Entry]] = {}
        self._waiting: dict[str, None] = {}
        self._owners: dict[str, _Owner] = {}
        self._total = _Owner()
        self._sequence = 0

    def put(self, reading: StampedReading) -> None:
        """Append a reading to its sensor's lane, making room first where it takes some."""
        size = reading.size_bytes()
        with self._lock:
            owner = self._owners.setdefault(reading.owner, _Owner())
            self._count(reading.owner, 1, size)
            owner.sensors.setdefault(reading.sensor)
            self._sequence += 1
            entry = (self._sequence, size, reading)
            self._lanes.setdefault(reading.sensor, deque()).append(entry)
            self._waiting.setdefault(reading.sensor)
            while self._is_over(self._total, 1.0) and self._drop_one(reading.owner):
                pass

    def ready(self) -> list[str]:
        """Return the sensors that have readings waiting, in flight not counted."""
        with self._lock:
            return list(self._waiting)

    def batch(self, sensor: str, max_readings: int) -> Batch:
        """Take up to so many of a sensor's readings, oldest first, as a transaction.

        They stay in the ring, in flight, until the batch has settled them.
        """
        with self._lock:
            lane = self._lanes.get(sensor)
            count = min(max_readings, len(lane)) if lane else 0
            entries = [lane.popleft() for _ in range(count)] if lane else []
            if not lane:
                self._waiting.pop(sensor, None)
            return Batch(self, entries)

    def status(self) -> BufferStatus:
        """Return how full it is, readings in flight included."""
        with self._lock:
            return BufferStatus(
                readings=self._total.readings,
                bytes=self._total.bytes,
                max_readings=self._max_readings,
                max_bytes=self._max_bytes,
            )

    def drain(self, cause: DropCause) -> None:
        """Drop everything that waits: the end of a run that has nowhere to keep it."""
        with self._lock:
            for lane in self._lanes.values():
                while lane:
                    self._drop(lane.popleft(), cause)
            self._waiting.clear()

    # -- for Batch ------------------------------------------------------------------------------

    def settle(self, entry: Entry, dropped: Iterable[str], cause: DropCause | None) -> None:
        """Let a reading in flight go: delivered, but for the metrics that were dropped."""
        _, size, reading = entry
        with self._lock:
            self._count(reading.owner, -1, -size)
        lost = set(dropped)
        if not lost:
            for source, count in reading.counts:
                self._ledger.deliver(source, reading.sensor, count)
            return
        first = 0
        for source, count in reading.counts:
            own = reading.metrics[first : first + count]
            first += count
            gone = sum(metric in lost for metric in own)
            if gone and cause is not None:
                self._ledger.drop(source, reading.sensor, cause, gone)
            if count > gone:
                self._ledger.deliver(source, reading.sensor, count - gone)

    def put_back(self, entries: list[Entry]) -> None:
        """Return readings in flight to the heads of their lanes, in their order."""
        with self._lock:
            for entry in reversed(entries):
                self._lanes[entry[2].sensor].appendleft(entry)
                self._waiting.setdefault(entry[2].sensor)

    # -- under the lock -------------------------------------------------------------------------

    def _count(self, owner: str, readings: int, size: int) -> None:
        for account in (self._total, self._owners[owner]):
            account.readings += readings
            account.bytes += size

    def _is_over(self, account: "_Owner", share: float) -> bool:
        return (
            account.readings > share * self._max_readings or account.bytes > share * self._max_bytes
        )

    def _fullness(self, owner: str) -> float:
        account = self._owners[owner]
        return max(account.readings / self._max_readings, account.bytes / self._max_bytes)

    def _drop_one(self, newcomer: str) -> bool:
        """Drop one reading of the newcomer if it is over its share, else of the fullest owner."""
        is_over = self._is_over(self._owners[newcomer], self._fair_share)
        if is_over and self._drop_oldest_of(newcomer):
            return True
        fullest_first = sorted(self._owners, key=self._fullness, reverse=True)
        return any(self._drop_oldest_of(owner) for owner in fullest_first)

    def _drop_oldest_of(self, owner: str) -> bool:
        lanes = [self._lanes[sensor] for sensor in self._owners[owner].sensors]
        waiting = [lane for lane in lanes if lane]
        if not waiting:
            return False
        lane = min(waiting, key=lambda lane: lane[0][0])
        _, _, reading = entry = lane.popleft()
        if not lane:
            self._waiting.pop(reading.sensor, None)
        self._drop(entry, DropCause.RING_FULL)
        return True

    def _drop(self, entry: Entry, cause: DropCause) -> None:
        _, size, reading = entry
        self._count(reading.owner, -1, -size)
        for source, count in reading.counts:
            self._ledger.drop(source, reading.sensor, cause, count)


class _Owner:
    """What one source, or all of them, have in the ring."""

    __slots__ = ("bytes", "readings", "sensors")

    def __init__(self) -> None:
        self.readings = 0
        self.bytes = 0
        self.sensors: dict[str, None] = {}
