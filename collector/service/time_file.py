"""The newest time at which readings were sent, kept over restarts."""

import logging
from pathlib import Path

from collector.client.files import write_private
from collector.errors import StateError

log = logging.getLogger(__name__)


class TimeFile:
    """See `collector.publishing.clock_trust.KnownTime`. Does without where it does not work."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> int:
        """See `KnownTime`."""
        try:
            return int(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def note(self, wall_ms: int) -> None:
        """See `KnownTime`."""
        try:
            write_private(self._path, f"{wall_ms}\n".encode())
        except StateError as error:
            log.warning("%s; the time is not remembered over a restart", error)
