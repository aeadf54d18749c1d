"""The readings of one sensor in their order: some in memory, some on disk only.

    head                stored                      tail
    put back, in        known by their places       newest, in memory: written already,
    memory              in segments                 or still to be
    ○ ○                 ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪       ● ● ● ○ ○

When memory is short, what is at the front of the tail and on disk becomes stored. The newest are
taken from memory alone: what memory was too short for is no longer live.
"""

from array import array
from collections import deque
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from collector.buffering.batch import Entry
from collector.buffering.order import take_newest
from collector.buffering.spool.segment import Segment
from collector.buffering.timestamps import Moment
from collector.clock import Instant

Place = tuple[Segment, int]
"""A reading on disk."""


@dataclass(slots=True, eq=False)
class Held(Entry):
    """A reading in memory.

    Attributes:
        put_at_s: Monotonic seconds.
        segment: Where it lies on disk; None while it does not.
        place: Its place there.
        is_settled: Delivered or dropped.
        is_orphan: It was in flight when its segment was removed.
    """

    put_at_s: float = 0.0
    segment: Segment | None = None
    place: int = 0
    is_settled: bool = False
    is_orphan: bool = False


@dataclass(slots=True)
class _Chunk:
    """Consecutive readings of the lane in one segment; those before ``at`` were taken."""

    segment: Segment
    places: "array[int]"
    at: int = 0


class Lane:
    """See above. Not safe for threads.

    Attributes:
        owners: Whose readings were ever put into it.
    """

    __slots__ = ("_chunks", "head", "owners", "tail")

    def __init__(self) -> None:
        self.owners: set[str] = set()
        self.head: deque[Held] = deque()
        self.tail: deque[Held] = deque()
        self._chunks: deque[_Chunk] = deque()

    def has_waiting(self, *, also_unwritten: bool) -> bool:
        """Tell whether there is something that may be taken."""
        if self.head or self._chunks:
            return True
        return bool(self.tail) and (also_unwritten or self.tail[0].segment is not None)

    def front(self) -> Moment | None:
        """Return when its oldest reading was taken, or a moment before; None where it has none."""
        if self.head:
            return Moment.of(self.head[0].reading)
        if self._chunks:
            return self._chunks[0].segment.begun
        return Moment.of(self.tail[0].reading) if self.tail else None

    @property
    def has_stored(self) -> bool:
        """Whether something lies on disk only."""
        return bool(self._chunks)

    def take_from_memory(self, count: int, *, also_unwritten: bool) -> list[Held]:
        """Take up to so many from the front, as far as they are in memory."""
        taken = [self.head.popleft() for _ in range(min(count, len(self.head)))]
        while not self._chunks and self.tail and len(taken) < count:
            if self.tail[0].segment is None and not also_unwritten:
                break
            taken.append(self.tail.popleft())
        return taken

    def take_newest(self, count: int, after: Instant, *, also_unwritten: bool) -> list[Held]:
        """Take up to so many of the newest in memory, in their order."""
        unwritten: list[Held] = []
        while self.tail and self.tail[-1].segment is None and not also_unwritten:
            unwritten.append(self.tail.pop())
        taken = take_newest(self.tail, count, after)
        self.tail.extend(reversed(unwritten))
        return taken

    def stored(self, count: int) -> list[Place]:
        """Return up to so many that lie on disk only; when the head is empty, the oldest."""
        found: list[Place] = []
        for chunk in self._chunks:
            if len(found) >= count:
                break
            places = chunk.places[chunk.at : chunk.at + count - len(found)]
            found += [(chunk.segment, place) for place in places]
        return found

    def take_stored(self, count: int) -> None:
        """Take so many of what is `stored`, at most all of it."""
        while self._chunks and count:
            chunk = self._chunks[0]
            taken = min(count, len(chunk.places) - chunk.at)
            chunk.at += taken
            count -= taken
            if chunk.at == len(chunk.places):
                self._chunks.popleft()

    def in_memory(self, segment: Segment) -> list[Held]:
        """Return what waits in memory of a segment."""
        return [held for held in (*self.head, *self.tail) if held.segment is segment]

    def spill(self) -> list[Held]:
        """Let go of what is at the front of the tail and on disk; it becomes stored."""
        spilt: list[Held] = []
        while self.tail and self.tail[0].segment is not None:
            spilt.append(self.tail.popleft())
        for segment, together in groupby(spilt, attrgetter("segment")):
            self._store(segment, [held.place for held in together])
        return spilt

    def find(self, segment: Segment, places: "array[int]") -> None:
        """Note readings that an earlier run has left, segment by segment from the oldest."""
        self._chunks.append(_Chunk(segment, places))

    def oldest_unwritten(self) -> Held | None:
        """Return the foremost reading that is in memory only, of those at an end."""
        for queue in (self.head, self.tail):
            if queue and queue[0].segment is None:
                return queue[0]
        return None

    def remove(self, entries: AbstractSet[Held]) -> None:
        """Take out readings that are in memory."""
        for queue in (self.head, self.tail):
            kept = [held for held in queue if held not in entries]
            queue.clear()
            queue.extend(kept)

    def lose(self, segment: Segment) -> tuple[list[Held], int]:
        """Take out what lies in a segment; return what was in memory, and how many were not."""
        held = self.in_memory(segment)
        if held:
            self.remove(frozenset(held))
        lost = [chunk for chunk in self._chunks if chunk.segment is segment]
        if lost:
            self._chunks = deque(chunk for chunk in self._chunks if chunk.segment is not segment)
        return held, sum(len(chunk.places) - chunk.at for chunk in lost)

    def _store(self, segment: Segment, places: Sequence[int]) -> None:
        last = self._chunks[-1] if self._chunks else None
        if last is None or last.segment is not segment:
            last = _Chunk(segment, array("H"))
            self._chunks.append(last)
        last.places.extend(places)
