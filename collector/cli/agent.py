"""``collector agent run``: the compatible agent in the foreground, until it is told to stop."""

import argparse
import importlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from collector import logs

if TYPE_CHECKING:
    from collector.agent.options import AgentOptions

_MAX_PORT = 65535
_MAX_DAYS = 7300  # as long as the authority itself lasts


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    summary = "run the compatible agent until it is stopped"
    run_parser = commands.add_parser("run", help=summary, description=summary)
    add = run_parser.add_argument
    add(
        "--directory",
        type=Path,
        required=True,
        metavar="DIR",
        help="where its authority and inventory lie; DIR/ca.crt is what clients have to trust",
    )
    add("--host", default="127.0.0.1", help="address or name to listen on (default: %(default)s)")
    add(
        "--provision-port",
        type=_port,
        default=18883,
        metavar="N",
        help="port for signing requests; 0 picks a free one (default: %(default)s)",
    )
    add(
        "--port",
        type=_port,
        default=18884,
        metavar="N",
        help="port for clients with a certificate; 0 picks a free one (default: %(default)s)",
    )
    add("--journal", type=Path, metavar="FILE", help="append one JSON line per accepted value")
    add("--faults", type=Path, metavar="FILE", help="TOML file of faults to commit on purpose")
    add(
        "--deleted",
        choices=("refuse", "revive"),
        default="refuse",
        help="what a push to a deleted sensor or metric gets (default: %(default)s)",
    )
    add(
        "--while-stdin-is-open",
        action="store_true",
        help="stop when standard input is closed, so that it ends with the program that started it",
    )
    add(
        "--certificate-days",
        type=_days,
        default=365,
        metavar="N",
        help="how long issued client certificates last; 0.01 is a quarter of an hour "
        "(default: %(default)s)",
    )
    add(
        "--enrolments-per-minute",
        type=_count,
        default=60,
        metavar="N",
        help="signing requests taken from one address (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the agent; print ``ready provision=HOST:PORT mqtt=HOST:PORT`` once it listens.

    Returns:
        0 when it was stopped by SIGTERM or SIGINT.

    Raises:
        StateError: The directory, a file or a port cannot be taken.
        IdentityError: The authority's key or certificate cannot be used.
        ConfigError: The file of faults is wrong.
    """
    if not arguments.while_stdin_is_open:  # whoever started it has a log of its own
        logs.setup()
    # The agent and cryptography are heavy, and nothing else of the command line needs them.
    options = importlib.import_module("collector.agent.options")
    foreground = importlib.import_module("collector.agent.foreground")
    chosen = cast(
        "AgentOptions",
        options.AgentOptions(
            directory=arguments.directory,
            host=arguments.host,
            provision_port=arguments.provision_port,
            port=arguments.port,
            journal=arguments.journal,
            faults=arguments.faults,
            revive_deleted=arguments.deleted == "revive",
            certificate_days=arguments.certificate_days,
            enrolments_per_minute=arguments.enrolments_per_minute,
        ),
    )
    foreground.run_until_stopped(
        chosen,
        lambda line: print(line, flush=True),
        while_open=sys.stdin if arguments.while_stdin_is_open else None,
    )
    return 0


def _port(text: str) -> int:
    return _within(text, 0, _MAX_PORT)


def _days(text: str) -> float:
    if re.fullmatch(r"\d{1,4}(\.\d{1,6})?", text) and 0 < float(text) <= _MAX_DAYS:
        return float(text)
    raise argparse.ArgumentTypeError(f"must be a number up to {_MAX_DAYS}, got {text!r}")


def _count(text: str) -> int:
    return _within(text, 1, 1_000_000)


def _within(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text[:9]) <= high:
        raise argparse.ArgumentTypeError(f"must be an integer from {low} to {high}, got {text!r}")
    return int(text)
