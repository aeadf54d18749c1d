"""What a device refuses: left out of the plan, so that it costs the rest nothing, and tried again.

A refused block belongs to a wanted value and is asked for again, alone, after growing pauses. A gap
lies between wanted values; it is only never read over again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from collector import Clock
from collector_modbus.registers.table import Block, Span, Table

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0


@dataclass(slots=True)
class _Refusal:
    why: str
    pause_s: float
    until_s: float


class Refusals:
    """What is left out, and until when. Used from the link's thread alone.

    Args:
        clock: The time.

    Attributes:
        changes: Grows with everything that makes another plan necessary.
    """

    def __init__(self, clock: Clock) -> None:
        self.changes = 0
        self._clock = clock
        self._refused: dict[Block, _Refusal] = {}
        self._gaps: set[Block] = set()
        self._most: dict[Table, int] = {}

    def refuse(self, block: Block, why: str) -> None:
        """Leave a block out; for twice as long as the last time, a minute to an hour."""
        known = self._refused.get(block)
        pause_s = FIRST_PAUSE_S if known is None else min(2 * known.pause_s, LONGEST_PAUSE_S)
        self._refused[block] = _Refusal(why, pause_s, self._clock.monotonic_s() + pause_s)
        self.changes += known is None

    def allow(self, block: Block) -> None:
        """Take a block in again: it was answered."""
        del self._refused[block]
        self.changes += 1

    def keep_apart(self, gap: Block) -> None:
        """Never read over a gap again: the device refuses a request because of it."""
        self._gaps.add(gap)
        self.changes += 1

    def limit(self, table: Table, count: int) -> None:
        """Never ask for more items of a table at once again: the device refuses that."""
        self._most[table] = count
        self.changes += 1

    def holes(self, table: Table) -> list[Span]:
        """Return what no request may touch."""
        blocks = (*self._refused, *self._gaps)
        return [block.span for block in blocks if block.table is table]

    def most(self, table: Table, allowed: int) -> int:
        """Return how many items of a table to ask for at once."""
        return min(allowed, self._most.get(table, allowed))

    def due(self) -> Block | None:
        """Return a refused block that is to be tried again; None if there is none now."""
        if not self._refused:
            return None
        now_s = self._clock.monotonic_s()
        return next((block for block, it in self._refused.items() if it.until_s <= now_s), None)

    def touched_by(self, block: Block) -> tuple[Block, str, float] | None:
        """Return what keeps a block from being read: which, why, and for how many seconds yet."""
        now_s = self._clock.monotonic_s()
        for refused, refusal in self._refused.items():
            if refused.table is block.table and refused.span.touches(block.span):
                return refused, refusal.why, max(0.0, refusal.until_s - now_s)
        return None

    def reasons(self) -> list[str]:
        """Return why blocks are left out, each reason once."""
        return list(dict.fromkeys(refusal.why for refusal in self._refused.values()))


def cover(table: Table, spans: Iterable[Span]) -> Block:
    """Return the block from the first to the last of some spans, which must be some."""
    every = list(spans)
    first, end = min(span.address for span in every), max(span.end for span in every)
    return Block(table, Span(first, end - first))
