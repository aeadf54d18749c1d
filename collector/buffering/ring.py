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
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from collector.buffering.batch import Batch, Entry, outcomes
from collector.buffering.order import put_back_newest, take_newest
from collector.buffering.reading import StampedReading
from collector.buffering.shares import Shares
from collector.buffering.timestamps import Timestamps
from collector.clock import Clock, Instant
from collector.ledger import DropCause, Ledger
from collector.pulse import Pulse
from collector.status import BufferStatus, SpoolStatus

LOOK_S = 1.0
"""How often it is looked whether something disciplines the clock."""


class RingBuffer:
    """Holds readings until their batch is settled. Safe to use from every thread.

    Args:
        max_readings: At least 1.
        max_bytes: At least 1; by the readings' own estimate of their size.
        sources: How many sources share it at first, at least 1.
        ledger: Where drops and deliveries are counted.
        clock: The time, for the timestamps of readings.

    Attributes:
        pulse: Of no thread: it promises nothing.
    """

    def __init__(
        self, *, max_readings: int, max_bytes: int, sources: int, ledger: Ledger, clock: Clock
    ) -> None:
        self._shares = Shares(max_readings=max_readings, max_bytes=max_bytes, sources=sources)
        self._ledger = ledger
        self._clock = clock
        self._timestamps = Timestamps(clock)
        self._look_at_s = clock.monotonic_s() + LOOK_S
        self.pulse = Pulse("ring")
        self._lock = threading.Lock()
        self._lanes: dict[str, deque[Entry]] = {}
        self._waiting: dict[str, None] = {}
        self._in_flight: set[Entry] = set()
        self._sensors: dict[str, dict[str, None]] = {}
        self._order = 0

    def put(self, reading: StampedReading) -> None:
        """Append a reading to its sensor's lane, making room first where it takes some."""
        size = reading.size_bytes()
        with self._lock:
            self._timestamps.stamp(reading)
            self._shares.count(reading.owner, 1, size)
            self._sensors.setdefault(reading.owner, {}).setdefault(reading.sensor)
            self._order += 1
            entry = Entry(self._order, size, reading)
            self._lanes.setdefault(reading.sensor, deque()).append(entry)
            self._waiting.setdefault(reading.sensor)
            while self._shares.is_over and self._drop_one(reading.owner):
                pass

    def ready(self) -> list[str]:
        """Return the sensors that have readings waiting, in flight not counted."""
        self._look_at_clock()
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
            self._take_off(sensor, entries)
            return Batch(self, entries)

    def newest(self, sensor: str, max_readings: int, after: Instant) -> Batch:
        """Take up to so many of a sensor's newest readings, in their order, as a transaction.

        Args:
            sensor: Whose.
            max_readings: At most so many.
            after: Only such as were taken later than this, in the same boot.
        """
        with self._lock:
            lane = self._lanes.get(sensor)
            entries = take_newest(lane, max_readings, after) if lane else []
            self._take_off(sensor, entries)
            return Batch(self, entries, are_newest=True)

    def share_among(self, sources: int) -> None:
        """Have so many sources share it from now on."""
        with self._lock:
            self._shares.share_among(sources)

    def status(self) -> BufferStatus:
        """Return how full it is, readings in flight included."""
        with self._lock:
            return self._shares.status()

    def oldest_age_s(self, now: Instant) -> float:
        """Return how old the oldest reading is, those in flight included; 0 where there is none."""
        with self._lock:
            fronts = [lane[0] for lane in self._lanes.values() if lane]
            taken_at = [e.reading.taken_at.boottime_ms for e in [*fronts, *self._in_flight]]
        return max(0, now.boottime_ms - min(taken_at, default=now.boottime_ms)) / 1000

    def spool_status(self) -> SpoolStatus:
        """Return that there is no half on disk."""
        return SpoolStatus(mode="off", directory="")

    def drain(self, cause: DropCause) -> None:
        """Drop everything that waits: the end of a run that has nowhere to keep it."""
        with self._lock:
            for lane in self._lanes.values():
                while lane:
                    self._drop(lane.popleft(), cause)
            self._waiting.clear()

    def start(self, on_ready: Callable[[], None]) -> None:
        """Do nothing: memory is there, and whoever puts knows that something is ready."""

    def finish(self) -> None:
        """Do nothing: it hands out all there is."""

    def close(self) -> None:
        """End the run: what could not be delivered is lost, and counted."""
        self.drain(DropCause.SHUTDOWN)

    def held(self) -> Counter[tuple[str, str]]:
        """Return how many values it holds of each source and sensor, for an audit of the ledger."""
        values: Counter[tuple[str, str]] = Counter()
        with self._lock:
            for entry in [*(e for lane in self._lanes.values() for e in lane), *self._in_flight]:
                for source, count in entry.reading.counts:
                    values[source, entry.reading.sensor] += count
        return values

    # -- for Batch ------------------------------------------------------------------------------

    def settle(self, entry: Entry, dropped: Iterable[str], cause: DropCause | None) -> None:
        """Let a reading in flight go: delivered, but for the metrics that were dropped."""
        reading = entry.reading
        with self._lock:
            self._in_flight.remove(entry)
            self._shares.count(reading.owner, -1, -entry.size_bytes)
        for source, delivered, gone in outcomes(reading, dropped):
            if gone and cause is not None:
                self._ledger.drop(source, reading.sensor, cause, gone)
            if delivered:
                self._ledger.deliver(source, reading.sensor, delivered)

    def put_back(self, entries: Sequence[Entry], *, are_newest: bool) -> None:
        """Return readings of one sensor in flight to where they were taken from."""
        if not entries:
            return
        sensor = entries[0].reading.sensor
        with self._lock:
            self._in_flight.difference_update(entries)
            self._waiting.setdefault(sensor)
            if are_newest:
                put_back_newest(self._lanes[sensor], entries)
            else:
                self._lanes[sensor].extendleft(reversed(entries))

    def _look_at_clock(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s >= self._look_at_s:
            self._look_at_s = now_s + LOOK_S
            self._timestamps.observe()

    # -- under the lock -------------------------------------------------------------------------

    def _take_off(self, sensor: str, entries: Sequence[Entry]) -> None:
        if not self._lanes.get(sensor):
            self._waiting.pop(sensor, None)
        self._in_flight.update(entries)
        for entry in entries:
            self._timestamps.correct(entry.reading)

    def _drop_one(self, newcomer: str) -> bool:
        return any(self._drop_oldest_of(owner) for owner in self._shares.guiltiest(newcomer))

    def _drop_oldest_of(self, owner: str) -> bool:
        lanes = [self._lanes[sensor] for sensor in self._sensors[owner]]
        waiting = [lane for lane in lanes if lane]
        if not waiting:
            return False
        lane = min(waiting, key=lambda lane: lane[0].order)
        entry = lane.popleft()
        if not lane:
            self._waiting.pop(entry.reading.sensor, None)
        self._drop(entry, DropCause.RING_FULL)
        return True

    def _drop(self, entry: Entry, cause: DropCause) -> None:
        reading = entry.reading
        self._shares.count(reading.owner, -1, -entry.size_bytes)
        for source, count in reading.counts:
            self._ledger.drop(source, reading.sensor, cause, count)
