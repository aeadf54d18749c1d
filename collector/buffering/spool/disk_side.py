"""The spooled buffer's memory, as the thread sees it that writes: what is to be written, what was.

Readings are counted by the batch here: there may be thousands a second.
"""

from collections.abc import Sequence

from collector.buffering.spool.holdings import SPILL_FULLNESS, Holdings
from collector.buffering.spool.lane import Held
from collector.buffering.spool.recovery import Recovery
from collector.buffering.spool.segment import Segment
from collector.ledger import DropCause


class DiskSide:
    """Used from the thread that writes; others may use the memory meanwhile.

    Args:
        holdings: What is in memory.

    Attributes:
        books: What is counted of the readings.
    """

    def __init__(self, holdings: Holdings) -> None:
        self._lock = holdings.lock
        self._holdings = holdings
        self.books = self._books = holdings.books
        self._lanes = holdings.lanes
        self._room = holdings.room
        self._in_flight = holdings.in_flight
        self._unwritten = holdings.unwritten

    def set_disk(self, *, works: bool) -> None:
        """Note whether the disk takes readings; if not, they are handed out without it."""
        with self._lock:
            self._holdings.handing_out.has_disk = works
            self._holdings.find_freedom()

    @property
    def is_short(self) -> bool:
        """Whether so much of the memory is in use that readings should be written at once."""
        return self._room.shares.is_filled(SPILL_FULLNESS)

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
            for at, held in enumerate(entries, place):
                if held.is_settled:  # meanwhile
                    segment.settle(at)
                    self._books.done(segment.first + at)
                else:
                    held.segment, held.place = segment, at
            first = segment.first + place
            self._books.written(segment.pending(first, first + len(entries)))
            self._holdings.handing_out.is_late = False
            self._unwritten.done()
            self._holdings.find_freedom()
            for sensor in {held.reading.sensor for held in entries}:
                self._lanes.note(sensor)
            if self._room.shares.is_filled(SPILL_FULLNESS):
                self._room.spill()

    def refuse(self, entries: Sequence[Held], cause: DropCause) -> None:
        """Drop readings that were taken to be written, but for those in flight."""
        with self._lock:
            refused = {e for e in entries if not e.is_settled} - self._in_flight
            self._lanes.remove(refused)
            for held in refused:
                self._holdings.let_go(held, held.reading.metrics, cause, was_queued=False)

    def drop_unwritten(self, cause: DropCause) -> bool:
        """Drop all that is in memory only and waits; tell whether there was anything."""
        has_any = False
        while taken := self.take_unwritten(1000):
            self.refuse(taken, cause)
            has_any = True
        return has_any

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
            self._room.stored -= stored
            for held in in_memory:
                held.is_settled = True
                self._room.leave(held)
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
            self._room.stored += sum(self._lanes.find(segment) for segment in recovery.segments)
