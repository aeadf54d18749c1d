"""The progress bar of a plugin's command: on a terminal, or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars


class Bar:
    """One bar; see `collector.plugin.command.Progress`."""

    def __init__(self, bars: Bars, task: TaskID) -> None:
        self._bars = bars
        self._task = task

    def advance(self, steps: int = 1, note: str = "") -> None:
        """See `Progress`."""
        if note:
            self._bars.update(self._task, note=note)
        self._bars.advance(self._task, steps)


@contextmanager
def shown_bar(label: str, total: int) -> Iterator[Bar]:
    """Show a bar on standard error for as long as the ``with`` lasts.

    What is printed meanwhile appears above it, and stays where standard output leads.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    is_same_terminal = sys.stdout.isatty()
    with Bars(
        *columns, console=Console(stderr=True), redirect_stdout=is_same_terminal, transient=True
    ) as bars:
        yield Bar(bars, bars.add_task(label, total=total, note=""))
