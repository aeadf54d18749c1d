"""What registers could mean, for whoever commissions a device with half a manual.

A display shows 230.4 and the registers hold 0900 0000: every type, order and power of ten is tried,
and those that give 230.4 are told, the most ordinary first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from collector import MetricValue
from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.point import PointDecoder
from collector_modbus.registers.table import Table
from collector_modbus.registers.types import TYPES, Kind
from collector_modbus.settings.point import Order, PointSettings
from collector_modbus.settings.source import InvalidCodes

_ORDERS: tuple[tuple[Order, Order], ...] = (
    ("big", "big"),
    ("little", "big"),
    ("big", "little"),
    ("little", "little"),
)
"""Word order and byte order, the most ordinary first."""

_NUMBERS = (
    *("uint16", "int16", "uint32", "int32", "float32", "uint64", "int64", "float64"),
    *("bcd16", "bcd32", "bcd64", "float16"),
)
"""Types of numbers, the most ordinary first; an integer of 8 bits shows as one of 16, too."""

_SCALES = tuple(Decimal(scale) for scale in ("1", "0.1", "0.01", "0.001", "10", "100", "1000"))
"""Powers of ten, the most ordinary first."""

_FLOAT_DIGITS = {16: 3, 32: 6, 64: 15}
"""How many decimal digits a float of so many bits always keeps."""

_LEAST_FLOAT, _MOST_FLOAT = 1e-6, 1e15
"""Floats beyond these are taken for something else, as most integers look like such ones."""

_MIN_CHARACTERS = 2
_MAX_REGISTERS = 4


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to understand registers.

    Attributes:
        type_name: A type of the configuration.
        word_order: Its word order; big for one register alone, and for a text.
        byte_order: Its byte order.
        registers: How many registers it takes, from the first one on.
        value: What it gives, scaled.
        scale: What its raw value is multiplied by: a power of ten.
    """

    type_name: str
    word_order: Order
    byte_order: Order
    registers: int
    value: int | float | str
    scale: float = 1.0


def interpretations(data: bytes) -> list[Interpretation]:
    """Return every plausible reading of registers, unscaled, the most ordinary first.

    Left out are numbers that cannot be meant: NaN, infinity, floats that are nearly zero or
    enormous, integers beyond 2**53, digits above 9; and texts that are not printable ASCII.

    Args:
        data: The bytes of 1 to 4 registers, as on the wire.

    Raises:
        ValueError: It is no such number of bytes.
    """
    registers, rest = divmod(len(data), 2)
    if rest or not 1 <= registers <= _MAX_REGISTERS:
        raise ValueError(f"1 to {_MAX_REGISTERS} registers have 2 bytes each, got {len(data)}")
    return [*_numbers(data, registers), *_texts(data, registers)]


def matching(data: bytes, shown: str | Decimal | float) -> list[Interpretation]:
    """Return the readings of registers that give what the device shows, the most ordinary first.

    A reading matches if its value, with a scale of 0.001 to 1000, is the number shown when it is
    rounded to as many decimals. Those that need no rounding come first, then those in the order
    that the protocol names, then those without a scale.

    Args:
        data: The bytes of 1 to 4 registers, as on the wire.
        shown: What the display shows; best as it was typed, as "50.0" says more than 50.

    Raises:
        ValueError: It is no number, or the data is not that of 1 to 4 registers.
    """
    number = _decimal(shown)
    candidates = [c for reading in interpretations(data) for c in _scaled(reading)]
    matches = [candidate for candidate in candidates if candidate.shows(number)]
    return [match.reading for match in sorted(matches, key=lambda match: match.rank(number))]


