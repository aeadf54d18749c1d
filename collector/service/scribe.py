"""Writes small files of state, so that no thread that delivers ever waits for a disk."""

import logging
import threading
from pathlib import Path

from collector.client.files import write_private
from collector.errors import StateError

log = logging.getLogger(__name__)

FINISH_S = 1.0
"""So long a stop waits for what is not written yet; a disk that hangs does not delay the exit."""


class Scribe:
    """Writes each file whole or not at all, the newest content last. Safe to use from any thread.

    A disk that fails is logged once for each file, and once when the file could be written again.
    A disk that hangs holds up nobody.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Path, bytes] = {}
        self._failing: set[Path] = set()
        self._thread: threading.Thread | None = None

    def write(self, path: Path, content: bytes) -> None:
        """Have a file written; returns at once."""
        with self._lock:
            self._waiting[path] = content
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="scribe", daemon=True)
                self._thread.start()

    def finish(self, timeout_s: float = FINISH_S) -> None:
        """Wait until all is written, but not for long."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                path = next(iter(self._waiting))
                content = self._waiting.pop(path)
            self._write(path, content)

    def _write(self, path: Path, content: bytes) -> None:
        try:
            write_private(path, content)
        except StateError as error:
            if path not in self._failing:
                log.warning("%s; what it holds is not remembered over a restart", error)
            self._failing.add(path)
            return
        if path in self._failing:
            self._failing.remove(path)
            log.info("%s can be written again", path)
