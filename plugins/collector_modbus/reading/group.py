"""Reads the points of one group of one device."""

import logging
from collections import Counter
from collections.abc import Sequence

from collector import Clock, Deadline, MetricValue
from collector_modbus.decoding.group import Decoded, GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.errors import ILLEGAL_FUNCTION, DeviceError, NoAnswerError, in_words
from collector_modbus.planning.cost import cost_of
from collector_modbus.profiles.merge import MergedDevice
from collector_modbus.reading.isolation import ISOLATED_CODES, Ask, Isolation
from collector_modbus.reading.plans import GroupPlan, make_plan
from collector_modbus.reading.refusals import Refusals
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import LinkSettings
from collector_modbus.settings.point import PointSettings

_UNANSWERED_BEFORE_LEFT_OUT = 3
_MOST_UNANSWERED = 2
_OTHER_TURNAROUND = 2.0
_SHOWN_METRICS = 4

Piece = tuple[Block, bytes]


class GroupReader:
    """Reads what it can of a group's points, whatever the device refuses or leaves unanswered.

    Used from the link's thread alone.

    Args:
        points: The points of the group, at least one.
        device: What the device allows.
        link: The link, for what requests cost on it.
        clock: The time.
        log: The source's logger.
    """

    def __init__(
        self,
        points: Sequence[PointSettings],
        device: MergedDevice,
        link: LinkSettings,
        clock: Clock,
        log: logging.Logger,
    ) -> None:
        self._points = points
        self._device = device
        self._link = link
        self._log = log
        self._refusals = Refusals(clock)
        self._planned_for: tuple[int, float | None] = (-1, None)
        self._plan: GroupPlan | None = None
        self._unanswered: Counter[Block] = Counter()
        self._first = 0
        self._missing: dict[str, Missing] = {}
        self._missed: Counter[Missing] = Counter()
        self._refused_now: dict[Block, DeviceError] = {}

    def read(
        self, ask: Ask, deadline: Deadline, turnaround_s: float | None
    ) -> dict[str, MetricValue]:
        """Read every point once, and return the values that there are.

        Args:
            ask: Reads a block from the device.
            deadline: What is not asked by then stays unread.
            turnaround_s: How fast the device answers, as measured; None if that is not known.

        Raises:
            NoAnswerError: Nothing was answered at all.
            DeviceError: Everything was refused for now, as by a device that is busy.
            LinkError: The link is not there, or broke.
        """
        plan = self._current_plan(turnaround_s)
        self._refused_now.clear()
        pieces = self._read_blocks(plan, ask, deadline)
        pieces += self._probe(ask, deadline)
        if self._refused_now and not pieces:
            raise next(iter(self._refused_now.values()))
        decoded = self._decode(plan, pieces)
        self._missing = decoded.missing
        self._missed.update(decoded.missing.values())  # nothing, in nearly every read
        return decoded.values

    def refuses_all(self) -> str:
        """Return why nothing is left to ask for; empty if something is."""
        is_left = self._plan is None or self._plan.blocks
        return "" if is_left else ", ".join(self._refusals.reasons())

    def notes(self) -> list[str]:
        """Return what is left out or has no value, and why."""
        by_reason: dict[str, list[str]] = {}
        for point in self._points:
            if point.metric in self._missing:
                reason = self._why_left_out(point) or self._why_missing(point)
                by_reason.setdefault(reason, []).append(point.metric)
        return [f"{_shown(metrics)}: {reason}" for reason, metrics in by_reason.items()]

    def _why_missing(self, point: PointSettings) -> str:
        for block, error in self._refused_now.items():
            if (
                point.block
                and point.block.table is block.table
                and block.span.covers(point.block.span)
            ):
                return f"{error} for {block}"
        reason = self._missing[point.metric]
        return f"no value: {reason} ({self._missed[reason]} values so far)"

    def _why_left_out(self, point: PointSettings) -> str:
        block = point.block
        touched = None if block is None else self._refusals.touched_by(block)
        if touched is None:
            return ""
        refused, why, wait_s = touched
        return f"{why} for {refused}; left out, tried again in {wait_s / 60:.0f} min"

    def _current_plan(self, turnaround_s: float | None) -> GroupPlan:
        changes, planned_s = self._planned_for
        plan = self._plan
        if plan is None or changes != self._refusals.changes or _is_other(planned_s, turnaround_s):
            self._planned_for = (self._refusals.changes, turnaround_s)
            cost = cost_of(self._link, turnaround_s=turnaround_s)
            plan = self._plan = make_plan(self._device, self._points, cost, self._refusals)
        return plan

    def _read_blocks(self, plan: GroupPlan, ask: Ask, deadline: Deadline) -> list[Piece]:
        pieces: list[Piece] = []
        unanswered = 0
        for block in self._in_turn(plan.blocks):
            if deadline.has_passed() or unanswered >= _MOST_UNANSWERED:
                break
            try:
                pieces += self._read_block(plan, block, ask)
                self._unanswered.pop(block, None)
            except NoAnswerError as error:
                if not pieces:
                    self._first += 1  # the next attempt begins with another block
                    raise
                unanswered += 1
                self._note_unanswered(block, error)
        return pieces

    def _in_turn(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        if not self._first or not blocks:
            return blocks
        first = self._first % len(blocks)
        return blocks[first:] + blocks[:first]

    def _read_block(self, plan: GroupPlan, block: Block, ask: Ask) -> list[Piece]:
        try:
            return [(block, ask(block))]
        except DeviceError as error:
            if error.code in ISOLATED_CODES:
                return self._isolate(plan, block, error.code, ask)
            if error.code == ILLEGAL_FUNCTION:
                self._leave_out(block, error.code)
            else:
                self._refused_now[block] = error
            return []

    def _isolate(self, plan: GroupPlan, block: Block, code: int, ask: Ask) -> list[Piece]:
        isolation = Isolation(ask)
        try:
            isolation.search(block.table, plan.spans_in(block, self._points), code)
        except NoAnswerError as error:
            self._log.debug("search in %s was broken off: %s", block, error)
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
        metrics = [
            point.metric
            for point in self._points
            for wanted in (point.block, point.scale_block)
            if wanted and wanted.table is block.table and wanted.span.touches(block.span)
        ]
        self._log.warning("%s (%s) is left out: %s", block, _shown(metrics), in_words(code))

    def _note_unanswered(self, block: Block, error: NoAnswerError) -> None:
        self._unanswered[block] += 1
        if self._unanswered[block] >= _UNANSWERED_BEFORE_LEFT_OUT:
            del self._unanswered[block]
            self._refusals.refuse(block, "no answer")
            self._log.warning("%s is left out, while others are answered: %s", block, error)

    def _probe(self, ask: Ask, deadline: Deadline) -> list[Piece]:
        """Try one refused block again, if it is time for that."""
        block = self._refusals.due()
        if block is None or deadline.has_passed():
            return []
        try:
            data = ask(block)
        except DeviceError as error:
            self._refusals.refuse(block, in_words(error.code))
            return []
        except NoAnswerError:
            self._refusals.refuse(block, "no answer")
            return []
        self._refusals.allow(block)
        self._log.info("%s is answered again", block)
        return [(block, data)]

    def _decode(self, plan: GroupPlan, pieces: Sequence[Piece]) -> Decoded:
        blocks = tuple(block for block, _ in pieces)
        decoder = plan.decoder
        if blocks != plan.blocks:
            decoder = GroupDecoder(self._points, self._device.invalid, blocks)
        return decoder.decode([data for _, data in pieces])


def _is_other(planned_s: float | None, measured_s: float | None) -> bool:
    """Tell whether devices answer so much faster or slower that another plan may be better."""
    if measured_s is None:
        return False
    if planned_s is None:
        return True
    low, high = sorted((planned_s, measured_s))
    return high > _OTHER_TURNAROUND * low + 0.001


def _shown(metrics: Sequence[str]) -> str:
    more = len(metrics) - _SHOWN_METRICS
    names = ", ".join(metrics[:_SHOWN_METRICS])
    return f"{names} and {more} more" if more > 0 else names
