"""A channel: one value on its way from a device's unit to a metric of the agent."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from collector import Metric, MetricValue, ValueType
from collector_serial.decode.units import CONVERSIONS, SAME_UNIT, Conversion
from collector_serial.decode.values import Raw, flag, number
from collector_serial.settings.field import FieldSettings


@dataclass(frozen=True, slots=True)
class Channel:
    """What one field becomes.

    Attributes:
        metric: As it is published.
        take: Turns a raw value into the metric's; None when it is none.
    """

    metric: Metric
    take: Callable[[Raw], MetricValue | None]


def make_channel(field: FieldSettings, default: ValueType = ValueType.DOUBLE) -> Channel:
    """Return the channel of a field.

    Args:
        field: What is said about it.
        default: The type of a field that says neither a type nor a unit of the agent.
    """
    unit = SAME_UNIT.get(field.unit, field.unit)
    conversion = CONVERSIONS.get(unit) if field.type in (None, ValueType.DOUBLE) else None
    if conversion is not None:
        metric = Metric(id=field.metric, name=field.name, unit=conversion.unit)
        return Channel(metric, _number_taker(field, conversion))
    value_type = field.type or _implied_type(field, default)
    metric = Metric(id=field.metric, name=field.name, type=value_type, annotation=unit)
    return Channel(metric, _taker(field, value_type))


def channel(metric: str, name: str = "", unit: str = "", kind: ValueType | None = None) -> Channel:
    """Return the channel of a value that a decoder knows by itself."""
    return make_channel(FieldSettings(metric=metric, name=name, unit=unit, type=kind))


def _implied_type(field: FieldSettings, default: ValueType) -> ValueType:
    if field.enum or field.format == "text":
        return ValueType.STRING
    return ValueType.BOOL if field.bit is not None else default


def _taker(field: FieldSettings, value_type: ValueType) -> Callable[[Raw], MetricValue | None]:
    if value_type is ValueType.STRING:
        return _text_taker(field)
    if value_type is ValueType.BOOL:
        return flag
    number = _number_taker(field, None)
    return number if value_type is ValueType.DOUBLE else _whole(number)


def _number_taker(
    field: FieldSettings, conversion: Conversion | None
) -> Callable[[Raw], MetricValue | None]:
    factor = field.scale * (conversion.factor if conversion else 1.0)
    offset = field.offset * (conversion.factor if conversion else 1.0)
    offset += conversion.offset if conversion else 0.0
    if not (field.invalid or field.minimum is not None or field.maximum is not None):
        return _converter(factor, offset)
    return _bounded(field, _converter(factor, offset))


def _converter(factor: float, offset: float) -> Callable[[Raw], MetricValue | None]:
    if (factor, offset) == (1.0, 0.0):
        return number

    def convert(raw: Raw) -> float | None:
        found = number(raw)
        return None if found is None else found * factor + offset

    return convert


def _bounded(
    field: FieldSettings, convert: Callable[[Raw], MetricValue | None]
) -> Callable[[Raw], MetricValue | None]:
    """Leave out what the field calls invalid; its bounds are in the unit of the device."""
    low = -math.inf if field.minimum is None else field.minimum
    high = math.inf if field.maximum is None else field.maximum

    def take(raw: Raw) -> MetricValue | None:
        found = number(raw)
        if found is None or found in field.invalid:
            return None
        return convert(raw) if low <= found * field.scale + field.offset <= high else None

    return take


def _whole(convert: Callable[[Raw], MetricValue | None]) -> Callable[[Raw], MetricValue | None]:
    def take(raw: Raw) -> int | None:
        found = convert(raw)
        return round(found) if isinstance(found, float) and found.is_integer() else None

    return take


def _text_taker(field: FieldSettings) -> Callable[[Raw], MetricValue | None]:
    def take(raw: Raw) -> str | None:
        text = "true" if raw is True else "false" if raw is False else str(raw).strip()
        return field.enum.get(text, text) or None

    return take
