"""Sets up logging: for people, for journald or as JSON, and without repeating itself."""

import copy
import json
import logging
import os
import sys
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from collector.clock import Clock, SystemClock

REPEAT_WINDOW_S = 60.0
MAX_REMEMBERED = 256
"""How many different messages are watched for repetition at once."""

_SYSLOG_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_SYSLOG_DEBUG = 7
_SOURCE_LOGGERS = "collector.source."


def setup(
    level: str = "info",
    format: str = "auto",  # noqa: A002 - named like its key in the configuration
    stream: TextIO | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> None:
    """Send all log messages of this process to one stream; a second call replaces the first.

    Libraries are only heard from warnings on, unless the level is ``debug``.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``.
        format: ``plain`` for people, ``journal`` with sd-daemon priorities, ``json`` with one
            object a line, or ``auto``: ``journal`` where journald reads the stream, else ``plain``.
        stream: Standard error by default.
        environ: Asked for ``JOURNAL_STREAM``; by default the environment of the process.
        clock: Measures the time between repeated messages.
    """
    stream = sys.stderr if stream is None else stream
    environ = os.environ if environ is None else environ
    if format == "auto":
        format = "journal" if _is_journal(stream, environ) else "plain"  # noqa: A001 - see above
    handler = CollapsingHandler(stream, clock or SystemClock())
    handler.setFormatter(_FORMATTERS[format]())
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, CollapsingHandler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    own_level = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(own_level if own_level == logging.DEBUG else max(own_level, logging.WARNING))
    logging.getLogger("collector").setLevel(own_level)


class PlainFormatter(logging.Formatter):
    """``2026-01-31 12:00:00 warning boiler: no longer answers``: for a terminal or a file."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message under its local time; a traceback follows on lines of its own."""
        time = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        return f"{time} {record.levelname.lower()} {_text(record)}"


class JournalFormatter(logging.Formatter):
    """``<4>boiler: no longer answers``: journald takes the priority and knows the time itself."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message, each of its lines with the priority that journald reads."""
        priority = next(
            (number for level, number in _SYSLOG_PRIORITIES if record.levelno >= level),
            _SYSLOG_DEBUG,
        )
        return "\n".join(f"<{priority}>{line}" for line in _text(record).split("\n"))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time`` (UTC), ``level``, ``logger``, ``message``, ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; ``error`` holds the traceback, if there is one."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry: dict[str, Any] = {
            "time": time,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


_FORMATTERS = {"plain": PlainFormatter, "journal": JournalFormatter, "json": JsonFormatter}


@dataclass(slots=True)
class _Repeats:
    since_s: float
    record: logging.LogRecord
    count: int = 0

    def summary(self) -> logging.LogRecord:
        record = copy.copy(self.record)
        times = "once" if self.count == 1 else f"{self.count} times"
        record.msg = f"{self.record.getMessage()} (and {times} more)"
        record.args = record.exc_info = record.exc_text = None
        return record


class CollapsingHandler(logging.StreamHandler[TextIO]):
    """Writes each message once; the same one again within a minute is only counted.

    The count follows when the minute is over and something is logged, or at the end.

    Args:
        stream: Where to write.
        clock: Its monotonic time measures the minute.
    """

    def __init__(self, stream: TextIO, clock: Clock) -> None:
        super().__init__(stream)
        self._clock = clock
        self._seen: OrderedDict[tuple[str, int, str], _Repeats] = OrderedDict()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or only count it if it was written within the last minute."""
        now_s = self._clock.monotonic_s()
        self._tell_repeats(before_s=now_s - REPEAT_WINDOW_S)
        key = (record.name, record.levelno, record.getMessage())
        repeats = self._seen.get(key)
        if repeats is not None:
            repeats.count += 1
            return
        self._seen[key] = _Repeats(now_s, record)
        super().emit(record)

    def close(self) -> None:
        """Tell what was counted and not yet told, and let go of the stream, which stays open."""
        with self.lock or nullcontext():
            self._tell_repeats(before_s=self._clock.monotonic_s())
        super().close()

    def _tell_repeats(self, before_s: float) -> None:
        """Forget messages of before this time, and the oldest ones when there are too many."""
        while self._seen:
            oldest = next(iter(self._seen.values()))
            if oldest.since_s > before_s and len(self._seen) < MAX_REMEMBERED:
                return
            self._seen.popitem(last=False)
            if oldest.count:
                super().emit(oldest.summary())


def _is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether journald reads the stream: systemd names its device and inode."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # not a file, or closed
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def _text(record: logging.LogRecord) -> str:
    text = f"{_speaker(record.name)}{record.getMessage()}"
    if record.exc_info:
        text = f"{text}\n{logging.Formatter().formatException(record.exc_info)}"
    return text


def _speaker(logger: str) -> str:
    """Return who speaks: a source or a library; the collector itself needs no introduction."""
    source = logger.removeprefix(_SOURCE_LOGGERS)
    if source == logger and f"{logger}.".startswith("collector."):
        return ""
    return f"{source}: "
