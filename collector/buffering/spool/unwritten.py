"""The readings that are in memory only, in the order in which they are to be written."""

from collections import deque
from collections.abc import Sequence

from collector.buffering.spool.lane import Held

_FEW_SETTLED = 1000


class Unwritten:
    """Readings that were settled meanwhile are passed over. Not safe for threads."""

    def __init__(self) -> None:
        self._queue: deque[Held] = deque()
        self._settled = 0
        self._taken_since_s: float | None = None

    def __bool__(self) -> bool:
        return bool(self._queue)

    def append(self, held: Held) -> None:
        """Have a reading written when its turn comes."""
        self._queue.append(held)

    def since_s(self) -> float | None:
        """Return when the oldest was put, of those that are being written as well."""
        if self._taken_since_s is not None:
            return self._taken_since_s
        return self.next_s()

    def next_s(self) -> float | None:
        """Return when the oldest was put that nobody is writing."""
        while self._queue and self._queue[0].is_settled:
            self._queue.popleft()
        return self._queue[0].put_at_s if self._queue else None

    def take(self, count: int) -> list[Held]:
        """Take the oldest to be written; `done` or `give_back` has to follow."""
        taken: list[Held] = []
        while self._queue and len(taken) < count:
            held = self._queue.popleft()
            if not held.is_settled:
                taken.append(held)
        self._taken_since_s = taken[0].put_at_s if taken else None
        return taken

    def done(self) -> None:
        """Note that what was taken is written."""
        self._taken_since_s = None

    def give_back(self, entries: Sequence[Held]) -> None:
        """Have readings written later after all."""
        self._taken_since_s = None
        self._queue.extendleft(reversed(entries))

    def settled(self) -> None:
        """Note that one of them was settled; it stays queued until there are many."""
        self._settled += 1
        if self._settled > max(_FEW_SETTLED, len(self._queue) // 2):
            self._queue = deque(held for held in self._queue if not held.is_settled)
            self._settled = 0
