"""The half of the spooled buffer that is in memory: lanes, counts, and what is to be written.

Everything here is done under one lock and none of it waits for a disk, so that a disk that hangs
holds up neither sources nor delivery.

A reading is handed out only when it was written, so that whatever the agent has is counted here as
well, after every kill. Where the disk fails or hangs, or the mode says so, it is handed out anyway.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence

from collector.buffering.batch import outcomes
from collector.buffering.reading import StampedReading
from collector.buffering.shares import Shares
from collector.buffering.spool.lane import Held, Lane, Place
from collector.buffering.spool.recovery import Recovery
from collector.buffering.spool.segment import AccountKey, Segment
from collector.buffering.spool.totals import Totals
from collector.ledger import Account, DropCause, Ledger

SPILL_FULLNESS = 0.5
"""With so much of the memory in use, readings that are on disk are kept there only."""

HANG_S = 2.0
"""A disk that has not taken a reading for so long must not hold up its delivery."""

_FEW_SETTLED = 1000


class Memory:
    """Safe to use from every thread.

    Args:
        shares: Bounds what is in memory.
        ledger: Where drops and deliveries are counted.
        writes_first: Readings are handed out only when they were written.
    """

    def __init__(self, shares: Shares, ledger: Ledger, *, writes_first: bool) -> None:
        self._shares = shares
        self._ledger = ledger
        self._lock = threading.Lock()
        self._lanes: dict[str, Lane] = {}
        self._waiting: dict[str, None] = {}
        self._sensors: dict[str, dict[str, None]] = {}
        self._in_flight: set[Held] = set()
        self._writes_first = writes_first
        self._has_disk = True
        self._is_late = False
        self._writing_since_s: float | None = None
        self._unwritten: deque[Held] = deque()
        self._settled_unwritten = 0
        self._order = 0
        self._stored = 0
        self._held: Counter[AccountKey] = Counter()
        self._totals: dict[AccountKey, Totals] = {}
        self._changed: set[AccountKey] = set()
        self._settled: list[int] = []

    # -- readings come and go -------------------------------------------------------------------

    def put(
        self, reading: StampedReading, at_s: float, stamp: Callable[[StampedReading], None]
    ) -> bool:
        """Append a reading to its lane, making room first where it takes some.

        Returns:
            Whether somebody should look after writing earlier than was planned.
        """
        size, owner = reading.size_bytes(), reading.owner
        with self._lock:
            stamp(reading)
            was_idle = not self._unwritten
            was_calm = self._shares.fullness < SPILL_FULLNESS
            self._shares.count(owner, 1, size)
            self._count_held(reading, 1)
            self._sensors.setdefault(owner, {}).setdefault(reading.sensor)
            self._order += 1
            held = Held(self._order, size, reading, at_s)
            self._lane(reading.sensor).tail.append(held)
            self._unwritten.append(held)
            self._watch_writer(at_s)
            if self._is_free:
                self._waiting.setdefault(reading.sensor)
            if self._shares.is_over:
                self._spill()
            while self._shares.is_over and self._drop_one(owner):
                pass
            return was_idle or (was_calm and self._shares.fullness >= SPILL_FULLNESS)

    def ready(self) -> list[str]:
        """Return the sensors that have readings waiting."""
        with self._lock:
            return list(self._waiting)

    def take(self, sensor: str, count: int) -> tuple[list[Held], bool]:
        """Take a sensor's oldest readings, as far as they are in memory.

        Returns:
            The readings, now in flight, and whether others, on disk, come next.
        """
        with self._lock:
            lane = self._lanes.get(sensor)
            if lane is None:
                return [], False
            taken = lane.take_from_memory(count, also_unwritten=self._is_free)
            self._in_flight.update(taken)
            self._note_waiting(sensor, lane)
            return taken, lane.has_stored and len(taken) < count

    def take_stored(self, sensor: str, count: int) -> list[Place]:
        """Take a sensor's oldest readings on disk; each has to come back by `loaded`."""
        with self._lock:
            return self._lanes[sensor].take_stored(count)

    def loaded(
        self, sensor: str, places: Sequence[tuple[Place, StampedReading | None]]
    ) -> list[Held]:
        """Take in what was read back, now in flight; what could not be read is lost."""
        taken = []
        with self._lock:
            self._stored -= len(places)
            for (segment, place), reading in places:
                if reading is None:
                    self._lose_place(segment, place)
                    continue
                held = Held(0, reading.size_bytes(), reading, 0.0, segment, place)
                self._shares.count(reading.owner, 1, held.size_bytes)
                taken.append(held)
            self._in_flight.update(taken)
            self._note_waiting(sensor, self._lanes[sensor])
        return taken

    def settle(self, held: Held, lost: Iterable[str], cause: DropCause | None) -> None:
        """Let a reading in flight go: delivered, but for the metrics that were dropped."""
        with self._lock:
            self._in_flight.remove(held)
            self._let_go(held, lost, cause)

    def put_back(self, entries: Sequence[Held], cause: DropCause) -> None:
        """Return readings in flight to the heads of their lanes, in their order.

        Args:
            entries: The readings.
            cause: Why those are lost whose segment was removed meanwhile.
        """
        with self._lock:
            self._in_flight.difference_update(entries)
            for held in reversed(entries):
                if held.is_orphan:
                    self._let_go(held, held.reading.metrics, cause)
                    continue
                self._lanes[held.reading.sensor].put_back([held])
                self._waiting.setdefault(held.reading.sensor)

    # -- writing --------------------------------------------------------------------------------

    def next_to_write_s(self) -> float | None:
        """Return when the oldest reading was put that is neither written nor settled."""
        with self._lock:
            while self._unwritten and self._unwritten[0].is_settled:
                self._unwritten.popleft()
                self._settled_unwritten -= 1
            return self._unwritten[0].put_at_s if self._unwritten else None

    def take_unwritten(self, count: int) -> list[Held]:
        """Take the oldest readings to be written; `written` or `give_back` has to follow."""
        taken: list[Held] = []
        with self._lock:
            while self._unwritten and len(taken) < count:
                held = self._unwritten.popleft()
                if held.is_settled:
                    self._settled_unwritten -= 1
                else:
                    taken.append(held)
            self._writing_since_s = taken[0].put_at_s if taken else None
        return taken

    def give_back(self, entries: Sequence[Held]) -> None:
        """Have readings written later after all."""
        with self._lock:
            self._writing_since_s = None
            self._settled_unwritten += sum(held.is_settled for held in entries)
            self._unwritten.extendleft(reversed(entries))

    def written(self, entries: Sequence[Held], segment: Segment, place: int) -> None:
        """Note where readings lie on disk, one behind the other."""
        with self._lock:
            for held in entries:
                if held.is_settled:  # meanwhile
                    segment.settle(place)
                    self._settled.append(segment.first + place)
                else:
                    held.segment, held.place = segment, place
                    for source, count in held.reading.counts:
                        self._account(source, held.reading.sensor).accepted += count
                    self._waiting.setdefault(held.reading.sensor)
                place += 1
            self._is_late, self._writing_since_s = False, None
            if self._shares.fullness >= SPILL_FULLNESS:
                self._spill()

    def refuse(self, entries: Sequence[Held], cause: DropCause) -> None:
        """Drop readings that were taken to be written, but for those in flight."""
        with self._lock:
            refused = {e for e in entries if not e.is_settled} - self._in_flight
            for sensor in {held.reading.sensor for held in refused}:
                self._lanes[sensor].remove(refused)
                self._note_waiting(sensor, self._lanes[sensor])
            for held in refused:
                self._let_go(held, held.reading.metrics, cause, was_queued=False)

    def drop_unwritten(self, cause: DropCause) -> None:
        """Drop all that is in memory only and waits."""
        while taken := self.take_unwritten(1000):
            self.refuse(taken, cause)

    # -- what becomes of segments ---------------------------------------------------------------

    def lose(self, segment: Segment, cause: DropCause) -> int:
        """Count all that waits in a segment as dropped; it was removed. Returns how many values."""
        with self._lock:
            values = segment.pending()
            for held in self._in_flight:
                if held.segment is segment:
                    held.segment, held.is_orphan = None, True
                    for source, count in held.reading.counts:
                        values[source, held.reading.sensor] -= count
            for sensor, lane in self._lanes.items():
                in_memory, stored = lane.lose(segment)
                self._stored -= stored
                for held in in_memory:
                    held.is_settled = True
                    self._shares.count(held.reading.owner, -1, -held.size_bytes)
                self._note_waiting(sensor, lane)
            for (source, sensor), count in values.items():
                self._drop(source, sensor, cause, count)
            return values.total()

    def adopt(self, recovery: Recovery) -> None:
        """Take in what an earlier run has left: it comes before all that was not written yet."""
        with self._lock:
            for key, earlier in recovery.state.totals.items():
                self._ledger.restore(earlier.account(key))
                self._totals[key] = earlier.plus(self._totals.get(key, Totals()))
                self._changed.add(key)
            for segment in recovery.segments:
                self._held.update(segment.pending())
                for sensor, places in segment.places().items():
                    self._lane(sensor).find(segment, places)
                    self._waiting.setdefault(sensor)
                    self._stored += len(places)

    # -- what the journal is told ---------------------------------------------------------------

    def changes(self) -> tuple[dict[AccountKey, Totals], list[AccountKey], list[int]]:
        """Return all sums, and since the last: which changed, which readings were settled.

        The sums hold what was given to `written`, and nothing that was written since.
        """
        with self._lock:
            changed, self._changed = sorted(self._changed), set()
            settled, self._settled = self._settled, []
            return {key: totals.copy() for key, totals in self._totals.items()}, changed, settled

    def not_noted(self, changed: Iterable[AccountKey], settled: Sequence[int]) -> None:
        """Have these told again: the journal could not be written."""
        with self._lock:
            self._changed.update(changed)
            self._settled = [*settled, *self._settled]

    @property
    def has_changes(self) -> bool:
        """Whether the journal has something to be told."""
        return bool(self._changed or self._settled)

    def note_refused(self, accounts: Collection[Account]) -> None:
        """Take the sums of what was never accepted over from the ledger."""
        with self._lock:
            for account in accounts:
                key = (account.source, account.sensor)
                totals = self._totals.setdefault(key, Totals())
                if (totals.filtered, totals.refused) != (account.filtered, account.refused):
                    totals.filtered, totals.refused = account.filtered, dict(account.refused)
                    self._changed.add(key)

    # -- figures --------------------------------------------------------------------------------

    @property
    def fullness(self) -> float:
        """How much of the memory is in use."""
        return self._shares.fullness

    def held(self) -> Counter[AccountKey]:
        """Return how many values are here, in memory or on disk, by source and sensor."""
        with self._lock:
            return +self._held

    def counts(self) -> tuple[Shares, int]:
        """Return what is in memory, and how many readings are on disk only."""
        return self._shares, self._stored

    # -- readings that are not written ----------------------------------------------------------

    def set_disk(self, *, works: bool) -> None:
        """Note whether the disk takes readings; if not, they are handed out without it."""
        with self._lock:
            self._has_disk = works
            self._find_waiting()

    def hand_out_all(self) -> None:
        """Hand readings out from now on whether they were written or not."""
        with self._lock:
            self._writes_first = False
            self._find_waiting()

    @property
    def is_late(self) -> bool:
        """Whether the disk seems to hang."""
        return self._is_late

    # -- under the lock -------------------------------------------------------------------------

    @property
    def _is_free(self) -> bool:
        return self._is_late or not (self._writes_first and self._has_disk)

    def _watch_writer(self, now_s: float) -> None:
        since_s = self._writing_since_s
        if since_s is None and self._unwritten:
            since_s = self._unwritten[0].put_at_s
        if self._writes_first and not self._is_late and since_s is not None:
            self._is_late = now_s - since_s > HANG_S
            if self._is_late:
                self._find_waiting()

    def _find_waiting(self) -> None:
        for sensor, lane in self._lanes.items():
            if lane.has_waiting(also_unwritten=self._is_free):
                self._waiting.setdefault(sensor)
            else:
                self._waiting.pop(sensor, None)

    def _lane(self, sensor: str) -> Lane:
        return self._lanes.setdefault(sensor, Lane())

    def _note_waiting(self, sensor: str, lane: Lane) -> None:
        if not lane.has_waiting(also_unwritten=self._is_free):
            self._waiting.pop(sensor, None)

    def _account(self, source: str, sensor: str) -> Totals:
        self._changed.add((source, sensor))
        return self._totals.setdefault((source, sensor), Totals())

    def _count_held(self, reading: StampedReading, sign: int) -> None:
        for source, count in reading.counts:
            self._held[source, reading.sensor] += sign * count

    def _let_go(
        self, held: Held, lost: Iterable[str], cause: DropCause | None, *, was_queued: bool = True
    ) -> None:
        reading = held.reading
        held.is_settled = True
        self._shares.count(reading.owner, -1, -held.size_bytes)
        self._count_held(reading, -1)
        was_written = held.segment is not None or held.is_orphan
        if held.segment is not None:
            held.segment.settle(held.place)
            self._settled.append(held.segment.first + held.place)
        elif not was_written and was_queued:
            self._forget_unwritten()
        for source, delivered, gone in outcomes(reading, lost):
            totals = self._account(source, reading.sensor)
            totals.accepted += 0 if was_written else delivered + gone
            if delivered:
                totals.delivered += delivered
                self._ledger.deliver(source, reading.sensor, delivered)
            if gone and cause is not None:
                totals.drop(cause, gone)
                self._ledger.drop(source, reading.sensor, cause, gone)

    def _drop(self, source: str, sensor: str, cause: DropCause, values: int) -> None:
        if values:
            self._account(source, sensor).drop(cause, values)
            self._ledger.drop(source, sensor, cause, values)
            self._held[source, sensor] -= values

    def _lose_place(self, segment: Segment, place: int) -> None:
        shape = segment.shape(place)
        segment.settle(place)
        self._settled.append(segment.first + place)
        for source, count in shape.counts:
            self._drop(source, shape.sensor, DropCause.CORRUPT, count)

    def _forget_unwritten(self) -> None:
        # Entries that were settled early stay queued until they are many.
        self._settled_unwritten += 1
        if self._settled_unwritten > max(_FEW_SETTLED, len(self._unwritten) // 2):
            self._unwritten = deque(held for held in self._unwritten if not held.is_settled)
            self._settled_unwritten = 0

    def _spill(self) -> None:
        for lane in self._lanes.values():
            for held in lane.spill():
                self._stored += 1
                self._shares.count(held.reading.owner, -1, -held.size_bytes)

    def _drop_one(self, newcomer: str) -> bool:
        return any(self._drop_oldest_of(owner) for owner in self._shares.guiltiest(newcomer))

    def _drop_oldest_of(self, owner: str) -> bool:
        sensors = self._sensors.get(owner, {})
        found = [self._lanes[sensor].oldest_unwritten() for sensor in sensors]
        oldest = min((held for held in found if held), key=lambda held: held.order, default=None)
        if oldest is None:
            return False
        lane = self._lanes[oldest.reading.sensor]
        (lane.head if lane.head and lane.head[0] is oldest else lane.tail).popleft()
        self._note_waiting(oldest.reading.sensor, lane)
        self._let_go(oldest, oldest.reading.metrics, DropCause.RING_FULL)
        return True
