"""Frames of one length without a mark."""

from collector_serial.checks.check import Check, everything_is_whole
from collector_serial.framing.framer import Framer
from collector_serial.settings.framing import FixedFraming


class FixedFramer(Framer):
    """Gives frames of one length, found by their check; without one, the first after a pause."""

    def __init__(self, settings: FixedFraming, check: Check) -> None:
        super().__init__(settings.gap)
        self._length = settings.length
        self._check = check
        self._has_check = check is not everything_is_whole
        self._is_lost = not self._has_check

    @property
    def is_waiting(self) -> bool:
        """See `Framer`. After opening, a pause is what it waits for."""
        return bool(self._buffer) or self._is_lost

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framer`."""
        if self._is_lost:
            self.skipped_bytes += len(octets)
            return []
        self._buffer += octets
        frames = []
        is_sliding = False
        while len(self._buffer) >= self._length:
            frame = self._buffer[: self._length]
            if self._check(frame):
                frames.append(frame)
                self._buffer = self._buffer[self._length :]
                is_sliding = False
            else:
                self.damaged += not is_sliding
                is_sliding = True
                self._skip(1)
        return frames

    def silence(self) -> list[bytes]:
        """See `Framer`."""
        self._is_lost = False
        return super().silence()

    def restart(self, *, is_clean: bool = False) -> None:
        """See `Framer`."""
        super().restart()
        self._is_lost = not self._has_check and not is_clean
