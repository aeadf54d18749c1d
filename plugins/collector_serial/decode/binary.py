"""Binary frames, taken apart by a table of fields."""

import struct
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from collector import Metric
from collector_serial.decode.channel import make_channel
from collector_serial.decode.decoder import BadFrameError, Decoded, NoValueError
from collector_serial.decode.values import Raw
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.recipe import Recipe

_FLOATS: Mapping[str, str] = MappingProxyType({"float32": "f", "float64": "d"})
_NIBBLE = 4
_MAX_DIGIT = 9
_WORD_BYTES = 2


class BinaryDecoder:
    """Takes frames by the places of their fields.

    Raises:
        ValueError: There is no field, or one has no place.
    """

    def __init__(self, recipe: Recipe) -> None:
        if not recipe.field:
            raise ValueError("field: binary frames need a table of fields")
        for field in recipe.field:
            if field.at is None:
                raise ValueError(f"field: {field.metric!r} needs at, its first byte")
        self._fields = [
            (field.at or 0, make_reader(field), make_channel(field)) for field in recipe.field
        ]
        self._metrics = tuple(known.metric for _, _, known in self._fields)

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        values = {}
        for at, read, known in self._fields:
            raw = read(frame, at if at >= 0 else len(frame) + at)
            value = None if raw is None else known.take(raw)
            if value is not None:
                values[known.metric.id] = value
        if not values:
            raise NoValueError("holds no value")
        return Decoded(values)


Reader = Callable[[bytes, int], Raw | None]
"""Reads the value that begins at a place of a frame; None when it is none."""


def make_reader(field: FieldSettings) -> Reader:
    """Return what reads a field."""
    size = field.size
    interpret = _interpreter(field)

    def read(frame: bytes, at: int) -> Raw | None:
        octets = frame[at : at + size] if at >= 0 else b""
        if len(octets) < size:
            raise BadFrameError(f"ends before the field {field.metric!r}")
        return interpret(octets)

    return read


def _interpreter(field: FieldSettings) -> Callable[[bytes], Raw | None]:
    if field.format == "text":
        return _text
    arranged = _arranger(field)
    if field.format == "bcd":
        return lambda octets: bcd(arranged(octets))
    if field.format in _FLOATS:
        pattern = struct.Struct(">" + _FLOATS[field.format])
        return lambda octets: float(pattern.unpack(arranged(octets))[0])
    return _integer(field, arranged)


def _integer(
    field: FieldSettings, arranged: Callable[[bytes], bytes]
) -> Callable[[bytes], Raw | None]:
    is_signed = field.format.startswith("int")
    bit, mask = field.bit, field.mask
    if bit is not None:
        return lambda octets: bool(int.from_bytes(arranged(octets), "big") >> bit & 1)
    if mask is not None:
        shift = (mask & -mask).bit_length() - 1
        return lambda octets: (int.from_bytes(arranged(octets), "big") & mask) >> shift
    return lambda octets: int.from_bytes(arranged(octets), "big", signed=is_signed)


def _arranger(field: FieldSettings) -> Callable[[bytes], bytes]:
    """Return what puts the most significant byte first."""
    if field.word_order == "little":
        return lambda octets: b"".join(
            octets[at : at + _WORD_BYTES]
            for at in range(len(octets) - _WORD_BYTES, -1, -_WORD_BYTES)
        )
    return bytes if field.order == "big" else lambda octets: octets[::-1]


def _text(octets: bytes) -> str | None:
    return octets.split(b"\0")[0].decode("ascii", "replace").strip() or None


def bcd(octets: bytes) -> int | None:
    """Return a number whose digits are nibbles; None when one is no digit."""
    number = 0
    for octet in octets:
        high, low = octet >> _NIBBLE, octet & 0xF
        if high > _MAX_DIGIT or low > _MAX_DIGIT:
            return None
        number = number * 100 + high * 10 + low
    return number
