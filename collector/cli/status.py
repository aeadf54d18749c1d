"""``collector status``: ask the running collector how it does."""

import argparse
import json
from typing import Any

from collector.cli.calling import ask_status, running_socket, understood
from collector.cli.options import add_config
from collector.cli.report import status_lines
from collector.cli.report_ledger import audit_lines
from collector.config import load_state_dir


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_config(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print everything as one JSON object")
    form.add_argument(
        "--audit",
        action="store_true",
        help="check that every accepted value is delivered, waiting or counted as dropped",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the status of whichever run of this configuration is under way; 1 if an audit fails."""
    return _show(ask_status(running_socket(load_state_dir(arguments.config))), arguments)


def _show(status: dict[str, Any], arguments: argparse.Namespace) -> int:
    if arguments.json:
        print(json.dumps(status, indent=1))
        return 0
    with understood(status):
        lines = audit_lines(status) if arguments.audit else status_lines(status)
        code = int(bool(status["complaints"])) if arguments.audit else 0
    print("\n".join(lines))
    return code
