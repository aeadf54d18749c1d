"""The screen of `collector top`: drawn in place, so that it does not flicker."""

import os
import select
import sys
import termios
import tty
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from collector.cli.live import trouble_texts
from collector.cli.report_delivery import delivery_line
from collector.cli.report_headline import headline
from collector.cli.report_ledger import drop_lines
from collector.cli.top_columns import Row, table_lines
from collector.cli.top_keys import HELP, Position
from collector.cli.top_rates import Flow
from collector.cli.top_views import SOURCES, VALUES, VIEWS, View
from collector.cli.top_watch import Seen
from collector.cli.wording import MIB, age_text
from collector.clock import Clock, Deadline

MAX_TROUBLES = 4
MAX_DROPS = 2
_TYPED_AT_ONCE = 64


class Screen:
    """Takes the terminal while it is entered, and gives it back as it was."""

    def __init__(self, clock: Clock, console: Console | None = None) -> None:
        self._clock = clock
        self._console = console or Console()
        self._live = Live(console=self._console, auto_refresh=False, screen=True)
        self._position = Position()
        self._seen: Seen | None = None

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    def show(self, seen: Seen) -> None:
        """Draw in place of what was there before."""
        self._seen = seen
        group, first = drawn(seen, *self._console.size, self._position)
        self._position = replace(self._position, first=first)
        self._live.update(group, refresh=True)

    def is_left_within(self, timeout_s: float) -> bool:
        """Heed keys for so long, and tell whether one was pressed that leaves."""
        deadline = Deadline.after(self._clock, timeout_s)
        while not self._position.is_left and not deadline.has_passed():
            ready, _, _ = select.select([sys.stdin], [], [], deadline.remaining_s())
            if ready:
                self._heed(_typed())
        return self._position.is_left

    def _heed(self, typed: str) -> None:
        self._position = self._position.after(typed)
        if self._seen is not None and not self._position.is_left:
            self.show(self._seen)


def drawn(seen: Seen, width: int, height: int, position: Position) -> tuple[Group, int]:
    """Return the screen, and the first row that it shows, which is never beyond the last page."""
    head = _head(seen)[: max(1, height - 3)]
    room = max(1, height - len(head) - 1)
    view = VIEWS[position.view]
    body: list[Text] = []
    if view is None:
        view, shown = VALUES, SOURCES.rows(seen.status, seen.flow)
        body = _table(SOURCES, shown[: max(1, room // 2 - 1)], width)
        room -= len(body)
    rows = view.rows(seen.status, seen.flow)
    fitting = max(1, room - 1)
    first = max(0, min(position.first, len(rows) - fitting))
    body += _table(view, rows[first : first + fitting], width)[: max(0, room)]
    where = f"{view.title} {first + 1}-{min(len(rows), first + fitting)} of {len(rows)}: "
    return Group(*head, *body, _line(f"{where if rows else ''}{HELP}", "dim")), first


def _typed() -> str:
    try:
        typed = os.read(sys.stdin.fileno(), _TYPED_AT_ONCE)
    except OSError:  # the terminal is gone
        typed = b""
    return typed.decode("latin-1") or "q"


def _head(seen: Seen) -> list[Text]:
    status = seen.status
    up = age_text(status["uptime_s"])
    told = f"collector {status['version']}, up {up}: {headline(status)}"
    style = "bold red" if status["alarms"] else "bold green"
    return [
        _line(seen.gone, "bold red") if seen.gone else _line(told, style),
        _line(f"agent: {delivery_line(status)}"),
        _line(f"values: {_flow(status, seen.flow)}"),
        _line(f"buffer: {_buffer(status)}"),
        *(_cut(text) for text in trouble_texts(status)[:MAX_TROUBLES]),
        *(_line(line, "yellow") for line in drop_lines(status["drops"])[:MAX_DROPS]),
    ]


def _table(view: View, rows: list[Row], width: int) -> list[Text]:
    title, *lines = table_lines(view.columns, rows, width)
    styled = zip(lines, rows, strict=True)
    return [_line(title, "bold"), *(_line(line, row["style"]) for line, row in styled)]


def _flow(status: dict[str, Any], flow: Flow) -> str:
    accounts = status["ledger"]
    dropped = sum(sum(account["dropped"].values()) for account in accounts)
    parts = [
        f"{flow.sampled:.1f}/s in",
        f"{flow.delivered:.1f}/s out",
        f"lag {age_text(_lag_s(status))}",
        f"{dropped} dropped" + (f" ({flow.dropped:.1f}/s)" if flow.dropped else ""),
        f"{sum(sum(account['refused'].values()) for account in accounts)} refused",
    ]
    return ", ".join(parts)


def _lag_s(status: dict[str, Any]) -> float | None:
    """Return how far what is confirmed lies behind what was read; None before anything is."""
    confirmed = status["delivery"]["confirmed_age_s"]
    newest: dict[str, float] = {}
    for value in status["values"]:
        newest[value["sensor"]] = min(value["age_s"], newest.get(value["sensor"], value["age_s"]))
    lags = [confirmed[sensor] - age_s for sensor, age_s in newest.items() if sensor in confirmed]
    return max(0.0, *lags) if lags else None


def _buffer(status: dict[str, Any]) -> str:
    buffer, spool = status["buffer"], status["spool"]
    used = f"{spool['bytes'] / MIB:.1f} of {spool['max_bytes'] / MIB:.0f} MiB"
    return f"{buffer['readings']} readings wait, spool {spool['mode']}, {used}"


def _line(text: str, style: str = "") -> Text:
    return _cut(Text(text, style))


def _cut(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
