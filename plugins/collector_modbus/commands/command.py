"""The command itself: which commands there are below it."""

import argparse
import importlib
from typing import NamedTuple, Protocol, cast

from collector import CommandContext, PluginCommand


class Action(NamedTuple):
    """One command below ``collector modbus``.

    Attributes:
        name: What the user types.
        summary: Its line in the help.
        module: The module with its ``configure`` and ``run``.
    """

    name: str
    summary: str
    module: str


ACTIONS = (
    Action("scan", "find the devices on a link", "collector_modbus.commands.scan"),
    Action(
        "read",
        "read one address, and show all that it could mean",
        "collector_modbus.commands.read",
    ),
    Action(
        "plan",
        "show the requests of a configuration, and what they cost",
        "collector_modbus.commands.plan",
    ),
    Action("profiles", "list the known devices, or show one", "collector_modbus.commands.profiles"),
)


class ActionModule(Protocol):
    """What the module of an action has."""

    def configure(self, parser: argparse.ArgumentParser, context: CommandContext) -> None:
        """Add its options."""
        ...

    def run(self, arguments: argparse.Namespace, context: CommandContext) -> int:
        """Do it and return the exit code."""
        ...


def make_command() -> PluginCommand:
    """Return the command of this plugin."""
    return PluginCommand(
        summary="find Modbus devices, read addresses, show plans and profiles",
        configure=_configure,
        run=_run,
    )


def _configure(parser: argparse.ArgumentParser, context: CommandContext) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action in ACTIONS:
        subparser = actions.add_parser(action.name, help=action.summary, description=action.summary)
        _module(action.name).configure(subparser, context)


def _run(arguments: argparse.Namespace, context: CommandContext) -> int:
    return _module(arguments.action).run(arguments, context)


def _module(name: str) -> ActionModule:
    module = next(action.module for action in ACTIONS if action.name == name)
    return cast("ActionModule", importlib.import_module(module))
