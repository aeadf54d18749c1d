"""Lines of text that are JSON objects."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from collector import Metric, ValueType
from collector_serial.decode.channel import Channel, channel
from collector_serial.decode.channel_set import ChannelSet, field_channels
from collector_serial.decode.decoder import BadFrameError, Decoded
from collector_serial.decode.text import MAX_KEYS, TextReader, metric_id_of
from collector_serial.decode.values import Raw
from collector_serial.settings.recipe import Recipe

_MAX_DEPTH = 8


class JsonDecoder:
    """Takes objects; values inside of others are called ``outer.inner`` and ``list.0``.

    Without fields, every number and every true or false is a metric.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._reader = TextReader(recipe)
        self._learns = not recipe.field
        self._channels = ChannelSet(field_channels(recipe.field))
        self._object = json.JSONDecoder(parse_constant=_no_constant)

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        try:
            found = self._object.decode(self._reader.text(frame))
        except (json.JSONDecodeError, RecursionError) as error:
            raise BadFrameError(f"is no JSON: {error}") from error
        except ValueError as error:  # a number of thousands of digits
            raise BadFrameError(f"is no JSON: {error}") from error
        if not isinstance(found, dict):
            raise BadFrameError("is no JSON object")
        raws = dict(_flat("", found, _MAX_DEPTH))
        if self._learns:
            self._learn(raws)
        return Decoded(self._channels.take(raws))

    def _learn(self, raws: dict[str, Raw]) -> None:
        known = self._channels.by_key
        for key in [key for key, raw in raws.items() if key not in known]:
            found = _channel_of(key, raws[key])
            taken = {metric.id for metric in self._channels.metrics}
            if found and found.metric.id not in taken and len(taken) < MAX_KEYS:
                self._channels.add(key, found)


def _channel_of(key: str, raw: Raw) -> Channel | None:
    metric = metric_id_of(key)
    if not metric or isinstance(raw, str):
        return None
    return channel(metric, kind=ValueType.BOOL if isinstance(raw, bool) else None)


def _flat(prefix: str, value: Any, depth: int) -> Iterator[tuple[str, Raw]]:  # noqa: ANN401 - JSON
    if isinstance(value, str | int | float):
        yield prefix, value
    elif depth and isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner, depth - 1)


def _no_constant(word: str) -> None:
    """Read NaN and infinities as null: they are no values."""
