"""The stages that lead from a raw value to the value of a metric."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from math import inf, isfinite
from struct import Struct
from types import MappingProxyType
from typing import Any

from collector import MetricValue, ValueType
from collector_modbus.decoding.fields import FLOAT_CODES, UNSIGNED_CODES
from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.scaling import Number

Stage = Callable[[Any], Any]
"""Takes the value as it is so far, and gives its next form or a `Missing`."""

Finish = Callable[[Any], MetricValue | Missing]
"""Stages that lead to the value of a metric."""

EXACT_BITS = 53
"""Integers of so many bits are doubles, each of them."""

_MAX_INTEGER = 2**63 - 1
"""The largest value of an integer metric."""


def chained(stages: Iterable[Stage]) -> Finish:
    """Join stages, at least one, into one that ends with the first `Missing`."""
    return reduce(_then, stages)


def unless_in(codes: frozenset[int], finish: Stage | None) -> Finish:
    """Let raw values that mean "no value" give none, and the others what ``finish`` gives."""
    if finish is None:
        return lambda raw: Missing.INVALID if raw in codes else raw
    return lambda raw: Missing.INVALID if raw in codes else finish(raw)


def unchanged(raw: Any) -> Any:  # noqa: ANN401 - whatever it is
    """Return a raw value that already is the value."""
    return raw


def bcd_number(code: int) -> int | Missing:
    """Return the number whose decimal digits stand in the hexadecimal digits of a code."""
    try:
        return int(f"{code:x}")
    except ValueError:
        return Missing.MALFORMED


def float_of_code(bits: int) -> Callable[[int], float | Missing]:
    """Return the function from the bit pattern of a float to the float."""
    as_code, as_float = Struct(f">{UNSIGNED_CODES[bits]}"), Struct(f">{FLOAT_CODES[bits]}")

    def float_of(code: int) -> float | Missing:
        value: float = as_float.unpack(as_code.pack(code))[0]
        return value if isfinite(value) else Missing.INVALID

    return float_of


def selected(shift: int, mask: int) -> Callable[[int], int]:
    """Return the function that moves bits down and keeps those of the mask."""
    return lambda raw: raw >> shift & mask


def exact(number: int) -> int | Missing:
    """Refuse an integer that a double may not hold exactly."""
    return number if -(2**EXACT_BITS) <= number <= 2**EXACT_BITS else Missing.TOO_LARGE


def finite(number: float) -> float | Missing:
    """Refuse what is infinite, or not a number, after scaling."""
    return number if isfinite(number) else Missing.TOO_LARGE


def within(minimum: float | None, maximum: float | None) -> Callable[[Number], Number | Missing]:
    """Return the function that refuses numbers outside of limits."""
    least = -inf if minimum is None else minimum
    most = inf if maximum is None else maximum
    return lambda number: number if least <= number <= most else Missing.OUT_OF_RANGE


def _integer(number: Number) -> int | Missing:
    integer = round(number)
    return integer if abs(integer) <= _MAX_INTEGER else Missing.TOO_LARGE


def _text(number: Number) -> str:
    return str(number).lower()  # a bool is "true", as in TOML and JSON


CONVERSIONS: Mapping[ValueType, Stage] = MappingProxyType(
    {
        ValueType.DOUBLE: float,
        ValueType.INTEGER: _integer,
        ValueType.BOOL: bool,
        ValueType.STRING: _text,
    }
)
"""What makes a finite number the value of a metric, by the metric's type."""


def _then(first: Stage, second: Stage) -> Stage:
    def both(raw: Any) -> Any:  # noqa: ANN401 - whatever the first stage takes
        value = first(raw)
        return value if type(value) is Missing else second(value)

    return both
