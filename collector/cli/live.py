"""The live table of `collector run` on a terminal."""

from collections.abc import Callable, Mapping
from threading import Event
from types import MappingProxyType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from collector.cli.report import Snapshot, note_lines, value_row
from collector.cli.report_delivery import delivery_line
from collector.cli.report_headline import alarm_line

REFRESHES_PER_S = 2
ROWS_BESIDE_VALUES = 6

_STYLES: Mapping[str, str] = MappingProxyType({"problem": "red", "warning": "yellow"})


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
        lines.extend(trouble_texts(status))
        lines.append(Text("Ctrl-C stops", style="dim"))
        return Group(*lines)


def trouble_texts(status: Snapshot) -> list[Text]:
    """Return what is not well, and what sources want an operator to know, a line each."""
    alarms = [
        Text(alarm_line(alarm), _STYLES.get(alarm["level"], "yellow")) for alarm in status["alarms"]
    ]
    notes = [Text(line, "cyan") for source in status["sources"] for line in note_lines(source)]
    return [*alarms, *notes]
