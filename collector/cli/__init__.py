"""The command ``collector``: finds the subcommand, imports only that, and sees to the exit code."""

import argparse
import importlib
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol, TextIO, cast

from collector import __version__
from collector.cli.parsing import Parser
from collector.errors import CollectorError, ConfigError, UsageError

EXIT_USAGE = 64
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

DEBUG_VARIABLE = "COLLECTOR_DEBUG"

SERVICE_OPTION = "--service"
"""Of `collector run`: SIGHUP is a wish for a reload. Looked for before there is a parser."""


class Command(NamedTuple):  # importing dataclasses alone would take a tenth of --help's time
    """A subcommand.

    Attributes:
        name: What the user types.
        summary: Its line in ``collector --help``.
        module: The module with its ``configure`` and ``run``; imported only for this command.
    """

    name: str
    summary: str
    module: str


COMMANDS = (
    Command("run", "sample all sources and deliver their readings", "collector.cli.run"),
    Command(
        "discover", "look what is there and write a configuration for it", "collector.cli.discover"
    ),
    Command("check", "check a configuration without starting anything", "collector.cli.check"),
    Command(
        "explain", "compute what a configuration will cost, before it runs", "collector.cli.explain"
    ),
    Command("test", "read one source once and print its values", "collector.cli.test"),
    Command("record", "keep what passes between sources and devices", "collector.cli.record"),
    Command("status", "ask the running collector how it does", "collector.cli.status"),
    Command(
        "reload", "have the running collector load its configuration anew", "collector.cli.reload"
    ),
    Command("top", "watch the running collector, once a second", "collector.cli.top"),
    Command("doctor", "check whether all is there that a run needs", "collector.cli.doctor"),
    Command(
        "systemd-unit",
        "print the drop-in that allows the service what its configuration names",
        "collector.cli.systemd_unit",
    ),
    Command("provision", "get a certificate from the agent", "collector.cli.provision"),
    Command("agent", "run the compatible agent", "collector.cli.agent"),
    Command("plugins", "list the installed kinds of source", "collector.cli.plugins"),
    Command("client", "ping, rename or delete this client at the agent", "collector.cli.client"),
    Command("sensor", "show and change sensors at the agent", "collector.cli.sensor"),
    Command("metric", "show and change metrics at the agent", "collector.cli.metric"),
)


EPILOG = (
    "Installed plugins bring commands of their own, 'collector KIND ...':"
    " 'collector plugins list --check' shows which."
)


class CommandModule(Protocol):
    """What the module of a command has, or the object that stands for the command of a plugin."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's options to its parser."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it and return the exit code."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises.

    Args:
        argv: The words after ``collector``; by default those of this process.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if SERVICE_OPTION in words:
        # Until `collector.cli.run` acts on it: the import takes long, the default would end the
        # service, and nothing that a reload would renew has been read yet.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _show_anything(sys.stdout)
    code = _outcome(words)
    is_read = _flush(sys.stdout)
    _flush(sys.stderr)
    return code if is_read else code or EXIT_BROKEN_PIPE


def _outcome(argv: list[str]) -> int:
    try:
        return _run(argv)
    except UsageError as error:
        _say(str(error), error.hint)
        return EXIT_USAGE
    except ConfigError as error:
        print(error, file=sys.stderr)  # file:line:column first, as editors and people expect it
        return error.exit_code
    except CollectorError as error:
        if error.exit_code == EXIT_INTERNAL:
            _show_where(error)
        _say(*str(error).splitlines())
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_BROKEN_PIPE
    except SystemExit as leaving:  # --help and --version
        return leaving.code if isinstance(leaving.code, int) else 0
    except Exception as error:  # noqa: BLE001 - the last border: a user gets one line, not a traceback
        return _internal_error(error)


def _run(argv: list[str]) -> int:
    with _ended_by_ctrl_c():
        module, arguments = _understood(argv)
    return module.run(arguments)


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the process at once: an interrupted import may fail in words of its own."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # not in the background, where it is ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _understood(argv: list[str]) -> tuple[CommandModule, argparse.Namespace]:
    name = next((word for word in argv if not word.startswith("-")), None)
    module = None if name is None else _module(name)
    parser = Parser(
        prog="collector", description="Reads sensors and delivers every reading.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"collector {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    own = {
        each.name: subparsers.add_parser(each.name, help=each.summary, description=each.summary)
        for each in COMMANDS
    }
    if name is not None and module is not None:
        module.configure(own[name] if name in own else subparsers.add_parser(name))
    arguments = parser.parse_args(argv)
    if module is None:
        raise UsageError("which command?", "try 'collector --help'")
    return module, arguments


def _module(name: str) -> CommandModule:
    for command in COMMANDS:
        if command.name == name:
            return cast("CommandModule", importlib.import_module(command.module))
    plugins = importlib.import_module("collector.cli.plugin_command")  # it looks for packages
    return cast("CommandModule", plugins.find(name, [command.name for command in COMMANDS]))


def _say(*lines: str) -> None:
    for line in lines:
        if line:
            print(f"collector: {line}", file=sys.stderr)


def _internal_error(error: Exception) -> int:
    _show_where(error)
    words = " ".join(str(error).split())
    _say(f"internal error: {type(error).__name__}: {words}; {DEBUG_VARIABLE}=1 shows where")
    return EXIT_INTERNAL


def _show_where(error: Exception) -> None:
    if os.environ.get(DEBUG_VARIABLE):
        importlib.import_module("traceback").print_exception(error)


def _show_anything(stream: TextIO) -> None:
    """Escape what the terminal's encoding cannot show: units, and the words of plugins."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _flush(stream: TextIO) -> bool:
    """Write out what is buffered; false when nobody reads any more.

    What is left then goes nowhere, so that the interpreter does not fail once more at its end.
    """
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return False
    return True
