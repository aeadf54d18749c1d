"""Decodes one point: its registers to a raw value, and that to the value of its metric."""

from functools import cached_property

from collector import MetricValue
from collector_modbus.decoding.fields import BIT_CODE, FLOAT_CODES, UNSIGNED_CODES, point_field
from collector_modbus.decoding.finishing import finish_of
from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.stages import float_of_code, unchanged
from collector_modbus.decoding.unpacking import Place, Raw, RawReader
from collector_modbus.registers.types import Kind
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

_MAX_EXPONENT = 10
"""Powers of ten from -10 to 10 are scale factors (SunSpec information models, type sunssf)."""


class PointDecoder:
    """Decodes one point; compiled once.

    Args:
        point: A point with an address.
        invalid: The device's codes for "no value", for points without codes of their own.

    Attributes:
        code: How `struct` unpacks its raw value.
        finish: Makes the value out of a raw one, apart from a scale register; None when the raw
            value already is the value.
    """

    def __init__(self, point: PointSettings, invalid: InvalidCodes) -> None:
        self._point = point
        self._codes = _invalid_codes(point, invalid)
        self.code = _struct_code(point, self._codes)
        if self.code.islower():
            self._codes = _signed(self._codes, point.format.bits)
        self.finish = finish_of(point, self._codes)
        self._finishes = {0: self.finish or unchanged}

    def decode(self, data: bytes, exponent: int = 0) -> MetricValue | Missing:
        """Return the value of its own registers.

        Args:
            data: As many bytes as they have, as on the wire; of a coil or discrete input one byte.
            exponent: What its scale register holds.
        """
        return self.finish_scaled(self.raw(data), exponent)

    def raw(self, data: bytes) -> Raw | Missing:
        """Return the raw value of its own registers: an integer, float, bool or bytes."""
        return self._reader.read([data])[0]

    def finish_scaled(self, raw: Raw | Missing, exponent: Raw | Missing) -> MetricValue | Missing:
        """Return the value for what its registers and its scale register hold."""
        if isinstance(raw, Missing):
            return raw
        if not isinstance(exponent, int) or abs(exponent) > _MAX_EXPONENT:
            return Missing.INVALID if raw in self._codes else Missing.NO_SCALE
        if exponent not in self._finishes:  # they hardly ever change
            finish = finish_of(self._point, self._codes, exponent)
            self._finishes[exponent] = finish or unchanged
        return self._finishes[exponent](raw)

    @cached_property
    def _reader(self) -> RawReader:
        block = self._point.block
        if block is None:
            raise ValueError(f"{self._point.metric}: a sum has no registers")
        return RawReader([block], [Place(0, point_field(self._point, self.code, block))])


def _invalid_codes(point: PointSettings, invalid: InvalidCodes) -> frozenset[int]:
    """Return the unsigned codes that mean "no value", apart from those of NaN and infinity.

    Those are no value in any case, and a float without further codes needs no look at its bits.
    """
    is_given = "invalid" in point.model_fields_set  # an empty list too: none for this point
    codes = frozenset(point.invalid if is_given else invalid.of(point.type_name))
    if point.format.kind is not Kind.FLOAT:
        return codes
    bits = point.format.bits
    float_of = float_of_code(bits)
    return frozenset(c for c in codes if 0 <= c < 1 << bits and isinstance(float_of(c), float))


def _struct_code(point: PointSettings, codes: frozenset[int]) -> str:
    kind, bits = point.format.kind, point.format.bits
    if point.register_table.holds_bits:
        return BIT_CODE
    if kind is Kind.TEXT:
        return f"{2 * (point.count or 0)}s"
    if kind is Kind.FLOAT and not codes:
        return FLOAT_CODES[bits]
    is_number = not (point.flags or any(p is not None for p in (point.bit, point.bits, point.mask)))
    unsigned = UNSIGNED_CODES[bits]
    return unsigned.lower() if kind is Kind.SIGNED and is_number else unsigned


def _signed(codes: frozenset[int], bits: int) -> frozenset[int]:
    """Return the integers that signed values with these unsigned codes are."""
    return frozenset(code - (1 << bits) if code >> (bits - 1) == 1 else code for code in codes)
