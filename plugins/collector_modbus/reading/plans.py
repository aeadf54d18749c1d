"""What to ask for to read a group's points, and how to decode the answers."""

from collections.abc import Sequence
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
        found = plan(
            table,
            [block.span for block in inside],
            cost,
            max_count=most if refusals is None else refusals.most(table, most),
            holes=(*_holes(device, table), *(refusals.holes(table) if refusals else ())),
        )
        blocks += found.blocks
    return GroupPlan(tuple(blocks), GroupDecoder(points, device.invalid, blocks))


def _holes(device: MergedDevice, table: Table) -> list[Span]:
    return [
        Span(hole.first, hole.last - hole.first + 1)
        for hole in device.holes
        if hole.register_table is table
    ]
