"""What is written on the command line, and why it may be wrong."""

import argparse
from math import inf

from collector_serial.settings.octets import octets

_SLOWEST, _FASTEST = 50, 4_000_000


def baudrate_of(text: str) -> int:
    """Return a speed of a line."""
    if not text.isdecimal() or not _SLOWEST <= int(text) <= _FASTEST:
        raise argparse.ArgumentTypeError(f"must be {_SLOWEST} to {_FASTEST}, got {text!r}")
    return int(text)


def seconds_of(text: str) -> float:
    """Return a duration."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < inf:
        raise argparse.ArgumentTypeError(f"must be more than 0, got {text!r}")
    return found


def bytes_of(text: str) -> bytes:
    r"""Return the bytes of ``SI\r\n``, whose escapes no shell has resolved, or of ``hex:AA C0``."""
    try:
        return octets(_without_escapes(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _without_escapes(text: str) -> str:
    if not text.isascii():  # escapes are resolved byte by byte
        return text
    try:
        return text.encode("ascii").decode("unicode_escape")
    except UnicodeDecodeError as error:
        raise ValueError(f"{text!r} ends in an escape, or holds one that is none") from error
