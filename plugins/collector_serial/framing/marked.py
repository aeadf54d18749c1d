"""Frames that begin with a pattern and have a length."""

from collector_serial.checks.check import Check
from collector_serial.framing.framer import Framer
from collector_serial.settings.framing import MarkedFraming
from collector_serial.settings.octets import octets


class MarkedFramer(Framer):
    """Gives whole frames. After one that is not, the next may begin at any byte inside it."""

    def __init__(self, settings: MarkedFraming, check: Check) -> None:
        super().__init__(settings.gap)
        self._settings = settings
        self._start = octets(settings.start)
        self._fast = [(int(place), octets(text)) for place, text in settings.also.items()]
        self._check = check

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framer`."""
        self._buffer += octets
        frames = []
        while (length := self._begin()) and length <= len(self._buffer):
            frame = self._buffer[:length]
            if self._is_whole(frame):
                frames.append(frame)
                self._buffer = self._buffer[length:]
            else:
                self._give_up()
        return frames

    def silence(self) -> list[bytes]:
        """See `Framer`. Another frame may stand inside the one whose end is lost."""
        frames = []
        while self._buffer:
            self._give_up()
            frames += self.feed(b"")
        return frames

    def _give_up(self) -> None:
        if len(self._buffer) > len(self._start):  # else it was only a byte of noise
            self.damaged += 1
        self._skip(1)

    def _begin(self) -> int:
        """Drop what is no frame, and return the length of the one that is; 0 if not known yet."""
        while True:
            begin = self._buffer.find(self._start)
            if begin < 0:
                self._skip(max(0, len(self._buffer) - len(self._start) + 1))
                return 0
            self._skip(begin)
            length = self._length()
            if length is None or self._is_possible(length):
                return length or 0
            self._skip(1)

    def _length(self) -> int | None:
        at, size = self._settings.length_at, self._settings.length_bytes
        if at is None:
            return self._settings.length
        if len(self._buffer) < at + size:
            return None
        told = int.from_bytes(self._buffer[at : at + size], self._settings.length_order)
        return told + self._settings.length_add

    def _is_possible(self, length: int) -> bool:
        """Tell whether it can be a frame, by its length and by what has to stand in its head."""
        if not len(self._start) < length <= self._settings.max_bytes:
            return False
        there = len(self._buffer)
        heads = [(at, fast) for at, fast in self._fast if 0 <= at <= there - len(fast)]
        return all(self._buffer.startswith(fast, at) for at, fast in heads)

    def _is_whole(self, frame: bytes) -> bool:
        tails = [(at + len(frame), fast) for at, fast in self._fast if at < 0]
        return all(frame.startswith(fast, at) for at, fast in tails) and self._check(frame)
