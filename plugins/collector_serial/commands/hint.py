"""Tells how bytes seem to be framed, when no format that is known makes sense of them. Pure."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

_PRINTABLE = frozenset(range(0x20, 0x7F)) | frozenset(b"\r\n\t")
_TEXT_SHARE = 0.95
_MARK_BYTES = 2
_FEWEST = 4
_REGULAR_SHARE = 0.8
_SHORTEST = 3


def framing_hint(octets: bytes) -> str:
    """Return what the bytes look like and what to try; empty if they look like nothing."""
    if not octets:
        return ""
    if sum(octet in _PRINTABLE for octet in octets) >= _TEXT_SHARE * len(octets):
        return _text_hint(octets)
    best = max(_regular_marks(octets), default=None)
    if best is None:
        return ""
    count, length, mark = best
    start = mark.hex(" ").upper()
    return (
        f"{count} frames of {length} bytes, with {start} in each: try the format binary with "
        f'framing = {{ type = "marked", start = "hex:{start}", length = {length} }}'
    )


def _text_hint(octets: bytes) -> str:
    for terminator, written in ((b"\r\n", r"\r\n"), (b"\n", r"\n"), (b"\r", r"\r")):
        if terminator in octets:
            return f'lines of text that end with "{written}": try the format regex'
    return 'text without line ends: try the format regex with framing = { type = "silence" }'


def _regular_marks(octets: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give pairs of bytes that come at equal distances: how often, how far apart, which."""
    places: dict[bytes, list[int]] = {}
    for place in range(len(octets) - 1):
        places.setdefault(octets[place : place + _MARK_BYTES], []).append(place)
    for mark, found in places.items():
        if len(found) < _FEWEST or len(set(mark)) < _MARK_BYTES:
            continue
        gaps = Counter(later - sooner for sooner, later in pairwise(found))
        length, count = gaps.most_common(1)[0]
        if length >= _SHORTEST and count >= _REGULAR_SHARE * (len(found) - 1):
            yield count, length, mark
