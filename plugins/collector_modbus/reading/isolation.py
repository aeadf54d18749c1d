"""Finds what it is in a refused block that the device refuses, and reads the rest meanwhile.

The values of the block are halved again and again, so that n values with one culprit take about
2 log2(n) requests. Where both halves are answered and the whole is refused still, the fault lies
between them (a gap that must not be read over) or in the length (a device that gives less at once).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collector_modbus.errors import ILLEGAL_ADDRESS, ILLEGAL_VALUE, DeviceError
from collector_modbus.reading.refusals import cover
from collector_modbus.registers.table import Block, Span, Table

ISOLATED_CODES = (ILLEGAL_ADDRESS, ILLEGAL_VALUE)
"""The exceptions that are about addresses, and so may be about a part of them only."""

Ask = Callable[[Block], bytes]
"""Reads a block from the device; raises DeviceError when it refuses."""


@dataclass(slots=True)
class Isolation:
    """A search in one refused block. What was found stays when `search` is broken off by an error.

    Attributes:
        ask: Reads a block.
        answered: The blocks that were answered, with their data.
        refused: The blocks of single values that are refused, with the exception code.
        gaps: What lies between wanted values and must not be read over.
        longest: The most items that were answered at once, if more are refused for their number.
    """

    ask: Ask
    answered: list[tuple[Block, bytes]] = field(default_factory=list)
    refused: list[tuple[Block, int]] = field(default_factory=list)
    gaps: list[Block] = field(default_factory=list)
    longest: int | None = None

    def search(self, table: Table, spans: Sequence[Span], code: int) -> None:
        """Search among the values of a refused block.

        Args:
            table: The table.
            spans: Its wanted spans, ascending; none lies within another. At least one.
            code: The exception code of the whole.
        """
        if len(spans) == 1:
            self.refused.append((Block(table, spans[0]), code))
            return
        middle = len(spans) // 2
        halves = (spans[:middle], spans[middle:])
        is_answered = [self._try(table, half) for half in halves]
        if all(is_answered) and self._is_refused(cover(table, spans)):
            self._blame_the_whole(cover(table, halves[0]), cover(table, halves[1]))

    def _try(self, table: Table, spans: Sequence[Span]) -> bool:
        block = cover(table, spans)
        try:
            data = self.ask(block)
        except DeviceError as error:
            if error.code in ISOLATED_CODES:
                self.search(table, spans, error.code)
            return False
        self.answered.append((block, data))
        return True

    def _is_refused(self, block: Block) -> bool:
        """Tell whether a block is refused now; what was so for a moment teaches nothing."""
        try:
            self.ask(block)
        except DeviceError as error:
            return error.code in ISOLATED_CODES
        return False

    def _blame_the_whole(self, left: Block, right: Block) -> None:
        between = right.span.address - left.span.end
        if between > 0:
            self.gaps.append(Block(left.table, Span(left.span.end, between)))
        else:
            self.longest = max(left.span.count, right.span.count, self.longest or 0)
