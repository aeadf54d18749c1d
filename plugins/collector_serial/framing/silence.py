"""Frames that end when the line falls silent."""

from collector_serial.checks.check import Check
from collector_serial.framing.framer import Framer
from collector_serial.settings.framing import SilenceFraming


class SilenceFramer(Framer):
    """Gives what came between two pauses. What was under way at the opening is dropped."""

    def __init__(self, settings: SilenceFraming, check: Check) -> None:
        super().__init__(settings.gap)
        self._max_bytes = settings.max_bytes
        self._check = check
        self._is_lost = True

    @property
    def is_waiting(self) -> bool:
        """See `Framer`. After opening, a pause is what it waits for."""
        return bool(self._buffer) or self._is_lost

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framer`. Nothing is complete before the line falls silent."""
        if self._is_lost:
            self.skipped_bytes += len(octets)
            return []
        self._buffer += octets
        if len(self._buffer) > self._max_bytes:
            super().silence()
            self._is_lost = True
        return []

    def silence(self) -> list[bytes]:
        """See `Framer`."""
        self._is_lost = False
        frame, self._buffer = self._buffer, b""
        if not frame:
            return []
        if self._check(frame):
            return [frame]
        self.damaged += 1
        return []

    def restart(self, *, is_clean: bool = False) -> None:
        """See `Framer`."""
        super().restart()
        self._is_lost = not is_clean
