"""Frames between a start and an end."""

from collector_serial.checks.check import Check
from collector_serial.framing.framer import Framer
from collector_serial.settings.framing import DelimitedFraming
from collector_serial.settings.octets import octets


class DelimitedFramer(Framer):
    """Gives frames with their start and their end, and the check behind it.

    Where a start follows a start, the frame of the first was cut off and its end belongs to the
    second.
    """

    def __init__(self, settings: DelimitedFraming, check: Check) -> None:
        super().__init__(settings.gap)
        self._start, self._end = octets(settings.start), octets(settings.end)
        self._mark = self._start
        self._tail_bytes = settings.tail_bytes
        self._tail_end = octets(settings.tail_end)
        self._max_bytes = settings.max_bytes
        self._check = check

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framer`."""
        self._buffer += octets
        frames = []
        while self._begin():
            stop, following = self._find_stop()
            if stop < 0:
                self._bound()
                break
            piece, self._buffer = self._buffer[:stop], self._buffer[following:]
            frames.append(self._last_in(piece))
        return [frame for frame in frames if self._is_whole(frame)]

    def _begin(self) -> bool:
        """Drop what stands before the first start."""
        begin = self._buffer.find(self._start)
        if begin < 0:
            kept = len(self._start) - 1  # the start itself may come in two pieces
            self._skip(max(0, len(self._buffer) - kept))
            return False
        self._skip(begin)
        return True

    def _find_stop(self) -> tuple[int, int]:
        """Return where the frame stops and where the next may begin; -1 while it is under way."""
        end = self._buffer.find(self._end, len(self._start))
        if end < 0:
            return -1, -1
        stop = end + len(self._end) + self._tail_bytes
        if not self._tail_end:
            return (stop, stop) if stop <= len(self._buffer) else (-1, -1)
        stop = self._buffer.find(self._tail_end, stop)
        return (stop, stop + len(self._tail_end)) if stop >= 0 else (-1, -1)

    def _bound(self) -> None:
        if len(self._buffer) <= self._max_bytes:
            return
        self.damaged += 1
        last = self._buffer.rfind(self._start)  # the frames of those before were cut off
        self._skip(last if last > 0 else len(self._start))
        if len(self._buffer) > self._max_bytes:
            self._skip(len(self._buffer))

    def _last_in(self, piece: bytes) -> bytes:
        end = piece.find(self._end, len(self._start))
        begin = piece.rfind(self._start, 0, end)
        if begin > 0:
            self.damaged += 1
            self.skipped_bytes += begin
        return piece[max(0, begin) :].rstrip(b"\r") if self._tail_end else piece[max(0, begin) :]

    def _is_whole(self, frame: bytes) -> bool:
        if len(frame) <= self._max_bytes and self._check(frame):
            return True
        self.damaged += 1
        return False
