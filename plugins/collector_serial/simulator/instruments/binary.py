"""Instruments that send binary frames."""

import struct

from collector_serial.checks.check import make_checksum
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.framing import FixedFraming, MarkedFraming, StuffedFraming
from collector_serial.settings.octets import octets
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.sealing import stuffed
from collector_serial.simulator.wave import moving


class BinaryInstrument(Speaker):
    """Writes the values of its fields to their places."""

    def __init__(self, recipe: FormatSettings) -> None:
        self._recipe = recipe

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        frame = bytearray(self._length())
        template = octets(self._recipe.template) or octets(self._start())
        frame[: len(template)] = template
        self._mark(frame)
        for field in self._recipe.field:
            _write(frame, field, encoded(field, moving(field.metric, t_s)))
        whole = bytes(frame)
        if self._recipe.checksum is not None:
            whole = make_checksum(self._recipe.checksum).seal(whole)
        framing = self._recipe.framing
        return stuffed(framing, whole) if isinstance(framing, StuffedFraming) else whole

    def _start(self) -> str:
        return self._recipe.framing.start if isinstance(self._recipe.framing, MarkedFraming) else ""

    def _length(self) -> int:
        framing = self._recipe.framing
        if isinstance(framing, MarkedFraming | FixedFraming) and framing.length:
            return framing.length
        ends = [(field.at or 0) + field.size for field in self._recipe.field]
        return max(ends) + (self._recipe.checksum.size if self._recipe.checksum else 0)

    def _mark(self, frame: bytearray) -> None:
        """Write what a marked frame has to have: its length, and the bytes that stand fast."""
        framing = self._recipe.framing
        if not isinstance(framing, MarkedFraming):
            return
        for place, text in framing.also.items():
            fast = octets(text)
            at = int(place) % len(frame)
            frame[at : at + len(fast)] = fast
        if framing.length_at is not None:
            told = (len(frame) - framing.length_add).to_bytes(
                framing.length_bytes, framing.length_order
            )
            frame[framing.length_at : framing.length_at + len(told)] = told


def encoded(field: FieldSettings, value: float) -> bytes:
    """Return the bytes of a field that say a value, in the field's own unit."""
    raw = (value - field.offset) / field.scale
    size = field.size
    if field.format == "text":
        return str(value).encode("ascii")[:size].ljust(size, b"\0")
    if field.format == "bcd":
        digits = f"{max(0, round(raw)):0{2 * size}d}"[-2 * size :]
        return _arranged(field, bytes.fromhex(digits))
    if field.format in {"float32", "float64"}:
        return _arranged(field, struct.pack(">f" if size == 4 else ">d", raw))  # noqa: PLR2004
    return _arranged(field, _integer(field, round(raw), size))


def _integer(field: FieldSettings, raw: int, size: int) -> bytes:
    bits = 8 * size
    if field.bit is not None:
        return ((raw & 1) << field.bit).to_bytes(size, "big")
    if field.mask is not None:
        shift = (field.mask & -field.mask).bit_length() - 1
        return ((raw << shift) & field.mask).to_bytes(size, "big")
    is_signed = field.format.startswith("int")
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if is_signed else (0, (1 << bits) - 1)
    return min(max(raw, low), high).to_bytes(size, "big", signed=is_signed)


def _arranged(field: FieldSettings, octets: bytes) -> bytes:
    if field.word_order == "little":
        return b"".join(octets[at : at + 2] for at in range(len(octets) - 2, -1, -2))
    return octets[::-1] if field.order == "little" else octets


def _write(frame: bytearray, field: FieldSettings, octets: bytes) -> None:
    """Put bytes in their place; bits of one byte that belong to several fields come together."""
    at = (field.at or 0) % len(frame)
    if field.bit is not None or field.mask is not None:
        there = frame[at : at + len(octets)]
        octets = bytes(old | new for old, new in zip(there, octets, strict=True))
    frame[at : at + len(octets)] = octets
