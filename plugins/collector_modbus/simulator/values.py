"""What stands in the registers of a simulated device that is alive."""

from collections.abc import Mapping, Sequence

from collector_modbus.registers.table import Block, Table
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes
from collector_modbus.simulator.cells import Cell, cells_of


class LiveValues:
    """Plausible values that move, encoded as a device's points say. See `LiveWords`.

    A pure function of points, seed and time. Codes for "no value" are never shown, limits are kept,
    and sums are left to the reader. Where points overlap, the longest one counts.

    Args:
        points: The device's points.
        seed: Decides about phases and speeds.
        invalid: The device's codes for "no value", for points without codes of their own.
    """

    def __init__(
        self, points: Sequence[PointSettings], seed: int, invalid: InvalidCodes | None = None
    ) -> None:
        self._cells = [
            (cell, bits)
            for cell, bits in _claimed(cells_of(points, seed, invalid or InvalidCodes()))
        ]

    def words(self, block: Block, t_s: float) -> Mapping[int, int]:
        """Return the words, or bits as 0 and 1, at the block's addresses, where points are."""
        found: dict[int, int] = {}
        for cell, claimed in self._cells:
            if cell.block.table is block.table and cell.block.span.touches(block.span):
                for (address, bits), (_, word) in zip(claimed, cell.words(t_s), strict=True):
                    found[address] = found.get(address, 0) | word & bits
        return found


def _claimed(cells: Sequence[Cell]) -> list[tuple[Cell, list[tuple[int, int]]]]:
    """Return with each cell, for each of its addresses, the bits that no cell before it has."""
    taken: dict[tuple[Table, int], int] = {}
    found = []
    for cell in cells:
        claimed = []
        for address, (bits, _) in enumerate(cell.words(0.0), start=cell.block.span.address):
            place = (cell.block.table, address)
            claimed.append((address, bits & ~taken.get(place, 0)))
            taken[place] = taken.get(place, 0) | bits
        found.append((cell, claimed))
    return found
