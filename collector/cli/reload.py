"""``collector reload``: have the running collector load its configuration anew."""

import argparse
from pathlib import Path
from typing import Any

from collector.cli.calling import call, running_socket, understood
from collector.cli.options import add_config
from collector.config import load_state_dir
from collector.errors import AgentUnreachableError, ConfigError

WAIT_S = 130.0
"""A little more than the collector itself waits for the end of a reload."""

KINDS = ("added", "removed", "changed", "restarted")

EXPLANATION = """Only the sources that differ are closed and made anew; all others go on. A file
with a mistake, or a change that takes a restart, is refused as a whole: the run goes on as it was,
and every complaint is printed (exit code 78)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = EXPLANATION
    add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    """Reload whichever run of this configuration is under way, and print what changed.

    Raises:
        ConfigError: The new configuration was refused; it has every complaint.
        NotRunningError: No collector runs.
        AgentUnreachableError: The collector does not answer.
    """
    changes = _reply(running_socket(load_state_dir(arguments.config)))
    with understood(changes):
        lines = _lines(changes)
    print("\n".join(lines))
    return 0


def _reply(socket: Path) -> dict[str, Any]:
    answer = next(call(socket, {"request": "reload"}, WAIT_S), {})
    if answer.get("ok"):
        with understood(answer):
            return dict(answer["reply"])
    error = str(answer.get("error", "the running collector hung up without an answer"))
    if answer.get("exit_code") == ConfigError.exit_code:
        raise ConfigError(*error.splitlines())
    raise AgentUnreachableError(error)


def _lines(changes: dict[str, Any]) -> list[str]:
    """Return a line for each kind of change; how many sources go on as they were comes last."""
    lines = [f"{kind}: {', '.join(changes[kind])}" for kind in KINDS if changes[kind]]
    return [*lines, f"unchanged: {len(changes['unchanged'])}"]
