"""The screen of `collector top`: drawn in place, so that it does not flicker."""

import os
import select
import sys
import termios
import tty
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from collector.cli.live import trouble_texts
from collector.cli.report import value_row
from collector.cli.report_delivery import delivery_line
from collector.cli.report_headline import headline
from collector.cli.wording import MIB

MAX_TROUBLES = 4
LEAVE_KEYS = frozenset({"q", "Q", "\x1b", "\x03"})


class Screen:
    """Takes the terminal while it is entered, and gives it back as it was."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._live = Live(console=self._console, auto_refresh=False, screen=True)

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

    def show(self, status: dict[str, Any], rates: dict[str, float]) -> None:
        """Draw a status in place of the one before."""
        self._live.update(drawn(status, rates, self._console.height), refresh=True)

    def is_left_within(self, timeout_s: float) -> bool:
        """Wait, and tell whether a key was pressed that leaves."""
        ready, _, _ = select.select([sys.stdin], [], [], timeout_s)
        return bool(ready) and os.read(sys.stdin.fileno(), 1).decode("latin-1") in LEAVE_KEYS


def drawn(status: dict[str, Any], rates: dict[str, float], height: int) -> Group:
    """Return the screen, cut to so many lines: sources come before values."""
    alarms = status["alarms"]
    style = "bold red" if alarms else "bold green"
    head: list[RenderableType] = [
        _line(f"collector {status['version']}: {headline(status)}", style),
        _line(f"agent: {delivery_line(status)}"),
        _line(f"buffer: {_buffer(status)}"),
        *(_cut(text) for text in trouble_texts(status)[:MAX_TROUBLES]),
    ]
    room = height - len(head) - 3  # two headers and the line of keys
    sources = status["sources"][: max(1, room // 2)]
    values = status["values"][: max(0, room - len(sources))]
    return Group(
        *head,
        _sources(sources, rates, _lateness(status)),
        _values(values),
        _line("q leaves", "dim"),
    )


def _line(text: str, style: str = "") -> Text:
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def _cut(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _buffer(status: dict[str, Any]) -> str:
    buffer, spool = status["buffer"], status["spool"]
    used = f"{spool['bytes'] / MIB:.1f} of {spool['max_bytes'] / MIB:.0f} MiB"
    return f"{buffer['readings']} readings wait, spool {spool['mode']}, {used}"


def _lateness(status: dict[str, Any]) -> dict[str, float]:
    return {name: link["lateness_p99_s"] for link in status["links"] for name in link["sources"]}


def _sources(
    sources: list[dict[str, Any]], rates: dict[str, float], lateness: dict[str, float]
) -> Table:
    table = _table("source", "state", "reads/s", "failed", "missed", "late p99")
    for source in sources:
        table.add_row(
            source["name"],
            source["state"],
            f"{rates.get(source['name'], 0.0):.1f}",
            str(source["failures"]),
            str(source["missed_ticks"]),
            f"{lateness.get(source['name'], 0.0) * 1000:.1f} ms",
            style="red" if source["message"] else "",
        )
    return table


def _values(values: list[dict[str, Any]]) -> Table:
    table = _table("sensor", "metric", "value", "unit", "age", "confirmed")
    for value in values:
        table.add_row(*value_row(value), style="" if value["confirmed"] else "yellow")
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    return table
