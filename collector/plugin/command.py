"""A command that a plugin brings, ``collector <kind> ...``, and what the collector lends it."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from collector.clock import Clock
from collector.plugin.configured import ConfiguredSource


class Progress(Protocol):
    """A bar that shows how far something is."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Move on by so many steps. May be called from any thread.

        Args:
            steps: How many are done since the last call.
            note: What is being done now, shown beside the bar; empty to leave it as it is.
        """
        ...


class CommandContext(Protocol):
    """What a plugin's command gets from the collector. Used from the main thread."""

    @property
    def clock(self) -> Clock:
        """The only way to learn the time."""
        ...

    def add_config(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--config FILE`` and ``--simulate``, as other commands have them."""
        ...

    def sources(self, arguments: argparse.Namespace) -> Sequence[ConfiguredSource]:
        """Load the configuration that was named and return its sources of this plugin's kind.

        With ``--simulate`` they are still those of the file; `simulated` starts their devices.

        Args:
            arguments: Of a parser that `add_config` was called with.

        Raises:
            ConfigError: The configuration is wrong, or one of these sources cannot be made.
        """
        ...

    def simulated(self, source: ConfiguredSource) -> AbstractContextManager[ConfiguredSource]:
        """Start the simulated device of a source for as long as the ``with`` lasts.

        What it gives has the settings that lead to the device, and a source made of them, which is
        closed at the end.

        Raises:
            ConfigError: The kind has no simulator.
        """
        ...

    def print(self, text: str = "") -> None:
        """Print a line to standard output."""
        ...

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows under their headers: with lines on a terminal, as plain columns elsewhere."""
        ...

    def json(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Print a value as JSON, for programs."""
        ...

    def progress(self, label: str, total: int) -> AbstractContextManager[Progress]:
        """Show a bar on standard error if that is a terminal; elsewhere nothing.

        Args:
            label: What is under way.
            total: How many steps there are.
        """
        ...

    def ask(self, question: str, *, instead: str) -> str:
        """Ask whoever sits at the terminal, and return the line that was typed.

        Args:
            question: Shown as it is.
            instead: The option that makes the question needless: ``"--yes"``.

        Raises:
            UsageError: Nobody can be asked; it names the option to give instead.
        """
        ...


@dataclass(frozen=True, slots=True)
class PluginCommand:
    """What ``collector <kind> ...`` does.

    Attributes:
        summary: Its line in help and in ``collector plugins list --check``.
        configure: Adds options, or commands below this one, to the parser.
        run: Does it and returns the exit code. A `CollectorError` of any type, such as `UsageError`
            or `SourceUnavailableError`, is shown as one line; anything else counts as a fault of
            the plugin and leaves with 70. Ctrl-C ends it where it is: clean up in ``finally``.
    """

    summary: str
    configure: Callable[[argparse.ArgumentParser, CommandContext], None]
    run: Callable[[argparse.Namespace, CommandContext], int]
