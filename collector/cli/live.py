"""The live table of `collector run` on a terminal."""

from collections.abc import Callable
from threading import Event

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from collector.cli.report import Snapshot, delivery_line, value_row

REFRESHES_PER_S = 2
ROWS_BESIDE_VALUES = 6


class LiveTable:
    """Shows every metric's newest value and what the agent has confirmed, until told to stop.

    Args:
        snapshot: Returns the status; called twice a second from `show`'s thread.
    """

    def __init__(self, snapshot: Callable[[], Snapshot], console: Console | None = None) -> None:
        self._snapshot = snapshot
        self._console = console or Console()

    def show(self, stop: Event) -> None:
        """Draw until the event is set."""
        with Live(self._draw(), console=self._console, auto_refresh=False, screen=False) as live:
            while not stop.wait(1 / REFRESHES_PER_S):
                live.update(self._draw(), refresh=True)
            live.update(self._draw(), refresh=True)

    def _draw(self) -> Group:
        status = self._snapshot()
        table = Table(expand=False, pad_edge=False, box=None, header_style="bold")
        for column in ("sensor", "metric", "value", "unit", "age", "confirmed"):
            table.add_column(column, justify="right" if column in ("value", "age") else "left")
        room = max(5, self._console.height - ROWS_BESIDE_VALUES)
        values = status["values"]
        for value in values[:room]:
            table.add_row(*value_row(value), style="" if value["confirmed"] else "yellow")
        lines: list[RenderableType] = [table]
        if len(values) > room:
            lines.append(f"... and {len(values) - room} more: collector status shows all")
        lines.append(Text(f"agent: {delivery_line(status)}", style="bold"))
        lines.extend(_troubles(status))
        lines.append(Text("Ctrl-C stops", style="dim"))
        return Group(*lines)


def _troubles(status: Snapshot) -> list[Text]:
    messages = [status["delivery"]["message"], status["certificate"]["message"]]
    messages += [status["spool"]["degraded"]]
    messages += [f"{s['name']}: {s['message']}" for s in status["sources"] if s["message"]]
    return [Text(message, style="red") for message in messages if message]
