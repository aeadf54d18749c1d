"""The answers of instruments that speak SCPI.

Source: SCPI-1999, volume 1, 7.2.1: 9.9E37 stands for infinity, 9.91E37 for not a number.
"""

from collections.abc import Sequence

from collector import Metric, ValueType
from collector_serial.decode.channel_set import ChannelSet, field_channels
from collector_serial.decode.decoder import BadFrameError, Decoded, NoValueError
from collector_serial.decode.values import parsed
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.recipe import Recipe

_INFINITY = 9.9e37


class ScpiDecoder:
    """Takes an answer: one value for one field, or as many between commas as there are fields."""

    def __init__(self, recipe: Recipe) -> None:
        self._fields = recipe.field or [FieldSettings(metric="value")]
        self._channels = ChannelSet(field_channels(self._fields))

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        text = frame.decode("latin-1").strip()
        cells = [text] if len(self._fields) == 1 else text.split(",")
        if len(cells) != len(self._fields):
            raise BadFrameError(f"has {len(cells)} values, not {len(self._fields)}")
        pairs = zip(self._fields, cells, strict=True)
        raws = {field.source_key: _value(field, cell) for field, cell in pairs}
        return Decoded(self._channels.take({key: raw for key, raw in raws.items() if raw}))


def _value(field: FieldSettings, cell: str) -> str:
    """Return what a cell says; empty if it says that there is no value."""
    if field.type is ValueType.STRING:
        return cell.strip('"')
    number = parsed(cell)
    if number is None:
        raise BadFrameError(f"{cell[:40]!r} is no number")
    if abs(number) >= _INFINITY:
        raise NoValueError("says overload, or not a number")
    return cell
