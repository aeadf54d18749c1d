"""Lines of text that are pairs of a key and a value."""

from collections.abc import Sequence

from collector import Metric
from collector_serial.decode.channel_set import ChannelSet, field_channels
from collector_serial.decode.decoder import BadFrameError, Decoded
from collector_serial.decode.text import TextReader, learnt
from collector_serial.decode.values import parsed
from collector_serial.settings.recipe import Recipe


class KeyValueDecoder:
    """Takes ``temp=21.5,hum=40``. Without fields, every key whose value is a number is a metric."""

    def __init__(self, recipe: Recipe) -> None:
        self._separator = recipe.separator
        self._assign = recipe.assign
        self._reader = TextReader(recipe)
        self._learns = not recipe.field
        self._channels = ChannelSet(field_channels(recipe.field))

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        pairs = [part for part in self._reader.text(frame).split(self._separator) if part.strip()]
        raws = dict(self._pair(part) for part in pairs)
        if self._learns:
            for key, text in raws.items():
                if key not in self._channels.by_key and parsed(text) is not None:
                    learnt(self._channels, key)
        return Decoded(self._channels.take(raws))

    def _pair(self, part: str) -> tuple[str, str]:
        key, assign, value = part.partition(self._assign)
        if not assign:
            raise BadFrameError(f"{part.strip()!r} has no {self._assign!r}")
        return key.strip(), self._reader.number_text(value.strip())
