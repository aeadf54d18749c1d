"""Lines that are one number each."""

from collections.abc import Sequence

from collector import Metric
from collector_serial.decode.channel_set import ChannelSet, field_channels
from collector_serial.decode.decoder import BadFrameError, Decoded
from collector_serial.decode.text import TextReader
from collector_serial.decode.values import parsed
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.recipe import Recipe


class NumberDecoder:
    """Takes a line that is a number; the one field says what it is.

    Raises:
        ValueError: There are several fields.
    """

    def __init__(self, recipe: Recipe) -> None:
        if len(recipe.field) > 1:
            raise ValueError("field: a line that is one number has one field")
        self._reader = TextReader(recipe)
        fields = recipe.field or [FieldSettings(metric="value")]
        self._channels = ChannelSet(field_channels(fields))

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        text = self._reader.number_text(self._reader.text(frame).strip())
        if parsed(text) is None:
            raise BadFrameError(f"{text[:40]!r} is no number")
        return Decoded(self._channels.take(dict.fromkeys(self._channels.by_key, text)))
