"""``collector run``: sample all sources and deliver their readings."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import TextIO

from collector import logs
from collector.cli.options import add_config
from collector.cli.report import ledger_lines
from collector.clock import SystemClock
from collector.config import Config, load
from collector.service.service import Service
from collector.service.signals import Signals
from collector.service.snapshot import account_fields
from collector.service.state_dir import Mode, StateDirectory
from collector.service.threads import watch_threads

log = logging.getLogger(__name__)

EXPLANATION = """Without an option: real sources, the configured agent. With --embedded-agent or
--simulate an agent of our own is started on free loopback ports, and host, ports and ca_file of
[agent] are ignored; what belongs to such a run lies apart under state_dir."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = EXPLANATION
    add_config(parser)
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument(
        "--embedded-agent",
        dest="mode",
        action="store_const",
        const=Mode.EMBEDDED,
        help="deliver to an agent of our own",
    )
    modes.add_argument(
        "--simulate",
        dest="mode",
        action="store_const",
        const=Mode.SIMULATE,
        help="read simulated devices and deliver to an agent of our own",
    )
    parser.add_argument(
        "--no-table", action="store_true", help="write a log on a terminal, too, and no live table"
    )
    parser.set_defaults(mode=Mode.REAL)


def run(arguments: argparse.Namespace) -> int:
    """Run until told to stop; 0 when stopped as asked."""
    ended = Event()
    with Signals(_actions(ended)):
        return _run(arguments, ended)


def _run(arguments: argparse.Namespace, ended: Event) -> int:
    mode: Mode = arguments.mode
    config = load(arguments.config, simulate=mode is Mode.SIMULATE)
    is_live = sys.stdout.isatty() and not arguments.no_table
    _set_up_logs(config, is_live=is_live)
    for warning in config.warnings:
        log.warning("%s", warning)
    with StateDirectory(config.collector.state_dir, mode) as state:
        service = Service(config, mode, state, SystemClock(), ended)
        watch_threads(service.fail)
        try:
            service.start()
            if is_live:
                _show_table(service, ended)
            service.wait()
        finally:
            service.stop()
            logging.shutdown()  # what was only counted is told before the ledger, not after it
            _print_ledger(service, sys.stdout if is_live else sys.stderr)
    return 0


def _print_ledger(service: Service, stream: TextIO) -> None:
    accounts = [account_fields(account) for account in service.accounts()]
    if not accounts:  # a run that could not start has only its reason to tell
        return
    with suppress(OSError):  # whoever read this may have left before
        print("\n".join(ledger_lines(accounts)), file=stream, flush=True)


def _actions(ended: Event) -> dict[int, Callable[[], None]]:
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
        numbers.append(signal.SIGHUP)
    return dict.fromkeys(numbers, ended.set)


def _show_table(service: Service, ended: Event) -> None:
    from collector.cli.live import LiveTable  # noqa: PLC0415 - rich is for a terminal only

    with suppress(OSError):  # the terminal may go, which is for SIGHUP to say
        LiveTable(service.status).show(ended)


def _set_up_logs(config: Config, *, is_live: bool) -> None:
    # Under the table only what is wrong is worth a line.
    level = "error" if is_live else config.log.level
    logs.setup(level, config.log.format, sys.stderr)
