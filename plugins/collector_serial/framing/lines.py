"""Frames that end with a terminator."""

from collector_serial.checks.check import Check
from collector_serial.framing.framer import Framer
from collector_serial.settings.framing import LineFraming
from collector_serial.settings.octets import octets

_RETURN, _NUL = b"\r", b"\0"


class LineFramer(Framer):
    """Gives lines without their ends; empty ones are none.

    After opening, and after whatever was lost, everything up to the next terminator may be the rest
    of a line and is dropped: half a number is a wrong number.

    Args:
        nul_is_damage: A NUL stands for a byte that was damaged; else those around a line are idle.
    """

    def __init__(self, settings: LineFraming, check: Check, *, nul_is_damage: bool = False) -> None:
        super().__init__(settings.gap)
        self._nul_is_damage = nul_is_damage
        self._terminator = octets(settings.terminator)
        self._start = octets(settings.start)
        self._first_is_whole = settings.first_is_whole
        self._max_bytes = settings.max_bytes
        self._check = check
        self._is_lost = not settings.first_is_whole

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framer`."""
        *lines, self._buffer = (self._buffer + octets).split(self._terminator)
        if lines and self._is_lost:
            self.skipped_bytes += len(lines[0])
            del lines[0]
            self._is_lost = False
        if len(self._buffer) > self._max_bytes:
            self._lose()
        return [line for piece in lines if (line := self._whole(piece))]

    def silence(self) -> list[bytes]:
        """See `Framer`. What comes after the silence may be the rest of the line."""
        if self._buffer:
            self._lose()
        return []

    def restart(self, *, is_clean: bool = False) -> None:
        """See `Framer`."""
        super().restart()
        self._is_lost = not self._first_is_whole and not is_clean

    def _lose(self) -> None:
        """Give up the line that is under way."""
        if not self._is_lost:
            self.damaged += 1
        self.skipped_bytes += len(self._buffer)
        self._buffer = b""
        self._is_lost = True

    def _whole(self, piece: bytes) -> bytes:
        line = piece.strip(_RETURN if self._nul_is_damage else _RETURN + _NUL)
        if self._start:
            begin = line.rfind(self._start)
            self.skipped_bytes += len(line) if begin < 0 else begin
            line = b"" if begin < 0 else line[begin:]
        if line and not self._is_good(line):
            self.damaged += 1
            return b""
        return line

    def _is_good(self, line: bytes) -> bool:
        is_damaged = self._nul_is_damage and _NUL in line
        return not is_damaged and len(line) <= self._max_bytes and self._check(line)
