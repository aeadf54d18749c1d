"""The channels of a decoder."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from collector import Metric, MetricValue
from collector_serial.decode.channel import Channel, make_channel
from collector_serial.decode.decoder import NoValueError
from collector_serial.decode.values import Raw
from collector_serial.settings.field import FieldSettings


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
