"""Which raw values a point can show without being refused: by its type, limits and codes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from collector_modbus.registers.types import Kind
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes
from collector_modbus.simulator.encoding import float_code

_LARGEST_FLOAT = {16: 65_000.0, 32: 1e30, 64: 1e30}
_EXACT_BITS = 53
_FLOAT_MARGIN = 0.001
"""A float of 16 bits, the coarsest, is up to 1/2048 off."""


@dataclass(frozen=True, slots=True)
class RawRange:
    """The raw values that a point may show.

    Attributes:
        least: The lowest.
        most: The highest.
        float_bits: Of how many bits they are floats; 0 for integers.
        avoided: What means "no value": integers, or bit patterns of floats.
    """

    least: float
    most: float
    float_bits: int = 0
    avoided: frozenset[int] = frozenset()

    def nearest(self, raw: float) -> float:
        """Return the value of the range that is nearest, or near where that is avoided."""
        inside = min(max(raw, self.least), self.most)
        return self._near_float(inside) if self.float_bits else self._near_integer(inside)

    def holds(self, raw: int) -> bool:
        """Tell whether an integer may be shown."""
        return self.least <= raw <= self.most and raw not in self.avoided

    def _near_integer(self, raw: float) -> int:
        whole = round(raw)
        steps = sorted(range(-len(self.avoided), len(self.avoided) + 1), key=abs)
        return next((whole + step for step in steps if self.holds(whole + step)), whole)

    def _near_float(self, raw: float) -> float:
        if float_code(raw, self.float_bits) not in self.avoided:
            return raw
        return min(max(raw * (1 + _FLOAT_MARGIN) + _FLOAT_MARGIN, self.least), self.most)


def range_of(point: PointSettings, invalid: InvalidCodes, exponent: int = 0) -> RawRange:
    """Return what a number of this point may be.

    Args:
        point: A point of registers that is no text.
        invalid: The device's codes for "no value", for points without codes of their own.
        exponent: What its scale register holds.
    """
    if selected_bits(point):
        return _limited(point, RawRange(0, 2 ** selected_bits(point) - 1), exponent)
    least, most = _type_bounds(point)
    is_float = point.format.kind is Kind.FLOAT
    codes = _as_numbers(point, avoided_codes(point, invalid))
    raw = RawRange(least, most, point.format.bits if is_float else 0, codes)
    return _limited(point, raw, exponent)


def selected_bits(point: PointSettings) -> int:
    """Return how many bits of its registers a point takes; 0 if it takes all."""
    if point.register_table.holds_bits or point.bit is not None:
        return 1
    if point.bits is not None:
        return point.bits[1] - point.bits[0] + 1
    return point.mask.bit_length() - _lowest_bit(point.mask) if point.mask is not None else 0


def selection(point: PointSettings) -> tuple[int, int]:
    """Return how far down the bits that a point takes are moved, and which those are before."""
    if point.bit is not None:
        return point.bit, 1 << point.bit
    if point.bits is not None:
        low, _ = point.bits
        return low, (1 << selected_bits(point)) - 1 << low
    mask = point.mask or 0
    return _lowest_bit(mask), mask


def avoided_codes(point: PointSettings, invalid: InvalidCodes) -> frozenset[int]:
    """Return the codes that may mean "no value", as unsigned numbers: the usual ones always."""
    bits = point.format.bits
    usual: Iterable[int] = ()
    if bits and point.format.kind is not Kind.FLOAT:
        usual = ((1 << bits) - 1, 1 << bits - 1, (1 << bits - 1) - 1)
    return frozenset((*usual, *point.invalid, *invalid.of(point.type_name)))


def factor_of(point: PointSettings, exponent: int = 0) -> Fraction:
    """Return what a raw value is multiplied by."""
    return Fraction(repr(point.scale)) * Fraction(10) ** exponent


def _as_numbers(point: PointSettings, codes: frozenset[int]) -> frozenset[int]:
    kind, bits = point.format.kind, point.format.bits
    if kind is Kind.SIGNED:
        return frozenset(code - (1 << bits) if code >> bits - 1 else code for code in codes)
    if kind is Kind.BCD:
        return frozenset(int(f"{code:x}") for code in codes if f"{code:x}".isdecimal())
    return codes


def _lowest_bit(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _type_bounds(point: PointSettings) -> tuple[float, float]:
    kind, bits = point.format.kind, point.format.bits
    if kind is Kind.FLOAT:
        return -_LARGEST_FLOAT[bits], _LARGEST_FLOAT[bits]
    if kind is Kind.BCD:
        return 0, min(10 ** (bits // 4) - 1, 2**_EXACT_BITS)
    if kind is Kind.SIGNED:
        most = 2 ** min(bits - 1, _EXACT_BITS)
        return 1 - most, most - 1
    return 0, 2 ** min(bits, _EXACT_BITS) - 1


def _limited(point: PointSettings, raw: RawRange, exponent: int) -> RawRange:
    """Narrow a range to what lies within the point's limits, unless that leaves nothing."""
    factor = factor_of(point, exponent)
    if not factor:
        return raw
    limits = [_raw_limit(point, limit, factor) for limit in (point.minimum, point.maximum)]
    low, high = limits if factor > 0 else reversed(limits)
    least = raw.least if low is None else max(_inside(raw, low, 1), raw.least)
    most = raw.most if high is None else min(_inside(raw, high, -1), raw.most)
    return replace(raw, least=least, most=most) if least <= most else raw


def _inside(raw: RawRange, limit: Fraction, direction: int) -> float:
    """Return the first raw number that is within a limit for sure, however it is rounded."""
    if raw.float_bits:
        return float(limit + direction * abs(limit) * Fraction(repr(_FLOAT_MARGIN)))
    return ceil(limit) if direction > 0 else floor(limit)


def _raw_limit(point: PointSettings, limit: float | None, factor: Fraction) -> Fraction | None:
    if limit is None:
        return None
    return (Fraction(repr(limit)) - Fraction(repr(point.offset))) / factor
