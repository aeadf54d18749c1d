"""Shapes as they lie in spools of format 1: read, never written.

number of metrics (4)  number of sources (4)  lengths of the words (2 each)  counts (4 each)
words: boot id, sensor, metrics, sources
"""

import struct

from collector.buffering.spool.shapes import ShapeKey

_SHAPE = struct.Struct("<II")


def decode_shape_v1(shape: bytes) -> ShapeKey:
    """Return what a shape says.

    Raises:
        ValueError: It is none; so does `struct.error` say.
    """
    metrics, counts = _SHAPE.unpack_from(shape)
    lengths = struct.unpack_from(f"<{2 + metrics + counts}H", shape, _SHAPE.size)
    at = _SHAPE.size + 2 * len(lengths)
    numbers = struct.unpack_from(f"<{counts}I", shape, at)
    at += 4 * counts
    words = []
    for length in lengths:
        words.append(shape[at : at + length].decode())
        at += length
    sources = words[2 + metrics :]
    if not metrics or sum(numbers) != metrics:
        raise ValueError("a shape whose counts do not fit its metrics")
    return (
        words[0],
        words[1],
        tuple(words[2 : 2 + metrics]),
        tuple(zip(sources, numbers, strict=True)),
    )
