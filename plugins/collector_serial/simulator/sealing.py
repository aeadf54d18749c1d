"""Puts frames together: the check, the terminator, the flags."""

from collector_serial.checks.check import make_checksum
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.framing import LineFraming, StuffedFraming
from collector_serial.settings.octets import octets


def with_check(recipe: FormatSettings, frame: bytes) -> bytes:
    """Return a frame with its check behind it; as it is if it has none."""
    if recipe.checksum is None:
        return frame
    return make_checksum(recipe.checksum).seal(frame + bytes(recipe.checksum.size))


def as_line(recipe: FormatSettings, text: str) -> bytes:
    """Return a line with its check and its end."""
    framing = recipe.framing
    line = with_check(recipe, text.encode(recipe.encoding))
    if not isinstance(framing, LineFraming):
        return line
    terminator = octets(framing.terminator)
    return line + (b"\r\n" if terminator == b"\n" else terminator)


def stuffed(framing: StuffedFraming, frame: bytes) -> bytes:
    """Return a frame between flags, with what has to be escaped escaped."""
    flag, escape = octets(framing.flag), octets(framing.escape)
    for special in (escape, flag):
        frame = frame.replace(special, escape + bytes((special[0] ^ framing.invert,)))
    return flag + frame + flag
