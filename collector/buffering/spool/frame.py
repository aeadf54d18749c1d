"""Frames: how records lie in a file, so that damage costs the damaged record alone.

    magic (4)  length (4)  CRC-32 (4)  payload (length)

The checksum covers the length and the payload and starts from the file's own salt, so a block of
another file, or a text value that looks like a frame, is not taken for a record of this one. After
anything that is not a sound frame, the reader looks for the next magic that begins one.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\xff\xc0\xc1\xfe"
"""None of these bytes occurs in UTF-8."""

HEAD_BYTES = 12

MAX_PAYLOAD_BYTES = 16 * 1024**2
"""A longer length is damage; a reading takes at most a few megabytes."""

PATIENCE = 8
"""So many times the length of the data is gone through in vain before shorter frames alone are
looked for. Damage takes a fraction of that: of a length that it changes most are beyond the end."""

_SHORTER = 16

_HEAD = struct.Struct("<4sII")
_LENGTH = struct.Struct("<I")  # also that of a checksum


@dataclass(frozen=True, slots=True)
class Found:
    """A sound frame.

    Attributes:
        offset: Where it begins in the data.
        end: Where the next one should begin.
    """

    offset: int
    end: int
    payload: bytes


class Framer:
    """Makes the frames of one file.

    Args:
        salt: The file's.
    """

    __slots__ = ("_salt", "_seeds")

    def __init__(self, salt: int) -> None:
        self._salt = salt
        self._seeds: dict[int, int] = {}

    def frame(self, payload: bytes) -> bytes:
        """Return the payload as it is to be written."""
        length = len(payload)
        seed = self._seeds.get(length)
        if seed is None:  # the checksums of equal lengths begin alike
            seed = self._seeds[length] = _seed(length, self._salt)
        return _HEAD.pack(MAGIC, length, zlib.crc32(payload, seed)) + payload


def frame(payload: bytes, salt: int) -> bytes:
    """Return the payload as it is to be written."""
    return Framer(salt).frame(payload)


def unframe(data: bytes, salt: int, offset: int = 0) -> bytes | None:
    """Return the payload of the frame that begins at the offset; None where none that is sound."""
    length = _payload_length(data, offset)
    return None if length is None else _checked(data, salt, offset, length)


def scan(data: bytes, salt: int, start: int = 0) -> Iterator[Found]:
    """Go through all sound frames of some data, in their order, over whatever damage there is.

    The work grows with the length of the data alone, whatever is in it: where lengths have led to
    nothing for so often that it cannot be damage, long frames are no longer looked for.
    """
    offset, longest, wasted = start, MAX_PAYLOAD_BYTES, 0
    while offset >= 0:
        length = _payload_length(data, offset)
        if length is None or length > longest:
            offset = data.find(MAGIC, offset + 1)
            continue
        payload = _checked(data, salt, offset, length)
        if payload is not None:
            end = offset + HEAD_BYTES + length
            yield Found(offset, end, payload)
            offset = end
            continue
        wasted += length
        if wasted > PATIENCE * len(data):
            longest, wasted = longest // _SHORTER, 0
        offset = data.find(MAGIC, offset + 1)


def _payload_length(data: bytes, offset: int) -> int | None:
    """Return how long the payload is of what looks like the head of a frame, if all is there."""
    start = offset + HEAD_BYTES
    if len(data) < start:
        return None
    magic, length, _ = _HEAD.unpack_from(data, offset)
    if magic != MAGIC or length > MAX_PAYLOAD_BYTES or len(data) < start + length:
        return None
    return int(length)


def _checked(data: bytes, salt: int, offset: int, length: int) -> bytes | None:
    start = offset + HEAD_BYTES
    payload = data[start : start + length]
    (checksum,) = _LENGTH.unpack_from(data, start - _LENGTH.size)
    return payload if checksum == zlib.crc32(payload, _seed(length, salt)) else None


def _seed(length: int, salt: int) -> int:
    return zlib.crc32(_LENGTH.pack(length), salt)
