"""What the decoders of text share: the encoding, and keys that become metrics."""

import re
from collections.abc import Sequence

from collector_serial.decode.channel import Channel, channel
from collector_serial.decode.channel_set import ChannelSet
from collector_serial.decode.decoder import BadFrameError
from collector_serial.decode.values import parsed
from collector_serial.settings.recipe import Recipe

_MAX_ID = 32
_NO_ID = re.compile(r"[^A-Za-z0-9_-]+")

MAX_KEYS = 200
"""More keys than these are not learnt: a line that counts would fill the inventory."""


class TextReader:
    """Turns frames into text, and the number format of the device into ours."""

    def __init__(self, recipe: Recipe) -> None:
        self._encoding = recipe.encoding
        self._decimal_comma = recipe.decimal_comma

    def text(self, frame: bytes) -> str:
        """Return a frame as text.

        Raises:
            BadFrameError: It is not in the encoding.
        """
        try:
            return frame.decode(self._encoding)
        except UnicodeDecodeError as error:
            raise BadFrameError(f"is no {self._encoding} at byte {error.start}") from error

    def number_text(self, text: str) -> str:
        """Return a number as it is written here; any other text as it is."""
        if not self._decimal_comma:
            return text
        pointed = text.replace(",", ".")
        return text if parsed(pointed) is None else pointed


def metric_id_of(key: str) -> str:
    """Return the nearest metric id; empty when nothing of the key can stand in one."""
    return _NO_ID.sub("_", key).strip("_")[:_MAX_ID]


def own_channels(names: Sequence[str], said_by: str) -> dict[str, Channel]:
    """Return a channel for each name, with the nearest metric id.

    Args:
        names: Those of groups or columns.
        said_by: The key of the settings that holds them.

    Raises:
        ValueError: One has none, or that of another.
    """
    metrics = [metric_id_of(name) for name in names]
    for name, metric in zip(names, metrics, strict=True):
        if not metric or metrics.count(metric) > 1:
            raise ValueError(f"{said_by}: {name!r} cannot be a metric of its own")
    return {name: channel(metric) for name, metric in zip(names, metrics, strict=True)}


def learnt(channels: ChannelSet, key: str) -> Channel | None:
    """Return the channel of a key that turned up; None when there can be none."""
    metric = metric_id_of(key)
    is_taken = any(known.id == metric for known in channels.metrics)
    if not metric or is_taken or len(channels.metrics) >= MAX_KEYS:
        return None
    return channels.add(key, channel(metric))
