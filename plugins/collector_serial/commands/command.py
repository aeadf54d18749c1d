"""The command ``collector serial``."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from collector import CommandContext, PluginCommand
from collector_serial.commands import formats, ports, sniff


@dataclass(frozen=True, slots=True)
class _Part:
    """A command below this one."""

    summary: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, CommandContext], int]


_PARTS: Mapping[str, _Part] = MappingProxyType(
    {
        "ports": _Part(ports.SUMMARY, ports.configure, ports.run),
        "sniff": _Part(sniff.SUMMARY, sniff.configure, sniff.run),
        "formats": _Part(formats.SUMMARY, formats.configure, formats.run),
    }
)


def make_command() -> PluginCommand:
    """Return the command."""
    return PluginCommand(
        summary="list serial ports and formats, look at what a port sends",
        configure=_configure,
        run=_run,
    )


def _configure(parser: argparse.ArgumentParser, context: CommandContext) -> None:
    del context
    parts = parser.add_subparsers(dest="part", required=True, metavar="COMMAND")
    for name, part in _PARTS.items():
        part.configure(parts.add_parser(name, help=part.summary, description=part.summary))


def _run(arguments: argparse.Namespace, context: CommandContext) -> int:
    return _PARTS[arguments.part].run(arguments, context)
