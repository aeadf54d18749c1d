"""The four tables of a Modbus device, and pieces of them."""

from dataclasses import dataclass
from enum import StrEnum

ADDRESSES = 65536
"""Each table has the addresses 0 to 65535 (Modbus Application Protocol 1.1b3, section 4.4)."""


class Table(StrEnum):
    """A table of a device, under the name that the configuration uses."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def holds_bits(self) -> bool:
        """Whether its items are single bits and not registers of 16."""
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def max_count(self) -> int:
        """How many items one request may ask for (1.1b3, sections 6.1 to 6.4)."""
        return 2000 if self.holds_bits else 125


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Items of one table that belong together: those of a value, or those of a request.

    Attributes:
        address: The first, 0-based, as on the wire.
        count: How many: bits of a coil or discrete table, else registers. At least 1.
    """

    address: int
    count: int

    @property
    def end(self) -> int:
        """The address behind the last one."""
        return self.address + self.count

    def covers(self, other: "Span") -> bool:
        """Tell whether the other lies wholly in this one."""
        return self.address <= other.address and other.end <= self.end

    def touches(self, other: "Span") -> bool:
        """Tell whether the two share an address."""
        return self.address < other.end and other.address < self.end

    def __str__(self) -> str:
        last = self.end - 1
        return str(self.address) if last == self.address else f"{self.address}-{last}"


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """What one read request asks for.

    Attributes:
        table: Of which table.
        span: Which items of it.
    """

    table: Table
    span: Span

    @property
    def data_bytes(self) -> int:
        """How many bytes of data a right answer has: bits are packed, registers have two each."""
        return (self.span.count + 7) // 8 if self.table.holds_bits else 2 * self.span.count

    def __str__(self) -> str:
        return f"{self.table} {self.span}"
