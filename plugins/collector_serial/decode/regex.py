"""Lines of text, taken apart by an expression with named groups."""

import re
from collections.abc import Sequence

from collector import Metric
from collector_serial.decode.channel_set import ChannelSet, field_channels
from collector_serial.decode.decoder import BadFrameError, Decoded
from collector_serial.decode.regex_bound import safe_length
from collector_serial.decode.text import TextReader, own_channels
from collector_serial.settings.recipe import Recipe


class RegexDecoder:
    r"""Takes lines that an expression is found in: ``T=(?P<temperature>[-\d.]+)``.

    Raises:
        ValueError: It is no expression, has no named group, or may take too long for a line.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._pattern = compiled(recipe.pattern)
        self._max_length = safe_length(recipe.pattern)
        self._reader = TextReader(recipe)
        groups = list(self._pattern.groupindex)
        for field in recipe.field:
            if field.source_key not in groups:
                raise ValueError(f"field: {field.source_key!r} is no group of the pattern")
        self._channels = ChannelSet(field_channels(recipe.field) or own_channels(groups, "pattern"))

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        text = self._reader.text(frame)
        if len(text) > self._max_length:
            raise BadFrameError(f"has more than {self._max_length} characters")
        match = self._pattern.search(text)
        if match is None:
            raise BadFrameError("does not match the pattern")
        raws = {group: self._reader.number_text(raw) for group, raw in match.groupdict("").items()}
        return Decoded(self._channels.take(raws))


def compiled(pattern: str) -> re.Pattern[str]:
    """Return an expression ready to be used.

    Raises:
        ValueError: It is none, or has no named group.
    """
    if not pattern:
        raise ValueError(r"pattern: regex needs one, such as 'T=(?P<temperature>[-\d.]+)'")
    try:
        found = re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"pattern: {error.msg} at character {error.pos}") from error
    if not found.groupindex:
        raise ValueError("pattern: has no named group (?P<name>...), so it gives no value")
    return found
