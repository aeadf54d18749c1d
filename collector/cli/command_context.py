"""What the collector lends to the command of a plugin."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

from collector.capture.devices import Device
from collector.cli import EXIT_BROKEN_PIPE, options, tables
from collector.clock import Clock
from collector.config import SourceConfig, configured, load, make
from collector.errors import CollectorError, ConfigError, PluginError, UsageError
from collector.plugin.command import Progress
from collector.plugin.configured import ConfiguredSource
from collector.plugin.loader import PluginLoader
from collector.plugin.source import Source, SourceContext


class _ReaderLeftError(CollectorError):
    """Nobody reads what is printed: nothing is said of it, here neither."""

    exit_code = EXIT_BROKEN_PIPE


class NoBar:
    """A progress that nobody sees."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """See `Progress`."""


class Context:
    """See `collector.plugin.command.CommandContext`.

    Args:
        kind: The plugin's kind.
        loader: The installed plugins.
        clock: The time.
    """

    def __init__(self, kind: str, loader: PluginLoader, clock: Clock) -> None:
        self._kind = kind
        self._loader = loader
        self._clock = clock

    @property
    def clock(self) -> Clock:
        """See `CommandContext`."""
        return self._clock

    def add_config(self, parser: argparse.ArgumentParser) -> None:
        """See `CommandContext`."""
        options.add_config(parser)
        options.add_simulate(parser)

    def sources(self, arguments: argparse.Namespace) -> Sequence[ConfiguredSource]:
        """See `CommandContext`."""
        config = load(
            arguments.config, simulate=arguments.simulate, loader=self._loader, clock=self._clock
        )
        ours = [source for source in config.sources if source.plugin == self._kind]
        broken = [f"{source.place}: {source.broken}" for source in ours if source.broken]
        if broken:
            raise ConfigError(*broken)
        return [self._made(source) for source in ours]

    @contextmanager
    def simulated(self, source: ConfiguredSource) -> Iterator[ConfiguredSource]:
        """See `CommandContext`."""
        kind = self._loader.load(self._kind)
        if kind.simulate is None:
            raise PluginError(self._kind, "has no simulator")
        surroundings = SourceContext(source.name, source.sensor, source.interval_s, self._clock)
        with ExitStack() as stack:
            simulator = kind.simulate(source.settings, surroundings)
            device = Device(f"{source.name}: plugin {self._kind!r}", simulator)
            stack.callback(device.stop)
            settings = device.start()
            made: Source = kind.create(settings, surroundings)
            stack.callback(made.close)
            yield replace(source, settings=settings, source=made)

    def print(self, text: str = "") -> None:
        """See `CommandContext`."""
        with _read():
            print(text)

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """See `CommandContext`."""
        with _read():
            tables.print_table(headers, rows)

    def json(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """See `CommandContext`."""
        with _read():
            tables.print_json(value)

    def progress(self, label: str, total: int) -> AbstractContextManager[Progress]:
        """See `CommandContext`."""
        if not sys.stderr.isatty():
            return nullcontext(NoBar())
        from collector.cli.progress import shown_bar  # noqa: PLC0415 - rich is for a terminal only

        return shown_bar(label, total)

    def ask(self, question: str, *, instead: str) -> str:
        """See `CommandContext`."""
        if not sys.stdin.isatty():
            raise UsageError(f"nobody can be asked {question!r} here", f"give {instead}")
        print(f"{question} ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise UsageError(f"{question!r} got no answer", f"give {instead}")
        return line.strip()

    def _made(self, source: SourceConfig) -> ConfiguredSource:
        return configured(source, make(source, source.settings, self._clock))


@contextmanager
def _read() -> Iterator[None]:
    """Tell a reader of the output who leaves from a device that does: both are a broken pipe."""
    try:
        yield
    except BrokenPipeError as error:
        raise _ReaderLeftError from error