def point_toml(reading: Interpretation, metric: str, table: Table, address: int) -> str:
    """Return the lines that a configuration needs to read registers like this.

    Args:
        reading: How they are to be understood.
        metric: The metric id of the values.
        table: The table they are in.
        address: The address of the first one, 0-based.
    """
    lines = [
        "[[source.point]]",
        f'metric = "{metric}"',
        f'register = "{table}"',
        f"address = {address}",
        f'type = "{reading.type_name}"',
    ]
    if reading.type_name == "string":
        lines.append(f"count = {reading.registers}")
    if reading.word_order != "big":
        lines.append(f'word_order = "{reading.word_order}"')
    if reading.byte_order != "big":
        lines.append(f'byte_order = "{reading.byte_order}"')
    if reading.scale != 1:
        lines.append(f"scale = {reading.scale:g}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A reading with a scale, and its value to all digits."""

    reading: Interpretation
    scale: Decimal
    value: Decimal

    def shows(self, number: Decimal) -> bool:
        """Tell whether a display with as many decimals shows the number for this value."""
        exponent = number.as_tuple().exponent
        unit = Decimal(1).scaleb(min(int(exponent), 0))
        return abs(self.value - number) <= unit / 2

    def rank(self, number: Decimal) -> tuple[bool, int, int]:
        """Return what sorts candidates for a number, the most ordinary first."""
        orders = _ORDERS.index((self.reading.word_order, self.reading.byte_order))
        return not self._is_exactly(number), orders, _SCALES.index(self.scale)

    def _is_exactly(self, number: Decimal) -> bool:
        """Tell whether no digit was lost, apart from those that its float does not have."""
        value_format = TYPES[self.reading.type_name]
        if value_format.kind is not Kind.FLOAT:
            return self.value == number
        digits = _FLOAT_DIGITS[value_format.bits]
        return f"{float(self.value):.{digits}g}" == f"{float(number):.{digits}g}"


def _numbers(data: bytes, registers: int) -> Iterator[Interpretation]:
    for word_order, byte_order in _ORDERS:
        for name in _NUMBERS:
            count = TYPES[name].registers
            if count > registers or (count == 1 and word_order != "big"):
                continue
            value = _decoded(data, count, type=name, word_order=word_order, byte_order=byte_order)
            number = _plausible(value, TYPES[name].kind)
            if number is not None:
                yield Interpretation(name, word_order, byte_order, count, number)


def _texts(data: bytes, registers: int) -> Iterator[Interpretation]:
    orders: tuple[Order, ...] = ("big", "little")
    for byte_order in orders:
        value = _decoded(data, registers, type="string", count=registers, byte_order=byte_order)
        if not isinstance(value, str) or isinstance(value, Missing):
            continue
        if value.isascii() and len(value) >= _MIN_CHARACTERS:
            yield Interpretation("string", "big", byte_order, registers, value)


def _decoded(data: bytes, registers: int, **keys: str | int) -> MetricValue | Missing:
    point = PointSettings.model_validate({"metric": "value", "address": 0, **keys})
    return PointDecoder(point, InvalidCodes()).decode(data[: 2 * registers])


def _plausible(value: MetricValue | Missing, kind: Kind) -> int | float | None:
    """Return a number as people would write it; None for one that cannot be meant."""
    if not isinstance(value, float):
        return None
    if kind is not Kind.FLOAT:
        return int(value)
    return value if not value or _LEAST_FLOAT <= abs(value) <= _MOST_FLOAT else None


def _scaled(reading: Interpretation) -> Iterator[_Candidate]:
    """Yield a number with every scale; zero stays zero, and a text is no number."""
    if isinstance(reading.value, str):
        return
    for scale in _SCALES if reading.value else _SCALES[:1]:
        value = Decimal(repr(reading.value)) * scale
        kept = int(value) if scale == 1 and isinstance(reading.value, int) else float(value)
        yield _Candidate(replace(reading, value=kept, scale=float(scale)), scale, value)


def _decimal(shown: str | Decimal | float) -> Decimal:
    try:
        number = Decimal(str(shown).strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ValueError(f"{str(shown)!r} is no number: write what the device shows, such as 230.4")
    return number
