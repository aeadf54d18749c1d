"""Readings and metrics as plain data, and back. The way back makes nothing but what is named here.

A value that the intake will refuse must reach it all the same, to be counted with its reason: what
JSON cannot hold is a `ForeignValue` behind the border, and what is far too long or too large is cut
to something that is refused as well.
"""

from collections.abc import Iterable
from typing import Any

from collector.clock import Instant
from collector.isolation.channel import BadMessageError
from collector.plugin.declared import UnusableMetric, metric_fault
from collector.plugin.foreign import ForeignValue, shown
from collector.plugin.source import Metric, Reading
from collector.wire.units import MAX_EXACT_INTEGER, ValueType, ValueUnit

_MAX_TEXT_LENGTH = 8192
_MAX_INTEGER = 2**64
_MAX_NAME_LENGTH = 200

_FOREIGN = (str, str, bool)
_NESTED = frozenset({list, dict})
_METRIC_TYPES = (str, str, str, ValueType, ValueUnit | None)
_FAULT = "fault"
_LONGEST_FAULT = 400
_METRIC_KEYS = frozenset({"id", "name", "unit", "type", "annotation"})


def value_data(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a value, or what stands for it, ready for JSON."""
    kind = type(value)
    if kind is float or kind is bool or value is None:
        return value
    if type(value) is int:
        return max(-_MAX_INTEGER, min(_MAX_INTEGER, value))
    if type(value) is str:
        return value[:_MAX_TEXT_LENGTH]
    foreign = ForeignValue.of(value, shown(value))
    return [foreign.type_name[:_MAX_NAME_LENGTH], foreign.text, foreign.is_convertible]


def value_of(data: object) -> Any:  # noqa: ANN401 - a value, or what stands for it
    """Return what `value_data` was made of."""
    if type(data) is list:
        if tuple(map(type, data)) != _FOREIGN:
            raise BadMessageError("no value")
        return ForeignValue(*data)
    if type(data) is dict:
        raise BadMessageError("no value")
    return data


def reading_data(reading: Reading) -> list[Any]:
    """Return a reading, whose values are a plain dictionary, ready for JSON."""
    values = reading.values
    taken_at, device_ms = reading.taken_at, reading.device_time_ms
    return [
        value_data(reading.sensor),
        _values_data(values),
        _values_data(values.values()),
        _instant_data(taken_at),
        value_data(device_ms) if type(device_ms) is int else None,
    ]


def reading_of(data: object) -> Reading:
    """Return what `reading_data` was made of.

    Raises:
        BadMessageError: It is something else.
    """
    match data:
        case [sensor, list(names), list(values), taken_at, int() | None as device_ms]:
            pass
        case _:
            raise BadMessageError("no reading")
    if len(names) != len(values):
        raise BadMessageError("no reading")
    return Reading(
        values=dict(zip(_values_of(names), _values_of(values), strict=True)),
        sensor=value_of(sensor),
        taken_at=_instant_of(taken_at),
        device_time_ms=device_ms,
    )


def readings_of(data: object) -> list[Reading]:
    """Return the readings of a list of `reading_data`."""
    if not isinstance(data, list):
        raise BadMessageError("no readings")
    return [reading_of(each) for each in data]


def metrics_data(metrics: object) -> list[Any]:
    """Return metrics ready for JSON; what is none becomes what stands for it.

    Raises:
        TypeError: It is nothing that can hold metrics.
    """
    if not isinstance(metrics, Iterable):
        raise TypeError(f"it is a {type(metrics).__name__}: give a sequence of Metric")
    return [_metric_data(metric) for metric in metrics]


def metrics_of(data: object) -> tuple[Any, ...]:
    """Return what `metrics_data` was made of: metrics, and what stands for others.

    Raises:
        BadMessageError: It is something else.
    """
    if not isinstance(data, list):
        raise BadMessageError("no metrics")
    return tuple(_metric_of(each) for each in data)


def _values_data(values: Iterable[object]) -> list[Any]:
    if set(map(type, values)) == {float}:  # most are, and a plain pass costs a third
        return list(values)
    return [value_data(value) for value in values]


def _values_of(data: list[object]) -> list[Any]:
    if _NESTED.isdisjoint(map(type, data)):
        return data
    return [value_of(each) for each in data]


def _instant_data(taken_at: object) -> list[Any] | None:
    match taken_at:
        case Instant(str(boot_id), int(boottime_ms)):
            return [value_data(boot_id), value_data(boottime_ms)]
        case _:
            return None


def _instant_of(data: object) -> Instant | None:
    match data:
        case None:
            return None
        case [str(boot_id), int(boottime_ms)] if abs(boottime_ms) < MAX_EXACT_INTEGER:
            return Instant(boot_id, boottime_ms)
        case _:
            raise BadMessageError("no instant")


def _metric_data(metric: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if not isinstance(metric, Metric):
        return value_data(metric)
    kind, unit = metric.type, metric.unit
    parts: tuple[object, ...] = (metric.id, metric.name, metric.annotation, kind, unit)  # as it is
    if not all(map(isinstance, parts, _METRIC_TYPES)):
        return {_FAULT: metric_fault(metric)[:_LONGEST_FAULT]}
    return {
        "id": metric.id,
        "name": metric.name,
        "unit": metric.unit,
        "type": metric.type,
        "annotation": metric.annotation,
    }


def _metric_of(data: object) -> Any:  # noqa: ANN401 - a metric, or what stands for something else
    if not isinstance(data, dict):
        return value_of(data)
    if data.keys() == {_FAULT} and type(data[_FAULT]) is str:
        return UnusableMetric(data[_FAULT])
    texts = (data.get("id"), data.get("name"), data.get("annotation"))
    if data.keys() != _METRIC_KEYS or any(type(text) is not str for text in texts):
        raise BadMessageError("no metric")
    try:
        unit = None if data["unit"] is None else ValueUnit(data["unit"])
        return Metric(**{**data, "unit": unit, "type": ValueType(data["type"])})
    except ValueError as error:
        raise BadMessageError("no metric") from error
