"""Texts: those that registers hold, those of codes, and the names of set bits."""

from collections.abc import Callable, Mapping

from collector_modbus.decoding.missing import Missing


def register_text(data: bytes) -> str | Missing:
    """Return the text in registers: up to the first NUL, without blanks at its end.

    Returns:
        The text, read as Latin-1, of which ASCII is the half that devices use; INVALID when it is
        empty or nothing but 0xFF, as memory that was never written; MALFORMED when it has
        characters that are not printable.
    """
    written = data.partition(b"\0")[0].rstrip()
    if not written.strip(b"\xff"):
        return Missing.INVALID
    text = written.decode("latin-1")
    return text if text.isprintable() else Missing.MALFORMED


def code_texts(enum: Mapping[str, str]) -> Callable[[int], str]:
    """Return the function from a code to its text; a code without one gives its number.

    Args:
        enum: The texts by code, in decimal.
    """
    texts = {int(code): text for code, text in enum.items()}

    def text_of(code: int) -> str:
        return texts.get(code) or str(int(code))  # int(): a coil's code is a bool

    return text_of


def flag_names(flags: Mapping[str, str]) -> Callable[[int], str]:
    """Return the function from bits to the names of those that are set, comma-separated.

    Args:
        flags: The names by bit, in decimal, 0 being the least significant.
    """
    names = sorted((int(bit), name) for bit, name in flags.items())

    def names_of(bits: int) -> str:
        return ",".join(name for bit, name in names if bits >> bit & 1)

    return names_of
