"""Lines of text in columns."""

from collections.abc import Sequence

from collector import Metric
from collector_serial.decode.channel import Channel, make_channel
from collector_serial.decode.channel_set import ChannelSet
from collector_serial.decode.decoder import NOTHING, BadFrameError, Decoded
from collector_serial.decode.text import TextReader, own_channels
from collector_serial.settings.recipe import Recipe


class CsvDecoder:
    """Takes lines that have exactly the columns that are expected. A header line says nothing.

    Raises:
        ValueError: No columns are named.
    """

    def __init__(self, recipe: Recipe) -> None:
        if not recipe.columns:
            raise ValueError("columns: csv needs the names of the columns")
        self._columns = recipe.columns
        self._separator = recipe.separator
        self._reader = TextReader(recipe)
        self._places = _places(recipe)
        self._channels = ChannelSet({str(place): known for place, known in self._places})

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        cells = self._reader.text(frame).split(self._separator)
        if len(cells) != len(self._columns):
            raise BadFrameError(f"has {len(cells)} columns, not {len(self._columns)}")
        if [cell.strip() for cell in cells] == self._columns:
            return NOTHING
        number_text = self._reader.number_text
        raws = {str(place): number_text(cells[place]) for place, _ in self._places}
        return Decoded(self._channels.take(raws))


def _places(recipe: Recipe) -> list[tuple[int, Channel]]:
    names = [name for name in recipe.columns if name]
    own = {} if recipe.field else own_channels(names, "columns")
    named = {name: place for place, name in enumerate(recipe.columns) if name}
    if own:
        return [(named[name], known) for name, known in own.items()]
    for field in recipe.field:
        if field.source_key not in named:
            raise ValueError(f"field: {field.source_key!r} is not among the columns")
    return [(named[field.source_key], make_channel(field)) for field in recipe.field]
