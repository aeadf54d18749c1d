"""Frames between flags, in which flags are escaped."""

from collector_serial.checks.check import Check
from collector_serial.framing.framer import Framer
from collector_serial.settings.framing import StuffedFraming
from collector_serial.settings.octets import octets


class StuffedFramer(Framer):
    """Gives what stands between two flags, without its escapes."""

    def __init__(self, settings: StuffedFraming, check: Check) -> None:
        super().__init__(settings.gap)
        self._flag, self._escape = octets(settings.flag), octets(settings.escape)
        self._invert = settings.invert
        self._length = settings.length
        self._max_bytes = settings.max_bytes
        self._check = check
        self._is_lost = True

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framer`."""
        *pieces, self._buffer = (self._buffer + octets).split(self._flag)
        if pieces and self._is_lost:
            self.skipped_bytes += len(pieces[0])
            del pieces[0]
            self._is_lost = False
        if len(self._buffer) > self._max_bytes:
            self.silence()
        return [frame for piece in pieces if piece and (frame := self._whole(piece))]

    def silence(self) -> list[bytes]:
        """See `Framer`. What comes after the silence is the rest of a frame until the next flag."""
        self.damaged += bool(self._buffer) and not self._is_lost
        self.skipped_bytes += len(self._buffer)
        self._is_lost = self._is_lost or bool(self._buffer)
        self._buffer = b""
        return []

    def restart(self, *, is_clean: bool = False) -> None:
        """See `Framer`."""
        super().restart()
        self._is_lost = not is_clean

    def _whole(self, piece: bytes) -> bytes:
        frame = self._without_escapes(piece)
        if frame and len(frame) == (self._length or len(frame)) and self._check(frame):
            return frame
        self.damaged += 1
        return b""

    def _without_escapes(self, piece: bytes) -> bytes:
        """Return the frame; empty if an escape is the last byte."""
        head, *rest = piece.split(self._escape)
        if not all(rest):
            return b""
        return head + b"".join(bytes((part[0] ^ self._invert,)) + part[1:] for part in rest)
