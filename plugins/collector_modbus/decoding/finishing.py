"""Finishes raw values: what has to happen to them until they are values of a metric.

A point's finish is a chain of few stages. Each takes what the one before it gave, and gives the
next form of the value or the reason why there is none, which ends the chain. Only what a point
needs is in its chain; a plain float has none at all.
"""

from collections.abc import Iterator

from collector import ValueType
from collector_modbus.decoding.scaling import Scaling
from collector_modbus.decoding.stages import (
    CONVERSIONS,
    EXACT_BITS,
    Finish,
    Stage,
    bcd_number,
    chained,
    exact,
    finite,
    float_of_code,
    selected,
    unless_in,
    within,
)
from collector_modbus.decoding.texts import code_texts, flag_names, register_text
from collector_modbus.registers.types import Kind
from collector_modbus.settings.point import PointSettings


def finish_of(point: PointSettings, codes: frozenset[int], exponent: int = 0) -> Finish | None:
    """Compile what makes the value of a metric out of a raw one; None when that already is one.

    Args:
        point: A point with an address.
        codes: The raw values that mean "no value".
        exponent: What its scale register says.
    """
    stages = [*_reading(point, codes), *_selecting(point), *_resulting(point, exponent)]
    finish = chained(stages) if stages else None
    return unless_in(codes, finish) if codes else finish


def final(point: PointSettings, *, is_float: bool) -> Iterator[Stage]:
    """Yield what makes the value of a metric out of a finite number.

    Args:
        point: Says what the metric's values are, and between which limits.
        is_float: Whether the number is a float already.
    """
    if point.minimum is not None or point.maximum is not None:
        yield within(point.minimum, point.maximum)
    if not (is_float and point.metric_type is ValueType.DOUBLE):
        yield CONVERSIONS[point.metric_type]


def _reading(point: PointSettings, codes: frozenset[int]) -> Iterator[Stage]:
    """Yield what a raw value has to go through because of its type."""
    kind, bits = point.format.kind, point.format.bits
    if kind is Kind.TEXT:
        yield register_text
    elif kind is Kind.BCD:
        yield bcd_number
    elif kind is Kind.BOOL and not point.register_table.holds_bits:
        yield bool
    elif kind is Kind.FLOAT and codes:
        yield float_of_code(bits)


def _selecting(point: PointSettings) -> Iterator[Stage]:
    """Yield what takes some bits out, and what gives texts for codes and bits."""
    if point.bit is not None:
        yield selected(point.bit, 1)
    elif point.bits is not None:
        low, high = point.bits
        yield selected(low, (1 << high - low + 1) - 1)
    elif point.mask is not None:
        low = (point.mask & -point.mask).bit_length() - 1
        yield selected(low, point.mask >> low)
    if point.enum:
        yield code_texts(point.enum)
    elif point.flags:
        yield flag_names(point.flags)


def _resulting(point: PointSettings, exponent: int) -> Iterator[Stage]:
    """Yield what scales a number and makes it a value of its metric; nothing for texts."""
    kind = point.format.kind
    if point.enum or point.flags or kind is Kind.TEXT:
        return
    is_float = kind is Kind.FLOAT
    if not is_float and point.format.bits > EXACT_BITS and point.metric_type is ValueType.DOUBLE:
        yield exact
    if point.is_scaled:
        scaling = Scaling(point.scale, point.offset, exponent)
        yield scaling.of_floats() if is_float else scaling.of_integers()
        if is_float or not scaling.is_moderate:
            yield finite
        is_float = is_float or not scaling.keeps_integers
    yield from final(point, is_float=is_float)
