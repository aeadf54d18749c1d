"""Puts raw values into registers: decoding, the other way round. Pure."""

import struct
from collections.abc import Mapping
from types import MappingProxyType

from collector_modbus.registers.types import Kind
from collector_modbus.settings.point import Order, PointSettings

_FLOATS: Mapping[int, str] = MappingProxyType({16: ">e", 32: ">f", 64: ">d"})
"""How `struct` packs a float, by its bits."""


def float_code(number: float, bits: int) -> int:
    """Return the bit pattern of a float."""
    return int.from_bytes(struct.pack(_FLOATS[bits], number), "big")


def integer_bytes(raw: int, bits: int) -> bytes:
    """Return an integer, in two's complement if it is negative, with the highest byte first."""
    return (raw % (1 << bits)).to_bytes(bits // 8, "big")


def bcd_bytes(number: int, bits: int) -> bytes:
    """Return a number of which each four bits are a decimal digit."""
    return bytes.fromhex(f"{number:0{bits // 4}d}")


def text_bytes(text: str, registers: int) -> bytes:
    """Return a text of one byte a character, cut or filled up with NUL."""
    return text.encode("latin-1", "replace")[: 2 * registers].ljust(2 * registers, b"\0")


def number_bytes(point: PointSettings, raw: float) -> bytes:
    """Return the raw number of a point, with the highest byte first."""
    kind, bits = point.format.kind, point.format.bits
    if kind is Kind.FLOAT:
        return struct.pack(_FLOATS[bits], raw)
    packed = bcd_bytes if kind is Kind.BCD else integer_bytes
    return packed(int(raw), bits)


def words_of(point: PointSettings, data: bytes) -> list[tuple[int, int]]:
    """Return what a point's registers hold: for each, which of its bits are the point's, and those.

    Args:
        point: Says in which order they lie.
        data: Its bytes, the highest first, or the text.
    """
    if len(data) == 1:
        return [_half(point, data[0])]
    words = [data[at : at + 2] for at in range(0, len(data), 2)]
    if point.word_order == "little" and point.format.kind is not Kind.TEXT:
        words.reverse()
    return [(0xFFFF, int.from_bytes(word, point.byte_order)) for word in words]


def scale_word(exponent: int, byte_order: Order) -> int:
    """Return the register that holds a power of ten."""
    return int.from_bytes(integer_bytes(exponent, 16), byte_order)


def _half(point: PointSettings, byte: int) -> tuple[int, int]:
    is_high = (point.byte == "high") == (point.byte_order == "big")
    return (0xFF00, byte << 8) if is_high else (0x00FF, byte)
