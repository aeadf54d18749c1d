"""The half of the spooled buffer that is in memory: lanes, counts, and what is to be written.

Everything here is done under one lock and none of it waits for a disk, so that a disk that hangs
holds up neither sources nor delivery.

A reading is handed out only when it was written, so that whatever the agent has is counted here as
well, after every kill. Where the disk fails or hangs, or the mode says so, it is handed out anyway.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from collector.buffering.reading import StampedReading
from collector.buffering.shares import Shares
from collector.buffering.spool.books import Books
from collector.buffering.spool.handing_out import HandingOut
from collector.buffering.spool.lane import Held, Place
from collector.buffering.spool.lanes import Lanes
from collector.buffering.spool.recovery import Recovery
from collector.buffering.spool.room import Room
from collector.buffering.spool.segment import Segment
from collector.buffering.spool.unwritten import Unwritten
from collector.buffering.timestamps import Moment
from collector.clock import Instant
from collector.ledger import DropCause, Ledger

SPILL_FULLNESS = 0.5
"""With so much of the memory in use, readings that are on disk are kept there only."""


class Memory:
    """Safe to use from every thread.

    Args:
        shares: Bounds what is in memory.
        ledger: Where drops and deliveries are counted.
        writes_first: Readings are handed out only when they were written.

    Attributes:
        books: What is counted of them.
        room: How much memory they take.
        handing_out: Whether they may be taken before they are written.
    """

    def __init__(self, shares: Shares, ledger: Ledger, *, writes_first: bool) -> None:
        self._lock = threading.Lock()
        self.books = self._books = Books(ledger, self._lock)
        self._lanes = Lanes()
        self.room = Room(shares, self._lanes)
        self._in_flight: set[Held] = set()
        self.handing_out = HandingOut(writes_first=writes_first)
        self._find_freedom()
        self._unwritten = Unwritten()
        self._order = 0

    # -- readings come and go -------------------------------------------------------------------

    def put(
        self, reading: StampedReading, at_s: float, stamp: Callable[[StampedReading], None]
    ) -> bool:
        """Append a reading to its lane, making room first where it takes some.

        Returns:
            Whether somebody should look after writing earlier than was planned.
        """
        with self._lock:
            stamp(reading)
            was_idle = not self._unwritten
            was_calm = self.room.shares.fullness < SPILL_FULLNESS
            self._books.came(reading)
            self._order += 1
            held = Held(self._order, reading.size_bytes(), reading, at_s)
            self.room.enter(held)
            self._lanes.put(held)
            self._unwritten.append(held)
            if self.handing_out.becomes_late(self._unwritten.since_s(), at_s):
                self._find_freedom()
            shares = self.room.shares
            if shares.is_over:
                self.room.spill()
            while shares.is_over and (oldest := self.room.take_victim(reading.owner)):
                self._let_go(oldest, oldest.reading.metrics, DropCause.RING_FULL)
            return was_idle or (was_calm and shares.fullness >= SPILL_FULLNESS)

    def ready(self) -> list[str]:
        """Return the sensors that have readings waiting."""
        with self._lock:
            return self._lanes.ready()

    def take(self, sensor: str, count: int) -> tuple[list[Held], bool]:
        """Take a sensor's oldest readings, as far as they are in memory.

        Returns:
            The readings, now in flight, and whether others, on disk, come next.
        """
        with self._lock:
            taken = self._lanes.take_from_memory(sensor, count)
            self._in_flight.update(taken)
            return taken, self._lanes.lane(sensor).has_stored and len(taken) < count

    def take_newest(self, sensor: str, count: int, after: Instant) -> list[Held]:
        """Take a sensor's newest readings in memory that were taken after an instant."""
        with self._lock:
            taken = self._lanes.take_newest(sensor, count, after)
            self._in_flight.update(taken)
            return taken

    def stored(self, sensor: str, count: int) -> list[Place]:
        """Return where a sensor's oldest readings that are on disk only lie."""
        with self._lock:
            return self._lanes.lane(sensor).stored(count)

    def loaded(
        self, sensor: str, places: Sequence[tuple[Place, StampedReading | None]]
    ) -> list[Held]:
        """Take the foremost of what is `stored`, as it was read back; what is damaged is lost."""
        taken = []
        with self._lock:
            self._lanes.lane(sensor).take_stored(len(places))
            self.room.stored -= len(places)
            for (segment, place), reading in places:
                if reading is None:
                    self._lose_place(segment, place)
                    continue
                held = Held(0, reading.size_bytes(), reading, 0.0, segment, place)
                self.room.enter(held)
                taken.append(held)
            self._in_flight.update(taken)
            self._lanes.note(sensor)
        return taken

    def settle(self, held: Held, lost: Iterable[str], cause: DropCause | None) -> None:
        """Let a reading in flight go: delivered, but for the metrics that were dropped."""
        with self._lock:
            self._in_flight.remove(held)
            self._let_go(held, lost, cause)

    def put_back(self, entries: Sequence[Held], cause: DropCause, *, are_newest: bool) -> None:
        """Return readings of one sensor in flight to where they were taken from.

        Args:
            entries: The readings, in their order.
            cause: Why those are lost whose segment was removed meanwhile.
            are_newest: They go to the end of their lane, not to its head.
        """
        with self._lock:
            self._in_flight.difference_update(entries)
            for held in (held for held in entries if held.is_orphan):
                self._let_go(held, held.reading.metrics, cause)
            kept = [held for held in entries if not held.is_orphan]
            if kept and are_newest:
                self._lanes.put_back_newest(kept[0].reading.sensor, kept)
            elif kept:
                self._lanes.put_back(kept[0].reading.sensor, kept)

    # -- writing --------------------------------------------------------------------------------

    def next_to_write_s(self) -> float | None:
        """Return when the oldest reading was put that is neither written nor settled."""
        with self._lock:
            return self._unwritten.next_s()

    def take_unwritten(self, count: int) -> list[Held]:
        """Take the oldest readings to be written; `written` or `give_back` has to follow."""
        with self._lock:
            return self._unwritten.take(count)

    def give_back(self, entries: Sequence[Held]) -> None:
        """Have readings written later after all."""
        with self._lock:
            self._unwritten.give_back(entries)

    def written(self, entries: Sequence[Held], segment: Segment, place: int) -> None:
        """Note where readings lie on disk, one behind the other."""
        with self._lock:
            for held in entries:
                if held.is_settled:  # meanwhile
                    segment.settle(place)
                    self._books.done(segment.first + place)
                else:
                    held.segment, held.place = segment, place
                    self._books.written(held.reading)
                place += 1
            self.handing_out.is_late = False
            self._unwritten.done()
            self._find_freedom()
            for sensor in {held.reading.sensor for held in entries}:
                self._lanes.note(sensor)
            if self.room.shares.fullness >= SPILL_FULLNESS:
                self.room.spill()

    def refuse(self, entries: Sequence[Held], cause: DropCause) -> None:
        """Drop readings that were taken to be written, but for those in flight."""
        with self._lock:
            refused = {e for e in entries if not e.is_settled} - self._in_flight
            self._lanes.remove(refused)
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
            in_memory, stored = self._lanes.lose(segment)
            self.room.stored -= stored
            for held in in_memory:
                held.is_settled = True
                self.room.leave(held)
            self._books.drop(values, cause)
            self._books.done_up_to(segment.first, segment.end)
            return values.total()

    def lose_file(self, segment: Segment) -> int:
        """Note that a segment is gone; what is in memory as well is written anew, behind the rest.

        Returns:
            How many values are lost.
        """
        with self._lock:
            saved = [*self._lanes.in_memory(segment), *self._in_flight]
            saved = [held for held in saved if held.segment is segment]
            for held in saved:
                segment.settle(held.place)
                self._books.not_written(held.reading)
                held.segment = None
            self._unwritten.give_back(sorted(saved, key=lambda held: held.place))
        return self.lose(segment, DropCause.CORRUPT)

    def adopt(self, recovery: Recovery) -> None:
        """Take in what an earlier run has left: it comes before all that was not written yet."""
        with self._lock:
            self._books.adopt(
                recovery.state.totals, (segment.pending() for segment in recovery.segments)
            )
            self.room.stored += sum(self._lanes.find(segment) for segment in recovery.segments)

    # -- figures --------------------------------------------------------------------------------

    @property
    def fullness(self) -> float:
        """How much of the memory is in use."""
        return self.room.shares.fullness

    def fronts(self) -> list[Moment]:
        """Return since when there is something in each lane, and of each reading in flight."""
        with self._lock:
            fronts = [front for front in self._lanes.fronts() if front is not None]
            return fronts + [Moment.of(held.reading) for held in self._in_flight]

    # -- readings that are not written ----------------------------------------------------------

    def set_disk(self, *, works: bool) -> None:
        """Note whether the disk takes readings; if not, they are handed out without it."""
        with self._lock:
            self.handing_out.has_disk = works
            self._find_freedom()

    def hand_out_all(self) -> None:
        """Hand readings out from now on whether they were written or not."""
        with self._lock:
            self.handing_out.writes_first = False
            self._find_freedom()

    # -- under the lock -------------------------------------------------------------------------

    def _find_freedom(self) -> None:
        self._lanes.hand_out_unwritten(is_so=self.handing_out.is_free)

    def _let_go(
        self, held: Held, lost: Iterable[str], cause: DropCause | None, *, was_queued: bool = True
    ) -> None:
        reading = held.reading
        held.is_settled = True
        self.room.leave(held)
        was_written = held.segment is not None or held.is_orphan
        if held.segment is not None:
            held.segment.settle(held.place)
            self._books.done(held.segment.first + held.place)
        elif not was_written and was_queued:
            self._unwritten.settled()
        self._books.went(reading, lost, cause, was_written=was_written)

    def _lose_place(self, segment: Segment, place: int) -> None:
        shape = segment.shape(place)
        segment.settle(place)
        self._books.done(segment.first + place)
        values = Counter({(source, shape.sensor): count for source, count in shape.counts})
        self._books.drop(values, DropCause.CORRUPT)
