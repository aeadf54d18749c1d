"""The spooled buffer's memory, as those see it who put and take readings; waits for no disk."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from collector.buffering.reading import StampedReading
from collector.buffering.spool.holdings import SPILL_FULLNESS, Holdings
from collector.buffering.spool.lane import Held, Place
from collector.buffering.spool.segment import Segment
from collector.buffering.timestamps import Moment
from collector.clock import Instant
from collector.ledger import DropCause


class Memory:
    """Safe to use from every thread.

    Args:
        holdings: What it has.
    """

    def __init__(self, holdings: Holdings) -> None:
        self._lock = holdings.lock
        self._holdings = holdings
        self._books = holdings.books
        self._lanes = holdings.lanes
        self._room = holdings.room
        self._in_flight = holdings.in_flight
        self._order = 0

    def put(
        self, reading: StampedReading, at_s: float, stamp: Callable[[StampedReading], None]
    ) -> bool:
        """Append a reading to its lane, making room first where it takes some.

        Returns:
            Whether somebody should look after writing earlier than was planned.
        """
        with self._lock:
            stamp(reading)
            shares, unwritten = self._room.shares, self._holdings.unwritten
            is_urgent = not unwritten
            was_filled = shares.is_filled(SPILL_FULLNESS)
            self._books.came(reading)
            self._order += 1
            held = Held(self._order, reading.size_bytes(), reading, at_s)
            self._room.enter(held)
            self._lanes.put(held)
            unwritten.append(held)
            if self._holdings.handing_out.becomes_late(unwritten.since_s(), at_s):
                self._holdings.find_freedom()
            if shares.is_over:
                self._room.spill()
            while shares.is_over and (oldest := self._room.take_victim(reading.owner)):
                self._holdings.let_go(oldest, oldest.reading.metrics, DropCause.RING_FULL)
            return is_urgent or (not was_filled and shares.is_filled(SPILL_FULLNESS))

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
            self._room.stored -= len(places)
            for (segment, place), reading in places:
                if reading is None:
                    self._lose_place(segment, place)
                    continue
                held = Held(0, reading.size_bytes(), reading, 0.0, segment, place)
                self._room.enter(held)
                taken.append(held)
            self._in_flight.update(taken)
            self._lanes.note(sensor)
        return taken

    def settle(self, held: Held, lost: Iterable[str], cause: DropCause | None) -> None:
        """Let a reading in flight go: delivered, but for the metrics that were dropped."""
        with self._lock:
            self._in_flight.remove(held)
            self._holdings.let_go(held, lost, cause)

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
                self._holdings.let_go(held, held.reading.metrics, cause)
            kept = [held for held in entries if not held.is_orphan]
            if kept and are_newest:
                self._lanes.put_back_newest(kept[0].reading.sensor, kept)
            elif kept:
                self._lanes.put_back(kept[0].reading.sensor, kept)

    def fronts(self) -> list[Moment]:
        """Return since when there is something in each lane, and of each reading in flight."""
        with self._lock:
            fronts = [front for front in self._lanes.fronts() if front is not None]
            return fronts + [Moment.of(held.reading) for held in self._in_flight]

    def hand_out_all(self) -> None:
        """Hand readings out from now on whether they were written or not."""
        with self._lock:
            self._holdings.handing_out.writes_first = False
            self._holdings.find_freedom()

    # -- under the lock -------------------------------------------------------------------------

    def _lose_place(self, segment: Segment, place: int) -> None:
        shape = segment.shape(place)
        segment.settle(place)
        self._books.done(segment.first + place)
        values = Counter({(source, shape.sensor): count for source, count in shape.counts})
        self._books.drop(values, DropCause.CORRUPT)
