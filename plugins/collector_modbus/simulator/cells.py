"""Which registers of a simulated device hold what, when points share or overlap them. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from collector_modbus.registers.table import Block
from collector_modbus.registers.types import Kind
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes
from collector_modbus.simulator.encoding import (
    integer_bytes,
    number_bytes,
    scale_word,
    text_bytes,
    words_of,
)
from collector_modbus.simulator.figures import Figure, exponent_for, figure_of
from collector_modbus.simulator.quantities import text_of
from collector_modbus.simulator.ranges import avoided_codes, selected_bits, selection

_ALL_BITS = 0xFFFF


class Cell(Protocol):
    """Neighbouring registers, or a bit, that are made at once."""

    @property
    def block(self) -> Block:
        """Where they lie."""
        ...

    def words(self, t_s: float) -> list[tuple[int, int]]:
        """Return for each register which of its bits are meant, and those; of a bit 1 and it."""
        ...


@dataclass(frozen=True, slots=True)
class FixedCell:
    """What does not move."""

    block: Block
    content: list[tuple[int, int]]

    def words(self, t_s: float) -> list[tuple[int, int]]:
        """See `Cell`."""
        del t_s
        return self.content


@dataclass(frozen=True, slots=True)
class NumberCell:
    """The number of one point."""

    block: Block
    point: PointSettings
    figure: Figure

    def words(self, t_s: float) -> list[tuple[int, int]]:
        """See `Cell`."""
        raw = self.figure.at(t_s)
        if self.block.table.holds_bits:
            return [(1, int(raw))]
        return words_of(self.point, number_bytes(self.point, raw))


@dataclass(frozen=True, slots=True)
class BitsCell:
    """Points that take some bits each out of the same registers.

    Attributes:
        parts: The points with what they show.
        avoided: Codes of the whole that mean "no value".
    """

    block: Block
    parts: Sequence[tuple[PointSettings, Figure]]
    avoided: frozenset[int]

    @classmethod
    def of(
        cls,
        block: Block,
        points: Sequence[PointSettings],
        moving: Callable[[PointSettings], Figure],
        invalid: InvalidCodes,
    ) -> "BitsCell":
        """Return the cell of all points that take bits out of a block."""
        avoided = [avoided_codes(point, invalid) for point in points]
        return cls(block, [(point, moving(point)) for point in points], frozenset().union(*avoided))

    def words(self, t_s: float) -> list[tuple[int, int]]:
        """See `Cell`."""
        taken = whole = 0
        for point, figure in self.parts:
            shift, mask = selection(point)
            whole |= int(figure.at(t_s)) << shift & mask & ~taken
            taken |= mask
        point = self.parts[0][0]
        bits = point.format.bits
        nearby = (whole ^ 1 << bit for bit in range(bits))
        sound = next((code for code in (whole, *nearby) if code not in self.avoided), whole)
        return words_of(point, integer_bytes(sound, bits))


def cells_of(points: Iterable[PointSettings], seed: int, invalid: InvalidCodes) -> list[Cell]:
    """Return the cells of a device; where two overlap, the first counts.

    Args:
        points: Its points; sums have no cell.
        seed: See `figure_of`.
        invalid: The device's codes for "no value", for points without codes of their own.
    """
    placed = [point for point in points if point.block is not None]
    by_scale = _by_block((point.scale_block, point) for point in placed)
    exponents = {block: exponent_for(sharing, invalid) for block, sharing in by_scale.items()}

    def moving(point: PointSettings) -> Figure:
        exponent = exponents[point.scale_block] if point.scale_block else 0
        return figure_of(point, invalid, seed, exponent)

    scales: list[Cell] = [
        FixedCell(block, [(_ALL_BITS, scale_word(exponents[block], sharing[0].byte_order))])
        for block, sharing in by_scale.items()
    ]
    partial = _by_block((point.block, point) for point in placed if _takes_bits(point))
    whole = [
        _whole_cell(block, point, moving)
        for block, sharing in _by_block((point.block, point) for point in placed).items()
        for point in sharing
        if not _takes_bits(point)
    ]
    whole.sort(key=lambda cell: -cell.block.span.count)
    bits = [BitsCell.of(block, sharing, moving, invalid) for block, sharing in partial.items()]
    return [*scales, *whole, *bits]


def _whole_cell(
    block: Block, point: PointSettings, moving: Callable[[PointSettings], Figure]
) -> Cell:
    if point.format.kind is Kind.TEXT:
        data = text_bytes(text_of(point.metric), block.span.count)
        return FixedCell(block, words_of(point, data))
    return NumberCell(block, point, moving(point))


def _by_block(
    pairs: Iterable[tuple[Block | None, PointSettings]],
) -> dict[Block, list[PointSettings]]:
    found: dict[Block, list[PointSettings]] = {}
    for block, point in pairs:
        if block is not None:
            found.setdefault(block, []).append(point)
    return found


def _takes_bits(point: PointSettings) -> bool:
    return bool(selected_bits(point)) and not point.register_table.holds_bits
