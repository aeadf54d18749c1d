"""Reads the answers in which a device tells what it is."""

from dataclasses import dataclass

_HEADER_BYTES = 7
_SERVER_ID_HEADER_BYTES = 2


@dataclass(frozen=True, slots=True)
class IdentificationPage:
    """One answer to `queries.identify`.

    Attributes:
        objects: Object id to text.
        next_object: The id to go on with; None when this was all.
    """

    objects: dict[int, str]
    next_object: int | None


def identification_page(answer: bytes) -> IdentificationPage:
    """Take an answer of function 43/14 apart (1.1b3, section 6.21).

    Raises:
        ValueError: It is not well-formed.
    """
    if len(answer) < _HEADER_BYTES:
        raise ValueError("the device identification is cut short")
    more_follows, next_object, count = answer[4], answer[5], answer[6]
    objects: dict[int, str] = {}
    at = _HEADER_BYTES
    for _ in range(count):
        if at + 2 > len(answer) or at + 2 + answer[at + 1] > len(answer):
            raise ValueError("the device identification is cut short")
        end = at + 2 + answer[at + 1]
        objects[answer[at]] = _text(answer[at + 2 : end])
        at = end
    return IdentificationPage(objects, next_object if more_follows else None)


def server_id_text(answer: bytes) -> str:
    """Return the readable part of an answer of function 17 (1.1b3, section 6.13)."""
    count = answer[1] if len(answer) > 1 else 0
    return _text(answer[_SERVER_ID_HEADER_BYTES : _SERVER_ID_HEADER_BYTES + count])


def _text(data: bytes) -> str:
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else " " for byte in data)  # noqa: PLR2004 - printable ASCII
    return " ".join(text.split())
