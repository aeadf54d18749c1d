"""Tells whether frames are whole, as the settings say."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor

from collector_serial.checks.crc import Crc
from collector_serial.settings.checksum import ChecksumSettings

_AROUND = b"\x02\x03"  # STX and ETX

Check = Callable[[bytes], bool]
"""Tells whether a frame is whole."""


def everything_is_whole(frame: bytes) -> bool:
    """Believe every frame: the check of formats that have none."""
    del frame
    return True


@dataclass(frozen=True, slots=True)
class Checksum:
    """A check that frames carry.

    Attributes:
        settings: How it is computed and where it stands.
        compute: What it is of the bytes that count.
    """

    settings: ChecksumSettings
    compute: Callable[[bytes], int]

    def is_right(self, frame: bytes) -> bool:
        """Tell whether a frame carries the check that its bytes have."""
        if self.settings.each_line:
            pieces = frame.strip(_AROUND).replace(b"\n", b"\r").split(b"\r")
            lines = [line for line in pieces if line]
            return bool(lines) and all(self._fits(line) for line in lines)
        return self._fits(frame)

    def seal(self, frame: bytes) -> bytes:
        """Return a frame with the right check in the place of whatever stands there."""
        at = self._at(frame)
        found = self._written(self.compute(self._counted(frame)))
        return frame[:at] + found + frame[at + len(found) :]

    def _fits(self, frame: bytes) -> bool:
        at, size = self._at(frame), self.settings.size
        carried = frame[at : at + size]
        if at < 0 or len(carried) < size:
            return False
        carried = carried.upper() if self.settings.digits else carried
        return carried == self._written(self.compute(self._counted(frame)))

    def _at(self, frame: bytes) -> int:
        at = -self.settings.size if self.settings.at is None else self.settings.at
        return at + len(frame) if at < 0 else at

    def _counted(self, frame: bytes) -> bytes:
        last = self.settings.last
        return frame[self.settings.first : self._at(frame) if last is None else last]

    def _written(self, check: int) -> bytes:
        octets = check.to_bytes(self.settings.width // 8, self.settings.order)
        return octets.hex().upper().encode() if self.settings.digits else octets


def make_checksum(settings: ChecksumSettings) -> Checksum:
    """Return the check of these settings."""
    return Checksum(settings, _finished(settings, _method(settings)))


def make_check(settings: ChecksumSettings | None) -> Check:
    """Return what tells whether a frame is whole."""
    return everything_is_whole if settings is None else make_checksum(settings).is_right


def _method(settings: ChecksumSettings) -> Callable[[bytes], int]:
    if settings.method == "xor":
        return _exclusive_or
    if settings.method == "sum":
        return sum
    crc = Crc(settings.width, settings.polynomial, settings.initial, settings.reflected)
    return crc.__call__


def _finished(settings: ChecksumSettings, method: Callable[[bytes], int]) -> Callable[[bytes], int]:
    """Return the method with what happens to its result."""
    bits = (1 << settings.width) - 1
    mask = bits if settings.mask is None else settings.mask
    start = 0 if settings.method == "crc" else settings.initial

    def compute(octets: bytes) -> int:
        found = start + method(octets)
        if settings.negated:
            found = -found
        return (((found ^ settings.final_xor) & mask) + settings.add) & bits

    return compute


def _exclusive_or(octets: bytes) -> int:
    return reduce(xor, octets, 0)
