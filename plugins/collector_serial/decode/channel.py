"""A channel: one value on its way from a device's unit to a metric of the agent."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from collector import Metric, MetricValue, ValueType
from collector_serial.decode.decoder import NoValueError
from collector_serial.decode.units import CONVERSIONS, SAME_UNIT, Conversion
from collector_serial.settings.field import FieldSettings

Raw = float | int | str | bool
"""A value as a decoder finds it."""

_TRUE = frozenset({"1", "true", "on", "yes"})
_FALSE = frozenset({"0", "false", "off", "no"})


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


def number(raw: Raw) -> float | None:
    """Return a finite number, also of a text that is exactly one; None of all else."""
    if isinstance(raw, str):
        return parsed(raw)
    try:
        found = float(raw)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def parsed(text: str) -> float | None:
    """Return the number that a text is; None for ``nan``, ``inf``, ``1_0`` and for words."""
    if "_" in text:
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def flag(raw: Raw) -> bool | None:
    """Return true or false of a flag, a number or a word; None of all else."""
    if not isinstance(raw, str):
        return bool(raw)
    word = raw.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


class ChannelSet:
    """The channels of a decoder, by what the format calls them.

    Args:
        channels: Those that are known from the start, by key.
    """

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = dict(channels)
        self._metrics: tuple[Metric, ...] = ()
        self._remember()

    @property
    def metrics(self) -> Sequence[Metric]:
        """All metrics so far."""
        return self._metrics

    @property
    def by_key(self) -> Mapping[str, Channel]:
        """All channels so far."""
        return MappingProxyType(self._channels)

    def add(self, key: str, found: Channel) -> Channel:
        """Learn of a channel while running."""
        self._channels[key] = found
        self._remember()
        return found

    def take(self, raws: Mapping[str, Raw]) -> dict[str, MetricValue]:
        """Return the values of those raw ones that have a channel and are values.

        Raises:
            NoValueError: None of them is.
        """
        values: dict[str, MetricValue] = {}
        for key, known in self._channels.items():
            raw = raws.get(key)
            if raw is not None and (value := known.take(raw)) is not None:
                values[known.metric.id] = value
        if not values:
            raise NoValueError("holds no value")
        return values

    def _remember(self) -> None:
        self._metrics = tuple(
            {known.metric.id: known.metric for known in self._channels.values()}.values()
        )


def field_channels(fields: Sequence[FieldSettings]) -> dict[str, Channel]:
    """Return the channels of a user's fields, by their keys."""
    return {field.source_key: make_channel(field) for field in fields}
