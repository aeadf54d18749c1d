"""Fields: where in the bytes of a block a raw value lies, and how it is unpacked.

The four orders come down to two kinds of `struct` formats, because swapping the bytes of every
register turns each mixed order into a plain one::

    word_order  byte_order   the bytes of 0x11223344   plain after
    big         big          11 22 33 44               nothing: big-endian
    little      little       44 33 22 11               nothing: little-endian
    little      big          33 44 11 22               swapping: little-endian
    big         little       22 11 44 33               swapping: big-endian
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector_modbus.registers.table import Block
from collector_modbus.registers.types import Kind
from collector_modbus.settings.point import Order, PointSettings

UNSIGNED_CODES: Mapping[int, str] = MappingProxyType({8: "B", 16: "H", 32: "I", 64: "Q"})
"""The `struct` code of an unsigned integer, by its bits; a signed one has the small letter."""

FLOAT_CODES: Mapping[int, str] = MappingProxyType({16: "e", 32: "f", 64: "d"})
"""The `struct` code of a float, by its bits."""

BIT_CODE = "?"
"""The `struct` code of a bool, for the items of a table of bits."""


@dataclass(frozen=True, slots=True, order=True)
class Field:
    """A raw value among the bytes of a block.

    Attributes:
        is_swapped: Whether the bytes of each register are to be swapped first.
        is_little: Whether it is then little-endian.
        offset: Its first byte, counted from the block's first; in a table of bits its bit.
        code: How `struct` unpacks it; that of a bool for a bit.
    """

    is_swapped: bool
    is_little: bool
    offset: int
    code: str

    @property
    def is_float(self) -> bool:
        """Whether it can be a number that is not finite."""
        return self.code in FLOAT_CODES.values()


def point_field(point: PointSettings, code: str, block: Block) -> Field:
    """Return where a point lies in a block that covers it.

    Args:
        point: A point with an address.
        code: How its raw value is unpacked.
        block: Holds all of its registers, or its bit.
    """
    index = (point.address or 0) - block.span.address
    if block.table.holds_bits:
        return Field(is_swapped=False, is_little=False, offset=index, code=code)
    half = 1 if point.format.bits == 8 and point.byte == "low" else 0  # noqa: PLR2004 - a byte
    return _field(2 * index + half, code, _word_order(point), point.byte_order)


def scale_field(point: PointSettings, block: Block) -> Field:
    """Return where the scale factor of a point lies in a block that covers it."""
    index = (point.scale_register or 0) - block.span.address
    return _field(2 * index, "h", "big", point.byte_order)


def _field(offset: int, code: str, word_order: Order, byte_order: Order) -> Field:
    return Field(
        is_swapped=word_order != byte_order,
        is_little=word_order == "little",
        offset=offset,
        code=code,
    )


def _word_order(point: PointSettings) -> Order:
    """Return the order of its words; one word has none, and the words of a text stay in line."""
    has_order = point.format.registers > 1 and point.format.kind is not Kind.TEXT
    return point.word_order if has_order else "big"
