"""Bytes as they are written in a configuration: as text, or as hexadecimal digits."""

from typing import Annotated

from pydantic import AfterValidator

_HEX = "hex:"


def octets(text: str) -> bytes:
    r"""Turn ``"SI\r\n"`` or ``"hex:AA C0"`` into bytes.

    Raises:
        ValueError: A character does not fit into a byte, or digits are missing.
    """
    if text.startswith(_HEX):
        return _from_digits(text.removeprefix(_HEX))
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"{text!r} holds a character that is no byte; write hex:...") from None


def _from_digits(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f'"hex:{digits}" needs two hexadecimal digits for each byte') from None


def _checked(text: str) -> str:
    octets(text)
    return text


Octets = Annotated[str, AfterValidator(_checked)]
r"""Bytes, written as text (``"\r\n"``, ``"\u0002"``) or as ``"hex:AA C0"``; see `octets`."""


def _not_empty(text: str) -> str:
    if not octets(text):
        raise ValueError("needs at least one byte")
    return text


SomeOctets = Annotated[Octets, AfterValidator(_not_empty)]
"""Bytes that something is found by: at least one."""
