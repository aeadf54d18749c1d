"""Asks for the blocks of a plan one after the other, and goes on where one is not given."""

import logging
from collections import Counter
from collections.abc import Sequence

from collector import Deadline
from collector_modbus.errors import (
    ILLEGAL_FUNCTION,
    DeviceError,
    LinkError,
    NoAnswerError,
    NoTimeError,
    in_words,
)
from collector_modbus.reading.isolation import ISOLATED_CODES, Ask, Isolation
from collector_modbus.reading.refusals import Refusals
from collector_modbus.reading.wanted import metrics_in, shown, spans_in
from collector_modbus.registers.table import Block
from collector_modbus.settings.point import PointSettings

_UNANSWERED_BEFORE_LEFT_OUT = 3
_MOST_UNANSWERED = 2

Piece = tuple[Block, bytes]
"""A block that was answered, and its data."""


class BlockReader:
    """Reads what it can of some blocks. Used from the link's thread alone.

    Args:
        points: What is wanted of them.
        refusals: Gets what the device refuses.
        log: The source's logger.

    Attributes:
        refused_now: What was refused in the last read for reasons that pass: the device is busy.
        cut_short: How many reads had no time for all of their blocks.
    """

    def __init__(
        self, points: Sequence[PointSettings], refusals: Refusals, log: logging.Logger
    ) -> None:
        self.refused_now: dict[Block, DeviceError] = {}
        self.cut_short = 0
        self._points = points
        self._refusals = refusals
        self._log = log
        self._unanswered: Counter[Block] = Counter()
        self._suspect: tuple[Block, NoAnswerError] | None = None
        self._first = 0

    def read(self, blocks: Sequence[Block], ask: Ask, deadline: Deadline) -> list[Piece]:
        """Ask for every block once, and return what was answered.

        Where the time does not suffice, or the first is not answered, the next read begins with
        another one.

        Raises:
            NoAnswerError: Nothing was answered at all.
            LinkError: Likewise, and it is the link that is not there, or broke.
        """
        self.refused_now.clear()
        pieces: list[Piece] = []
        unanswered = 0
        for block in self._in_turn(blocks):
            if deadline.has_passed():
                self._cut_short(len(pieces))
                break
            try:
                pieces += self._read_block(block, ask)
                self._note_answered(block)
            except LinkError:
                if not pieces:
                    raise
                break
            except NoTimeError:
                self._cut_short(len(pieces))
                break
            except NoAnswerError as error:
                if not pieces:
                    self._first += 1
                    self._suspect = block, error
                    raise
                if error.is_cut:
                    self._cut_short(len(pieces))
                    break
                self._note_unanswered(block, error)
                unanswered += 1
                if unanswered >= _MOST_UNANSWERED:
                    break
        return pieces

    def probe(self, ask: Ask, deadline: Deadline) -> list[Piece]:
        """Try one block again that was refused, if it is time for that."""
        block = self._refusals.due()
        if block is None or deadline.has_passed():
            return []
        try:
            data = ask(block)
        except DeviceError as error:
            return self._still_refused(block, error.code, ask)
        except NoTimeError:
            return []
        except (NoAnswerError, LinkError):
            self._refusals.refuse(block, "no answer")
            return []
        self._refusals.allow(block)
        self._log.info("%s is answered again", block)
        return [(block, data)]

    def _still_refused(self, block: Block, code: int, ask: Ask) -> list[Piece]:
        if code in ISOLATED_CODES and len(spans_in(block, self._points)) > 1:
            self._refusals.allow(
                block
            )  # it was left out as a whole, and is no more to blame as one
            return self._isolate(block, code, ask)
        self._refusals.refuse(block, in_words(code))
        return []

    def _in_turn(self, blocks: Sequence[Block]) -> Sequence[Block]:
        if not self._first or not blocks:
            return blocks
        first = self._first % len(blocks)
        return [*blocks[first:], *blocks[:first]]

    def _cut_short(self, done: int) -> None:
        self.cut_short += 1
        self._first += done

    def _read_block(self, block: Block, ask: Ask) -> list[Piece]:
        try:
            return [(block, ask(block))]
        except DeviceError as error:
            if error.code in ISOLATED_CODES:
                return self._isolate(block, error.code, ask)
            if error.code == ILLEGAL_FUNCTION:
                self._leave_out(block, error.code)
            else:
                self.refused_now[block] = error
            return []

    def _isolate(self, block: Block, code: int, ask: Ask) -> list[Piece]:
        isolation = Isolation(ask)
        try:
            isolation.search(block.table, spans_in(block, self._points), code)
        except (NoAnswerError, LinkError) as error:
            self._log.debug("the search in %s was broken off: %s", block, error)
        for refused, refusal_code in isolation.refused:
            self._leave_out(refused, refusal_code)
        for gap in isolation.gaps:
            self._log.info("%s must not be read over: it is kept apart from now on", gap)
            self._refusals.keep_apart(gap)
        if isolation.longest is not None:
            self._log.info("%s items of %s at once are too many", block.span.count, block.table)
            self._refusals.limit(block.table, isolation.longest)
        return isolation.answered

    def _leave_out(self, block: Block, code: int) -> None:
        self._refusals.refuse(block, in_words(code))
        metrics = shown(metrics_in(block, self._points))
        self._log.warning("%s (%s) is left out: %s", block, metrics, in_words(code))

    def _note_answered(self, block: Block) -> None:
        """Note that the unit is there, so that a block asked for in vain before is to blame."""
        self._unanswered.pop(block, None)
        if self._suspect is not None and self._suspect[0] != block:
            self._note_unanswered(*self._suspect)
        self._suspect = None

    def _note_unanswered(self, block: Block, error: NoAnswerError) -> None:
        self._unanswered[block] += 1
        if self._unanswered[block] >= _UNANSWERED_BEFORE_LEFT_OUT:
            del self._unanswered[block]
            self._refusals.refuse(block, "no answer")
            self._log.warning("%s is left out, while others are answered: %s", block, error)
