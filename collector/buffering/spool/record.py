"""A reading as bytes: the payload of a frame.

    kind (1)  number (8)  boot time in ms (8)  timestamp in ms (8)  flags (1)
    length of the shape (4)  shape: boot id, sensor, metrics, counts
    values: eight bytes each where all are doubles, else each behind a letter for its type

A record says all that there is to know of its reading, so that it can be read when everything
around it is damaged. Readings of one sensor share their shape, whose bytes are made once.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector.buffering.reading import StampedReading
from collector.clock import Instant
from collector.wire.units import MetricValue

KIND = b"R"
MAX_SHAPE_BYTES = 1024**2
"""Of all shapes that are remembered, which are thousands; a bound for sources that have ever new
ones, such as those whose values are left out while they do not change."""

_HEAD = struct.Struct("<cQqqBI")
_SHAPE = struct.Struct("<II")
_NO_TIME = -(2**63)
_IS_TENTATIVE = 1
_ALL_DOUBLES = 2

_FLOAT = {float}

_DOUBLE = struct.Struct("<cd")
_INTEGER = struct.Struct("<cq")
_TEXT = struct.Struct("<cI")
_TEXT_LENGTH = struct.Struct("<I")

ShapeKey = tuple[str, str, tuple[str, ...], tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Record:
    """What a record holds.

    Attributes:
        number: The place of the reading among all that were ever written to this spool.
    """

    number: int
    reading: StampedReading


class RecordCodec:
    """Turns readings into records and back. Used from one thread at a time."""

    def __init__(self) -> None:
        self._shapes: dict[ShapeKey, bytes] = {}
        self._shape_bytes = 0
        self._keys: dict[bytes, ShapeKey] = {}
        self._key_bytes = 0

    def encode(self, number: int, reading: StampedReading) -> bytes:
        """Return the record of a reading."""
        taken_at = reading.taken_at
        shape = self._shape((taken_at.boot_id, reading.sensor, reading.metrics, reading.counts))
        values = reading.values
        is_plain = set(map(type, values)) == _FLOAT
        flags = _IS_TENTATIVE * reading.is_tentative | _ALL_DOUBLES * is_plain
        timestamp_ms = _NO_TIME if reading.timestamp_ms is None else reading.timestamp_ms
        head = _HEAD.pack(KIND, number, taken_at.boottime_ms, timestamp_ms, flags, len(shape))
        if is_plain:
            return head + shape + struct.pack(f"<{len(values)}d", *values)
        return head + shape + b"".join(_VALUES[type(value)](value) for value in values)

    def decode(self, payload: bytes) -> Record | None:
        """Return what a record holds; None where it is no record of a reading."""
        try:
            return self._decode(payload)
        except (struct.error, UnicodeDecodeError, IndexError, KeyError, ValueError):
            return None

    def _decode(self, payload: bytes) -> Record | None:
        kind, number, boottime_ms, timestamp_ms, flags, length = _HEAD.unpack_from(payload)
        if kind != KIND:
            return None
        values_at = _HEAD.size + length
        boot_id, sensor, metrics, counts = self._key(payload[_HEAD.size : values_at])
        if flags & _ALL_DOUBLES:
            values: tuple[MetricValue, ...] = struct.unpack(
                f"<{len(metrics)}d", payload[values_at:]
            )
        else:
            values = _mixed(payload, values_at, len(metrics))
        reading = StampedReading(
            sensor,
            metrics,
            values,
            Instant(boot_id, boottime_ms),
            counts,
            None if timestamp_ms == _NO_TIME else timestamp_ms,
            is_tentative=bool(flags & _IS_TENTATIVE),
        )
        return Record(number, reading)

    def _shape(self, key: ShapeKey) -> bytes:
        shape = self._shapes.get(key)
        if shape is None:
            shape = _encode_shape(key)
            if self._shape_bytes + len(shape) > MAX_SHAPE_BYTES:
                self._shapes.clear()
                self._shape_bytes = 0
            self._shape_bytes += len(shape)
            self._shapes[key] = shape
        return shape

    def _key(self, shape: bytes) -> ShapeKey:
        key = self._keys.get(shape)
        if key is None:
            key = _decode_shape(shape)
            if self._key_bytes + len(shape) > MAX_SHAPE_BYTES:
                self._keys.clear()
                self._key_bytes = 0
            self._key_bytes += len(shape)
            self._keys[shape] = key
        return key


def _encode_shape(key: ShapeKey) -> bytes:
    boot_id, sensor, metrics, counts = key
    words = [boot_id, sensor, *metrics, *(source for source, _ in counts)]
    numbers = [count for _, count in counts]
    texts = [word.encode() for word in words]
    return b"".join(
        [
            _SHAPE.pack(len(metrics), len(counts)),
            struct.pack(f"<{len(texts)}H", *map(len, texts)),
            struct.pack(f"<{len(numbers)}I", *numbers),
            *texts,
        ]
    )


def _decode_shape(shape: bytes) -> ShapeKey:
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


def _mixed(payload: bytes, at: int, count: int) -> tuple[MetricValue, ...]:
    values: list[MetricValue] = []
    for _ in range(count):
        letter = payload[at : at + 1]
        if letter in _SINGLES:
            values.append(_SINGLES[letter])
            at += 1
        elif letter == b"s":
            (length,) = _TEXT_LENGTH.unpack_from(payload, at + 1)
            at += _TEXT.size
            values.append(payload[at : at + length].decode())
            at += length
        else:
            _, value = (_DOUBLE if letter == b"d" else _INTEGER).unpack_from(payload, at)
            values.append(value)
            at += _DOUBLE.size
    if at != len(payload):
        raise ValueError("a record that is longer or shorter than its values")
    return tuple(values)


def _text(value: str) -> bytes:
    text = value.encode()
    return _TEXT.pack(b"s", len(text)) + text


_SINGLES: Mapping[bytes, bool] = MappingProxyType({b"t": True, b"f": False})

_VALUES: Mapping[type, Callable[..., bytes]] = MappingProxyType(
    {
        float: lambda value: _DOUBLE.pack(b"d", value),
        int: lambda value: _INTEGER.pack(b"i", value),
        bool: lambda value: b"t" if value else b"f",
        str: _text,
    }
)
