"""What the readings of one sensor share, as bytes: boot id, sensor, metrics, and whose they are.

    flags (1)  number of metrics  number of sources  counts  lengths of the words
    the boot id where it is a UUID (16)  words: sensor, metrics, sources, any other boot id

Numbers take one byte each where none exceeds it, else four. One source that is called as its sensor
is, as most are, is not named: it stands in the flags.
"""

import struct

ShapeKey = tuple[str, str, tuple[str, ...], tuple[tuple[str, int], ...]]
"""Boot id, sensor, metrics, and how many of these each source gave."""

_IS_WIDE = 1
_HAS_UUID = 2
_IS_OWN = 4

_UUID_BYTES = 16
_UUID_PARTS = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
_MOST_NARROW = 255


def encode_shape(key: ShapeKey) -> bytes:
    """Return the bytes of a shape."""
    boot_id, sensor, metrics, counts = key
    uuid = _uuid_bytes(boot_id)
    is_own = counts == ((sensor, len(metrics)),)
    others = () if is_own else counts
    words = [sensor, *metrics, *(source for source, _ in others), *([] if uuid else [boot_id])]
    texts = [word.encode() for word in words]
    numbers = [len(metrics), len(counts), *(count for _, count in others), *map(len, texts)]
    is_wide = max(numbers) > _MOST_NARROW
    flags = _IS_WIDE * is_wide | _HAS_UUID * bool(uuid) | _IS_OWN * is_own
    head = struct.pack(f"<B{len(numbers)}{_letter(flags)}", flags, *numbers)
    return b"".join([head, uuid, *texts])


def decode_shape(shape: bytes) -> ShapeKey:
    """Return what a shape says.

    Raises:
        ValueError: It is none; so do `struct.error` and `IndexError` say.
    """
    flags = shape[0]
    letter = _letter(flags)
    metrics, sources = struct.unpack_from(f"<2{letter}", shape, 1)
    others = 0 if flags & _IS_OWN else sources
    count = others + 1 + metrics + others + (not flags & _HAS_UUID)
    numbers = struct.unpack_from(f"<2{letter}{count}{letter}", shape, 1)[2:]
    at = 1 + struct.calcsize(f"<{2 + count}{letter}")
    uuid = shape[at : at + _UUID_BYTES] if flags & _HAS_UUID else b""
    words = _words(shape, at + len(uuid), numbers[others:])
    boot_id = _uuid_text(uuid) if uuid else words.pop()
    names, counts = words[1 + metrics :], numbers[:others]
    owners = tuple(zip(names, counts, strict=True)) or ((words[0], metrics),)
    if not metrics or sum(number for _, number in owners) != metrics:
        raise ValueError("a shape whose counts do not fit its metrics")
    return boot_id, words[0], tuple(words[1 : 1 + metrics]), owners


def _letter(flags: int) -> str:
    return "I" if flags & _IS_WIDE else "B"


def _words(shape: bytes, at: int, lengths: tuple[int, ...]) -> list[str]:
    words = []
    for length in lengths:
        words.append(shape[at : at + length].decode())
        at += length
    if at != len(shape):
        raise ValueError("a shape that is longer or shorter than its words")
    return words


def _uuid_bytes(text: str) -> bytes:
    """Return the bytes of a UUID that is written as the kernel does; none of anything else."""
    try:
        found = bytes.fromhex(text.replace("-", ""))
    except ValueError:
        return b""
    return found if len(found) == _UUID_BYTES and _uuid_text(found) == text else b""


def _uuid_text(uuid: bytes) -> str:
    digits = uuid.hex()
    return "-".join(digits[start:end] for start, end in _UUID_PARTS)
