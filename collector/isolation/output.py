"""What a worker writes to its output becomes lines of the log, and never too many of them."""

import logging
from collections.abc import Collection

from collector.clock import Clock
from collector.plugin.border import in_words

log = logging.getLogger(__name__)

MAX_LINES = 50
"""Lines in a second that are logged; of the others only their number is."""

_MAX_CHARACTERS = 500
_MAX_LINE_BYTES = 64 * 1024

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


class Output:
    """Logs a worker's standard output and error. Used from one thread.

    Args:
        title: The worker, for people.
        sources: The names of its sources; grows. Their own messages keep level and name.
        clock: Measures the second that lines are counted in.
    """

    def __init__(self, title: str, sources: Collection[str], clock: Clock) -> None:
        self._title = title
        self._sources = sources
        self._clock = clock
        self._begun = b""
        self._second_s = clock.monotonic_s()
        self._lines = 0

    def take(self, chunk: bytes) -> None:
        """Log the lines that are whole by now; of too many in a second only their number."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._second_s + 1:
            self._settle()
            self._second_s = now_s
        whole, end, begun = (self._begun + chunk).rpartition(b"\n")
        self._begun = begun[:_MAX_LINE_BYTES]
        if not end:
            return
        room = max(0, MAX_LINES - self._lines)
        for line in whole.split(b"\n", room)[:room]:
            self._log(line)
        self._lines += whole.count(b"\n") + 1

    def finish(self) -> None:
        """Log the rest, which ends in the middle of a line."""
        if self._begun:
            self.take(b"\n")
        self._settle()

    def _log(self, line: bytes) -> None:
        level, logger, text = self._understood(line.decode("utf-8", "replace"))
        if text:
            logger.log(level, "%s", text)

    def _settle(self) -> None:
        if self._lines > MAX_LINES:
            log.warning("%s: wrote %d more lines", self._title, self._lines - MAX_LINES)
        self._lines = 0

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
