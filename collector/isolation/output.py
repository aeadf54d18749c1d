"""What a worker writes to its output becomes lines of the log, and never too many of them."""

import logging
import os
import threading
from collections.abc import Collection
from typing import IO

from collector.clock import Clock
from collector.plugin.border import in_words

log = logging.getLogger(__name__)

MAX_LINES = 50
"""Lines in a second that are logged; of the others only their number is."""

_MAX_CHARACTERS = 500
_CHUNK_BYTES = 64 * 1024
_BREATH_S = 0.05
"""Between two chunks of a flood: whoever writes more than a megabyte a second has to wait."""

_MARK = "\x1e"
_SOURCE_LOGGERS = "collector.source."


def words_of(record: logging.LogRecord) -> str:
    """Return a message with the error that it tells of, if any. Runs code of the plugin."""
    text = record.getMessage()
    if record.exc_info and record.exc_info[1]:
        return f"{text}: {in_words(record.exc_info[1])}"
    return text


def marked(level: int, logger: str, text: str) -> bytes:
    """Return a message of the worker's own logging as one line that `Output` understands."""
    shown = " ".join(text.split())[:_MAX_CHARACTERS]
    return f"{_MARK}{level} {logger}{_MARK}{shown}\n".encode("utf-8", "replace")


class Output(threading.Thread):
    """Reads a worker's standard output and error until both are closed.

    Args:
        title: The worker, for people.
        sources: The names of its sources; grows. Their own messages keep level and name.
        stream: Both outputs.
        clock: Measures the second that lines are counted in.
    """

    def __init__(
        self, title: str, sources: Collection[str], stream: IO[bytes], clock: Clock
    ) -> None:
        super().__init__(name=f"output of {title}", daemon=True)
        self._title = title
        self._sources = sources
        self._stream = stream
        self._clock = clock
        self._begun = b""
        self._second_s = clock.monotonic_s()
        self._lines = 0
        self._rest = threading.Condition()

    def run(self) -> None:
        """Log line by line."""
        with self._stream as stream:
            while chunk := os.read(stream.fileno(), _CHUNK_BYTES):
                *lines, self._begun = (self._begun + chunk).split(b"\n")
                self._begun = self._begun[:_CHUNK_BYTES]
                for line in lines:
                    self._log(line)
                if len(chunk) == _CHUNK_BYTES:
                    with self._rest:
                        self._clock.wait(self._rest, _BREATH_S)
        if self._begun:
            self._log(self._begun)
        self._settle()

    def _log(self, line: bytes) -> None:
        now_s = self._clock.monotonic_s()
        if now_s >= self._second_s + 1:
            self._settle()
            self._second_s, self._lines = now_s, 0
        self._lines += 1
        if self._lines <= MAX_LINES:
            level, logger, text = self._understood(line.decode("utf-8", "replace"))
            if text:
                logger.log(level, "%s", text)

    def _settle(self) -> None:
        if self._lines > MAX_LINES:
            log.warning("%s: wrote %d more lines", self._title, self._lines - MAX_LINES)

    def _understood(self, line: str) -> tuple[int, logging.Logger, str]:
        _, mark, rest = line.partition(_MARK)
        head, is_marked, text = rest.partition(_MARK)
        level, _, name = head.partition(" ")
        shown = " ".join((text if is_marked else line).split())[:_MAX_CHARACTERS]
        if not (mark and is_marked and level.isdecimal() and len(level) <= 2):  # noqa: PLR2004 - 10 to 50
            return logging.INFO, log, shown and f"{self._title}: wrote: {shown}"
        source = name.removeprefix(_SOURCE_LOGGERS)
        if name.startswith(_SOURCE_LOGGERS) and source in self._sources:
            return int(level), logging.getLogger(name), shown
        return int(level), log, f"{self._title}: {name[:_MAX_CHARACTERS]}: {shown}"
