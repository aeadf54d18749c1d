"""``collector discover``: what is there, and a configuration that reads it."""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from collector.cli import options
from collector.cli.discover_context import Context
from collector.cli.discover_document import Block, accepted, block_of, document
from collector.cli.serial_nodes import serial_nodes
from collector.clock import Clock, SystemClock
from collector.config import FiguresTable, load
from collector.errors import PluginError, SourceError, UsageError
from collector.plugin.border import PluginFault, guarded
from collector.plugin.discovery import Finding
from collector.plugin.kind import SourceKind
from collector.plugin.loader import PluginLoader

EXIT_NO = 1
EXIT_INTERRUPTED = 130

DEFAULT_OUTPUT = "discovered.toml"
_STANDARD_OUTPUT = "-"


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    parser.epilog = (
        "Serial ports are only listened to. --ask-KIND PLACE, such as --ask-modbus /dev/ttyUSB0,"
        " lets a kind ask devices there; on a terminal you are asked before."
    )
    parser.add_argument(
        "--ports",
        nargs="+",
        metavar="PORT",
        help="the serial ports to look at (default: all that there are)",
    )
    parser.add_argument(
        "--output",
        default=DEFAULT_OUTPUT,
        metavar="FILE",
        help=f"where to write the configuration; - prints it (default: {DEFAULT_OUTPUT})",
    )
    options.add_simulate(parser)
    for kind in _kinds(PluginLoader()):
        parser.add_argument(
            f"--ask-{kind}", action="append", default=[], dest=_asked(kind), help=argparse.SUPPRESS
        )


def run(arguments: argparse.Namespace) -> int:
    """Look, kind by kind, and write what was found; also when it is interrupted.

    Returns:
        0; 1 if nothing can be read; 130 after Ctrl-C.
    """
    _refuse_existing(arguments.output)
    search = Search(arguments, PluginLoader(), SystemClock())
    is_interrupted = False
    try:
        with _interrupted_by(signal.SIGTERM, signal.SIGHUP):
            search.run()
    except KeyboardInterrupt:
        is_interrupted = True
        print("\ninterrupted; this was found so far", file=sys.stderr)
    blocks = accepted(search.blocks, lambda file: load(file, strict=True, loader=search.loader))
    _write(arguments.output, document(blocks))
    used = sum(block.is_used for block in blocks)
    print(f"{len(blocks)} found, {used} of them as sources", file=sys.stderr)
    if is_interrupted:
        return EXIT_INTERRUPTED
    return 0 if used else EXIT_NO


class Search:
    """Has every installed kind look.

    Args:
        arguments: Of the command line.
        loader: The installed plugins.
        clock: The time.

    Attributes:
        blocks: What was found so far.
    """

    def __init__(self, arguments: argparse.Namespace, loader: PluginLoader, clock: Clock) -> None:
        self.loader = loader
        self.blocks: list[Block] = []
        self._arguments = arguments
        self._clock = clock
        self._ports = [] if arguments.simulate else arguments.ports or serial_nodes()
        self._taken_sensors = {FiguresTable().sensor}
        self._taken_places: set[str] = set()

    def run(self) -> None:
        """Look, first with those kinds that ask nobody."""
        kinds = [kind for name in _kinds(self.loader) if (kind := self._kind(name))]
        for kind in sorted(kinds, key=lambda kind: bool(kind.discovery and kind.discovery.asks)):
            self._look(kind)

    def _kind(self, name: str) -> SourceKind | None:
        try:
            return self.loader.load(name)
        except PluginError as error:
            print(f"{name}: {error.reason}", file=sys.stderr)
            return None

    def _look(self, kind: SourceKind) -> None:
        try:
            with guarded("discovery", SourceError):
                for finding in self._findings(kind):
                    self._take(kind.name, finding)
        except (SourceError, PluginFault) as error:
            print(f"{kind.name}: {error}", file=sys.stderr)

    def _findings(self, kind: SourceKind) -> Iterator[Finding]:
        if kind.discovery is None:
            return
        allowed: Sequence[str] = getattr(self._arguments, _asked(kind.name))
        context = Context(
            kind.name,
            self._clock,
            ports=self._ports,
            allowed=allowed,
            taken=self._taken_places,
            is_simulated=self._arguments.simulate,
        )
        yield from kind.discovery.look(context)

    def _take(self, kind: str, finding: Finding) -> None:
        block = block_of(finding, kind, self._taken_sensors)
        self.blocks.append(block)
        if finding.place:
            self._taken_places.add(finding.place)
        print(f"{kind}: found {block.title}", file=sys.stderr, flush=True)


def _kinds(loader: PluginLoader) -> list[str]:
    return list(dict.fromkeys(plugin.name for plugin in loader.installed()))


def _asked(kind: str) -> str:
    return f"ask_{kind}"


@contextmanager
def _interrupted_by(*numbers: signal.Signals) -> Iterator[None]:
    """Have signals end it as Ctrl-C does: the end of a session, say; but none that is ignored."""
    before = {number: signal.getsignal(number) for number in numbers}
    caught = [number for number in numbers if before[number] is signal.SIG_DFL]
    for number in caught:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, before[number])


def _refuse_existing(output: str) -> None:
    if output != _STANDARD_OUTPUT and Path(output).exists():
        raise UsageError(f"--output: {output} exists already", "give another name, or - to print")


def _write(output: str, text: str) -> None:
    if output == _STANDARD_OUTPUT:
        print(text, end="")
        return
    try:
        with Path(output).open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        print(text, end="")  # what was found is not lost
        raise UsageError(f"--output: {output}: {error.strerror}; it is printed instead") from error
    print(f"written to {output}", file=sys.stderr)
