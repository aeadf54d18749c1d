"""Which values may enter: one check per type, made so that nothing else reaches the wire."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector.ledger import RefusalReason
from collector.plugin.foreign import ForeignValue
from collector.plugin.source import Metric
from collector.wire.units import MAX_EXACT_INTEGER, MetricValue, ValueType

MAX_TEXT_LENGTH = 4096
"""Characters of a string value; one message carries a whole reading."""

_MAX_INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value may not enter.

    Attributes:
        why: The same for people, with what would be right.
    """

    reason: RefusalReason
    why: str


Check = Callable[[object], MetricValue | Refusal]
"""Returns the value as it is kept, or why it is refused. Exact types only: what merely behaves like
a number (a numpy scalar, an enumeration) would be encoded in ways that nobody has tested."""


def check_of(metric: Metric) -> Check:
    """Return the check for the values of a metric: one with a unit holds doubles."""
    return as_double if metric.unit is not None else CHECKS[metric.type]


def as_double(value: object) -> MetricValue | Refusal:
    """Take a finite float, or an integer that a double holds exactly."""
    if type(value) is float:
        return value if math.isfinite(value) else _not_finite(value)
    if type(value) is int:
        return float(value) if abs(value) <= MAX_EXACT_INTEGER else _TOO_LARGE_FOR_DOUBLE
    return _wrong_type(value, "a float", "float")


def as_integer(value: object) -> MetricValue | Refusal:
    """Take an integer of 64 bits, or a float that is one."""
    if type(value) is float:
        if not math.isfinite(value):
            return _not_finite(value)
        if not value.is_integer():
            return Refusal(RefusalReason.WRONG_TYPE, f"{value!r} is no integer: round it")
        value = int(value)
    if type(value) is not int:
        return _wrong_type(value, "an integer", "int")
    return value if -_MAX_INT64 - 1 <= value <= _MAX_INT64 else _TOO_LARGE_FOR_INTEGER


def as_bool(value: object) -> MetricValue | Refusal:
    """Take True or False."""
    return value if type(value) is bool else _wrong_type(value, "a bool", "bool")


def as_string(value: object) -> MetricValue | Refusal:
    """Take a string of at most 4096 characters that has an UTF-8 form."""
    if type(value) is not str:
        return _wrong_type(value, "a string", "str")
    if len(value) > MAX_TEXT_LENGTH:
        why = f"a string of {len(value)} characters is too long: at most {MAX_TEXT_LENGTH}"
        return Refusal(RefusalReason.TOO_LARGE, why)
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        return Refusal(
            RefusalReason.WRONG_TYPE,
            "a string with lone surrogates is no text: decode the bytes with errors='replace'",
        )
    return value


CHECKS: Mapping[ValueType, Check] = MappingProxyType(
    {
        ValueType.DOUBLE: as_double,
        ValueType.INTEGER: as_integer,
        ValueType.BOOL: as_bool,
        ValueType.STRING: as_string,
    }
)

_TOO_LARGE_FOR_DOUBLE = Refusal(
    RefusalReason.TOO_LARGE, "an integer beyond 2**53 does not fit a double: scale it"
)
_TOO_LARGE_FOR_INTEGER = Refusal(
    RefusalReason.TOO_LARGE, "the integer does not fit 64 bits: scale it"
)


def _not_finite(value: float) -> Refusal:
    return Refusal(RefusalReason.NOT_FINITE, f"{value!r} is no number: leave the metric out")


def _wrong_type(value: object, wanted: str, convert: str) -> Refusal:
    if value is None:
        return Refusal(RefusalReason.WRONG_TYPE, "None is no value: leave the metric out")
    foreign = ForeignValue.of(value)
    hint = f": convert it with {convert}()" if foreign.is_convertible else ""
    return Refusal(RefusalReason.WRONG_TYPE, f"a {foreign.type_name} is not {wanted}{hint}")
