"""What to ask for to read a group's points, and how to decode the answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from collector_modbus.decoding.group import GroupDecoder
from collector_modbus.planning.cost import Cost
from collector_modbus.planning.planner import plan
from collector_modbus.profiles.merge import MergedDevice
from collector_modbus.reading.refusals import Refusals
from collector_modbus.reading.wanted import wanted_blocks
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.point import PointSettings


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """The requests for a group's points.

    Attributes:
        blocks: What to ask for.
        decoder: Decodes the answers to just these blocks.
    """

    blocks: tuple[Block, ...]
    decoder: GroupDecoder


def make_plan(
    device: MergedDevice,
    points: Sequence[PointSettings],
    cost: Cost,
    refusals: Refusals | None = None,
) -> GroupPlan:
    """Plan the requests for a group's points.

    Args:
        device: What the device allows.
        points: The points of the group.
        cost: What a request costs.
        refusals: What is left out; nothing when None.
    """
    blocks: list[Block] = []
    wanted = sorted(wanted_blocks(points))
    for table, inside in groupby(wanted, key=lambda block: block.table):
        most = device.max_bits if table.holds_bits else device.max_registers
        learned = most if refusals is None else refusals.most(table, most)
        holes = [*_holes(device, table), *(refusals.holes(table) if refusals else ())]
        for spans, max_count in _by_length([block.span for block in inside], learned, most):
            blocks += plan(table, spans, cost, max_count=max_count, holes=holes).blocks
    return GroupPlan(tuple(blocks), GroupDecoder(points, device.invalid, blocks))


def _by_length(
    spans: Sequence[Span], learned: int, most: int
) -> Iterator[tuple[Sequence[Span], int]]:
    """Yield spans with how long their requests may be.

    What was learned from others does not hold for a value that is longer than that.
    """
    yield [span for span in spans if span.count <= learned], learned
    if longer := [span for span in spans if span.count > learned]:
        yield longer, min(most, max(span.count for span in longer))


def _holes(device: MergedDevice, table: Table) -> list[Span]:
    return [
        Span(hole.first, hole.last - hole.first + 1)
        for hole in device.holes
        if hole.register_table is table
    ]
