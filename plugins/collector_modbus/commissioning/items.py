"""What was read at one address."""

import struct
from dataclasses import dataclass

from collector_modbus.decoding.interpretations import Interpretation, interpretations, matching
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import LinkSettings

_MOST_REGISTERS = 4
"""As many as the largest type takes."""


@dataclass(frozen=True, slots=True)
class ReadItems:
    """Items of one table, and what they could mean.

    Attributes:
        link: Where.
        unit_id: Of whom.
        asked: What was asked for.
        block: What the device gave: the same, or less.
        data: The bytes.
    """

    link: LinkSettings
    unit_id: int
    asked: Block
    block: Block
    data: bytes

    @property
    def words(self) -> tuple[int, ...]:
        """The registers."""
        return struct.unpack(f">{len(self.data) // 2}H", self.data)

    @property
    def bits(self) -> list[bool]:
        """The coils or discrete inputs; the first is the lowest bit of the first byte."""
        count = self.block.span.count
        return [bool(self.data[n // 8] >> n % 8 & 1) for n in range(count)]

    def interpretations(self) -> list[Interpretation]:
        """Return all that the first registers could mean."""
        return interpretations(self.data[: 2 * _MOST_REGISTERS])

    def matching(self, shown: str) -> list[Interpretation]:
        """Return what of that gives the number that is shown, the most ordinary first."""
        return matching(self.data[: 2 * _MOST_REGISTERS], shown)
