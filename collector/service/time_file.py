"""The newest time at which readings were sent, kept over restarts."""

from collections.abc import Callable
from pathlib import Path


class TimeFile:
    """See `collector.publishing.supply.clock_trust.KnownTime`. Does without where it does not work.

    Args:
        write: Writes a file, without making its caller wait for the disk.
    """

    def __init__(self, path: Path, write: Callable[[Path, bytes], None]) -> None:
        self._path = path
        self._write = write

    def load(self) -> int:
        """See `KnownTime`."""
        try:
            return int(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def note(self, wall_ms: int) -> None:
        """See `KnownTime`."""
        self._write(self._path, f"{wall_ms}\n".encode())
