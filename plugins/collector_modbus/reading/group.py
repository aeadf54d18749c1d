"""Reads the points of one group of one device."""

import logging
from collections import Counter
from collections.abc import Sequence

from collector import Clock, Deadline, MetricValue
from collector_modbus.decoding.group import Decoded, GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.planning.cost import cost_of
from collector_modbus.profiles.merge import MergedDevice
from collector_modbus.reading.blocks import BlockReader, Piece
from collector_modbus.reading.isolation import Ask
from collector_modbus.reading.plans import GroupPlan, make_plan
from collector_modbus.reading.refusals import Refusals
from collector_modbus.reading.wanted import shown
from collector_modbus.settings.link import LinkSettings, SerialLink
from collector_modbus.settings.point import PointSettings

_OTHER_TURNAROUND = 2.0
_LEAST_DIFFERENCE_S = 0.001


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
        self._is_serial = isinstance(link, SerialLink)
        self._refusals = Refusals(clock)
        self._blocks = BlockReader(points, self._refusals, log)
        self._planned_for: tuple[int, float | None] = (0, None)
        self._plan: GroupPlan | None = None
        self._missing: dict[str, Missing] = {}
        self._missed: Counter[Missing] = Counter()

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
        pieces = self._blocks.read(plan.blocks, ask, deadline)
        pieces += self._blocks.probe(ask, deadline)
        if not pieces and self._blocks.refused_now:
            raise next(iter(self._blocks.refused_now.values()))
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
        notes = self._missing_notes() if self._missing else []
        if self._blocks.cut_short:
            reads = f"{self._blocks.cut_short} reads"
            notes.append(f"{reads} had no time for all of their requests: lengthen the interval")
        return notes

    def _missing_notes(self) -> list[str]:
        by_reason: dict[str, list[str]] = {}
        for point in self._points:
            if point.metric in self._missing:
                by_reason.setdefault(self._why_missing(point), []).append(point.metric)
        return [f"{shown(metrics)}: {reason}" for reason, metrics in by_reason.items()]

    def _why_missing(self, point: PointSettings) -> str:
        block = point.block
        if block is not None:
            for refused, error in self._blocks.refused_now.items():
                if refused.table is block.table and refused.span.covers(block.span):
                    return f"{error} for {refused}"
            if touched := self._refusals.touched_by(block):
                left_out, why, wait_s = touched
                minutes = f"{wait_s / 60:.0f} min"
                return f"{why} for {left_out}; left out, tried again in {minutes}"
        reason = self._missing[point.metric]
        return f"no value: {reason} ({self._missed[reason]} values so far)"

    def _current_plan(self, turnaround_s: float | None) -> GroupPlan:
        changes, planned_s = self._planned_for
        plan = self._plan
        # In networks 125 registers take 20 us on the wire, so one plan suits any round trip.
        is_other = self._is_serial and _is_other(planned_s, turnaround_s)
        if plan is None or changes != self._refusals.changes or is_other:
            self._planned_for = (self._refusals.changes, turnaround_s)
            cost = cost_of(self._link, turnaround_s=turnaround_s)
            plan = self._plan = make_plan(self._device, self._points, cost, self._refusals)
        return plan

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
    return high > _OTHER_TURNAROUND * low + _LEAST_DIFFERENCE_S
