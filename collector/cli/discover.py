"""``collector discover``: what is there, and a configuration that reads it."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from collector.cli import discover_output as output
from collector.cli import options
from collector.cli.check import examined
from collector.cli.discover_document import Block, accepted, document
from collector.cli.discover_search import Search, asked_of, kinds_of
from collector.cli.discover_signals import (
    LONGEST_SILENCE_S,
    Patience,
    ended_by,
    ended_by_the_second,
)
from collector.cli.serial_nodes import serial_nodes
from collector.clock import SystemClock
from collector.errors import ConfigError
from collector.plugin.loader import PluginLoader

EXIT_NO = 1
EXIT_INTERRUPTED = 130

DEFAULT_OUTPUT = "discovered.toml"

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it is there")
    options.add_simulate(parser)
    for kind in kinds_of(PluginLoader()):
        parser.add_argument(
            f"--ask-{kind}",
            action="append",
            default=[],
            dest=asked_of(kind),
            help=argparse.SUPPRESS,
        )


def run(arguments: argparse.Namespace) -> int:
    """Look, kind by kind, and write what was found; also when it is interrupted.

    Returns:
        0; 1 if nothing can be read; 130 after Ctrl-C.
    """
    output.refuse(arguments.output, overwrite=arguments.force)
    loader = PluginLoader()
    ports = arguments.ports or serial_nodes()
    search = Search(arguments, loader, SystemClock(), ports, Patience(LONGEST_SILENCE_S))
    try:
        with ended_by(*_ENDING[1:]):
            is_whole = _has_ended(search)
            with ended_by_the_second("it is checked and written; once more leaves it", *_ENDING):
                is_any = _written(search.blocks, arguments, loader)
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is written", file=sys.stderr)
        return EXIT_INTERRUPTED
    if not is_whole:
        return EXIT_INTERRUPTED
    return 0 if is_any else EXIT_NO


def _has_ended(search: Search) -> bool:
    try:
        search.run()
    except KeyboardInterrupt:
        print("\ninterrupted; this was found so far", file=sys.stderr)
        return False
    return True


def _written(found: Sequence[Block], arguments: argparse.Namespace, loader: PluginLoader) -> bool:
    """Write what was found; true if sources come of it."""

    def check(file: Path) -> None:
        examined(file, simulate=arguments.simulate, loader=loader)

    try:
        blocks = accepted(found, check)
    except ConfigError:
        print(document(found), end="")  # it is not lost
        raise
    where = output.write(arguments.output, document(blocks), overwrite=arguments.force)
    used = sum(block.is_used for block in blocks)
    for line in (where, f"{len(blocks)} found, {used} of them as sources"):
        if line:
            print(line, file=sys.stderr)
    return bool(used)
