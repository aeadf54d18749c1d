"""Reads frames from a port."""

from collections.abc import Callable

from collector_serial.framing.framer import Framer


class FrameReader:
    """Feeds a framer with what comes, and tells it when the line is silent.

    Args:
        read: Gives bytes, or nothing when so many seconds are over.
        framer: Finds the frames.
    """

    def __init__(self, read: Callable[[float], bytes], framer: Framer) -> None:
        self._read = read
        self._framer = framer
        self._silent_s = 0.0

    def frames(self, timeout_s: float) -> list[bytes]:
        """Return the frames that became complete, at most so many seconds later."""
        framer = self._framer
        if framer.is_waiting:
            timeout_s = min(timeout_s, max(framer.gap_s - self._silent_s, 0.0))
        octets = self._read(timeout_s)
        if octets:
            self._silent_s = 0.0
            return framer.feed(octets)
        self._silent_s += timeout_s
        if framer.is_waiting and self._silent_s >= framer.gap_s:
            return framer.silence()
        return []
