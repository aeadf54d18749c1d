"""What every framing is: bytes in, whole frames out, the rest counted."""

from abc import ABC, abstractmethod


class Framer(ABC):
    """Takes bytes as they come, in pieces of any size, and gives whole frames.

    Args:
        gap_s: How long the line may be silent inside a frame, in seconds.

    Attributes:
        gap_s: The same.
        damaged: Frames that were found and are not whole.
        skipped_bytes: Bytes that belong to no frame: noise, and what was under way at the opening.
    """

    def __init__(self, gap_s: float) -> None:
        self.gap_s = gap_s
        self.damaged = 0
        self.skipped_bytes = 0
        self._buffer = b""
        self._mark = b""  # what a frame begins with; anything else is noise

    @property
    def is_waiting(self) -> bool:
        """Whether a part of a frame is there, so that a silence has a meaning."""
        return bool(self._buffer)

    @abstractmethod
    def feed(self, octets: bytes) -> list[bytes]:
        """Take bytes and return the frames that they complete, in their order."""

    def silence(self) -> list[bytes]:
        """Take notice of a silence of `gap_s`, and return what it completes.

        By default the frame that was under way is lost.
        """
        if self._buffer:
            self.damaged += self._buffer.startswith(self._mark)
            self.skipped_bytes += len(self._buffer)
            self._buffer = b""
        return []

    def restart(self, *, is_clean: bool = False) -> None:
        """Forget what was under way: the port was opened, or a request is about to be sent.

        Args:
            is_clean: The next byte is the first of a frame, as after a request on a silent line.
        """
        del is_clean
        self._buffer = b""

    def _skip(self, count: int) -> None:
        self.skipped_bytes += count
        self._buffer = self._buffer[count:]
