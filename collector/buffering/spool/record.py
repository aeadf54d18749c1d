"""A reading as bytes: the payload of a frame.

    kind (1)  number (8)  boot time in ms (8)  timestamp in ms (8)  flags (1)
    length of the shape (4)  shape: boot id, sensor, metrics, counts
    values: eight bytes each where all are doubles, else each behind a letter for its type

A record says all that there is to know of its reading, so that it can be read when everything
around it is damaged. Readings of one sensor share their shape, whose bytes are made once.
"""

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from collector.buffering.reading import StampedReading
from collector.buffering.spool.shapes import ShapeKey, decode_shape, encode_shape
from collector.buffering.spool.shapes_v1 import decode_shape_v1
from collector.clock import Instant
from collector.wire.units import MetricValue

KIND = b"S"
OLDER_KIND = b"R"
"""In spools of format 1; it differs in how the shape is written."""

MAX_SHAPE_BYTES = 1024**2
"""Of all shapes that are remembered, which are thousands; a bound for sources that have ever new
ones, such as those whose values are left out while they do not change."""

_HEAD = struct.Struct("<cQqqBI")
_NO_TIME = -(2**63)
_IS_TENTATIVE = 1
_ALL_DOUBLES = 2

_FLOAT = {float}

_DOUBLE = struct.Struct("<cd")
_INTEGER = struct.Struct("<cq")
_TEXT = struct.Struct("<cI")
_TEXT_LENGTH = struct.Struct("<I")


class Record(NamedTuple):
    """What a record holds.

    Attributes:
        number: The place of the reading among all that were ever written to this spool.
    """

    number: int
    reading: StampedReading


class _Layout:
    """How readings of one shape are written."""

    __slots__ = ("_boot_id", "_counts", "_metrics", "doubles", "shape")

    def __init__(self, key: ShapeKey) -> None:
        self._boot_id, _, self._metrics, self._counts = key
        self.shape = encode_shape(key)
        self.doubles = struct.Struct(f"{_HEAD.format}{len(self.shape)}s{len(self._metrics)}d")

    def fits(self, reading: StampedReading) -> bool:
        """Tell whether a reading of its sensor has this shape."""
        return (
            self._metrics == reading.metrics
            and self._boot_id == reading.taken_at.boot_id
            and self._counts == reading.counts
        )


class RecordCodec:
    """Turns readings into records and back. Used from one thread at a time."""

    def __init__(self) -> None:
        self._layouts: dict[ShapeKey, _Layout] = {}
        self._latest: dict[str, _Layout] = {}
        self._shape_bytes = 0
        self._keys: dict[bytes, ShapeKey] = {}
        self._key_bytes = 0

    def encode(self, number: int, reading: StampedReading) -> bytes:
        """Return the record of a reading."""
        layout = self._latest.get(reading.sensor)
        if layout is None or not layout.fits(reading):
            layout = self._layout(reading)
        values, shape = reading.values, layout.shape
        is_plain = set(map(type, values)) == _FLOAT
        flags = _IS_TENTATIVE * reading.is_tentative | _ALL_DOUBLES * is_plain
        timestamp_ms = _NO_TIME if reading.timestamp_ms is None else reading.timestamp_ms
        head = (KIND, number, reading.taken_at.boottime_ms, timestamp_ms, flags, len(shape))
        if is_plain:
            return layout.doubles.pack(*head, shape, *values)
        return b"".join(
            [_HEAD.pack(*head), shape, *(_VALUES[type(value)](value) for value in values)]
        )

    def decode(self, payload: bytes) -> Record | None:
        """Return what a record holds; None where it is no record of a reading."""
        try:
            return self._decode(payload)
        except (struct.error, UnicodeDecodeError, IndexError, KeyError, ValueError):
            return None

    def _decode(self, payload: bytes) -> Record | None:
        kind, number, boottime_ms, timestamp_ms, flags, length = _HEAD.unpack_from(payload)
        if kind not in _DECODERS:
            return None
        values_at = _HEAD.size + length
        boot_id, sensor, metrics, counts = self._key(kind, payload[_HEAD.size : values_at])
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

    def _layout(self, reading: StampedReading) -> _Layout:
        key = (reading.taken_at.boot_id, reading.sensor, reading.metrics, reading.counts)
        layout = self._layouts.get(key)
        if layout is None:
            layout = _Layout(key)
            if self._shape_bytes + len(layout.shape) > MAX_SHAPE_BYTES:
                self._layouts.clear()
                self._latest.clear()
                self._shape_bytes = 0
            self._shape_bytes += len(layout.shape)
            self._layouts[key] = layout
        self._latest[reading.sensor] = layout
        return layout

    def _key(self, kind: bytes, shape: bytes) -> ShapeKey:
        written = kind + shape
        key = self._keys.get(written)
        if key is None:
            key = _DECODERS[kind](shape)
            if self._key_bytes + len(written) > MAX_SHAPE_BYTES:
                self._keys.clear()
                self._key_bytes = 0
            self._key_bytes += len(written)
            self._keys[written] = key
        return key


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


_DECODERS: Mapping[bytes, Callable[[bytes], ShapeKey]] = MappingProxyType(
    {KIND: decode_shape, OLDER_KIND: decode_shape_v1}
)

_SINGLES: Mapping[bytes, bool] = MappingProxyType({b"t": True, b"f": False})

_VALUES: Mapping[type, Callable[..., bytes]] = MappingProxyType(
    {
        float: lambda value: _DOUBLE.pack(b"d", value),
        int: lambda value: _INTEGER.pack(b"i", value),
        bool: lambda value: b"t" if value else b"f",
        str: _text,
    }
)
