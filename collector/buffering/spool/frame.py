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

_HEAD = struct.Struct("<4sII")
_LENGTH = struct.Struct("<I")


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


def frame(payload: bytes, salt: int) -> bytes:
    """Return the payload as it is to be written."""
    return _HEAD.pack(MAGIC, len(payload), _checksum(payload, salt)) + payload


def unframe(data: bytes, salt: int, offset: int = 0) -> bytes | None:
    """Return the payload of the frame that begins at the offset; None where none that is sound."""
    start = offset + HEAD_BYTES
    if len(data) < start:
        return None
    magic, length, checksum = _HEAD.unpack_from(data, offset)
    if magic != MAGIC or length > MAX_PAYLOAD_BYTES or len(data) < start + length:
        return None
    payload = data[start : start + length]
    return payload if checksum == _checksum(payload, salt) else None


def scan(data: bytes, salt: int, start: int = 0) -> Iterator[Found]:
    """Go through all sound frames of some data, in their order, over whatever damage there is."""
    offset = start
    while True:
        payload = unframe(data, salt, offset)
        if payload is not None:
            end = offset + HEAD_BYTES + len(payload)
            yield Found(offset, end, payload)
            offset = end
            continue
        offset = data.find(MAGIC, offset + 1)
        if offset < 0:
            return


def _checksum(payload: bytes, salt: int) -> int:
    return zlib.crc32(payload, zlib.crc32(_LENGTH.pack(len(payload)), salt))
