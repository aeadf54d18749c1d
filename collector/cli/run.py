"""``collector run``: sample all sources and deliver their readings."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event
from typing import TextIO

from collector import logs
from collector.cli import SERVICE_OPTION
from collector.cli.options import add_config
from collector.cli.replaying import add_replay, simulation
from collector.cli.report_ledger import ledger_lines
from collector.clock import SystemClock
from collector.config import Config, LogTable, load
from collector.errors import UsageError
from collector.plugin.loader import PluginLoader
from collector.service.footprint import settle, share_arenas
from collector.service.notify import Notifier
from collector.service.rehearsal import Start, rehearse_config
from collector.service.rehearsing import forked, spawned
from collector.service.reloading import Origin
from collector.service.service import Service
from collector.service.signals import Signals
from collector.service.snapshot import account_fields
from collector.service.state_dir import Mode, StateDirectory
from collector.service.stop_limit import StopLimit
from collector.service.threads import watch_threads
from collector.service.watchdog import Watchdog
from collector.service.wishes import Wishes

log = logging.getLogger(__name__)

EXPLANATION = """Without an option: real sources, the configured agent. With --embedded-agent or
--simulate an agent of our own is started on free loopback ports, and host, ports and ca_file of
[agent] are ignored; what belongs to such a run lies apart under state_dir.
SIGHUP ends the run in order, as SIGTERM and Ctrl-C do, for that is what the loss of its terminal
looks like. With --service it loads the configuration anew, as 'collector reload' does in any run.
"""


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
    add_replay(parser)
    parser.add_argument(
        "--journal",
        type=Path,
        metavar="FILE",
        help="with an agent of our own: append one JSON line per value that it accepts",
    )
    parser.add_argument(
        "--no-table", action="store_true", help="write a log on a terminal, too, and no live table"
    )
    parser.add_argument(
        SERVICE_OPTION,
        action="store_true",
        help="for a unit of systemd and the like: SIGHUP loads the configuration anew, where it"
        " would end the run as the loss of a terminal does; no live table",
    )
    parser.set_defaults(mode=Mode.REAL)


def run(arguments: argparse.Namespace) -> int:
    """Run until told to stop; 0 when stopped as asked."""
    ended, wishes = Event(), Wishes()
    with StopLimit(SystemClock()) as limit:

        def end() -> None:
            ended.set()
            limit.begin()

        with Signals(_actions(end, wishes if arguments.service else None)):
            return _run(arguments, ended, wishes, limit)


def _run(arguments: argparse.Namespace, ended: Event, wishes: Wishes, limit: StopLimit) -> int:
    share_arenas()
    mode: Mode = arguments.mode
    if arguments.journal is not None and mode is Mode.REAL:
        wanted = "give --embedded-agent or --simulate as well"
        raise UsageError(f"--journal is written by an agent of our own: {wanted}")
    clock = SystemClock()
    notifier = Notifier.take(os.environ, os.getpid(), clock)
    loader = PluginLoader()
    devices = simulation(arguments.replay, arguments.replay_speed, simulate=mode is Mode.SIMULATE)
    is_simulated = mode is Mode.SIMULATE and arguments.replay is None
    load_now = partial(_load, arguments.config, loader, simulate=is_simulated)
    config = load_now(start=forked)
    is_live = sys.stdout.isatty() and not (arguments.no_table or arguments.service)
    set_up_logs = partial(_set_up_logs, is_live=is_live)
    set_up_logs(config.log)
    for warning in config.warnings:
        log.warning("%s", warning)
    with StateDirectory(config.collector.state_dir, mode) as state:
        origin = Origin(
            partial(_load_anew, loader, partial(load_now, start=spawned)),
            set_up_logs,
            wishes,
            on_begin=notifier.reloading,
            on_end=notifier.ready,
        )
        service = Service(
            config, mode, state, clock, ended, origin, simulation=devices, journal=arguments.journal
        )
        watch_threads(service.fail)
        watchdog = Watchdog(notifier, service.pulses(), service.summary, clock)
        try:
            limit.reading_begins()
            service.start()
            watchdog.start()
            settle()
            if is_live:
                _show_table(service, ended)
            service.wait()
        finally:
            watchdog.stop()
            service.stop()
            logging.shutdown()  # what was only counted is told before the ledger, not after it
            _print_ledger(service, sys.stdout if is_live else sys.stderr)
    return 0


def _load(path: Path, loader: PluginLoader, *, simulate: bool, start: Start) -> Config:
    rehearse_config(path, loader, simulate=simulate, start=start)
    return load(path, simulate=simulate, loader=loader)


def _load_anew(loader: PluginLoader, load_now: Callable[[], Config]) -> Config:
    loader.look_again()
    return load_now()


def _print_ledger(service: Service, stream: TextIO) -> None:
    accounts = [account_fields(account) for account in service.accounts()]
    if not accounts:  # a run that could not start has only its reason to tell
        return
    with suppress(OSError):  # whoever read this may have left before
        print("\n".join(ledger_lines(accounts)), file=stream, flush=True)


def _actions(end: Callable[[], None], wishes: Wishes | None) -> Mapping[int, Callable[[], None]]:
    """Return what signals do: they end the run; with wishes, SIGHUP is one instead."""
    actions: dict[int, Callable[[], None]] = {signal.SIGINT: end, signal.SIGTERM: end}
    if wishes is not None:
        actions[signal.SIGHUP] = wishes.note
    elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
        actions[signal.SIGHUP] = end
    return actions


def _show_table(service: Service, ended: Event) -> None:
    from collector.cli.live import LiveTable  # noqa: PLC0415 - rich is for a terminal only

    with suppress(OSError):  # the terminal may go, which is for SIGHUP to say
        LiveTable(service.status).show(ended)


def _set_up_logs(table: LogTable, *, is_live: bool) -> None:
    # Under the table only what is wrong is worth a line.
    level = "error" if is_live else table.level
    logs.setup(level, table.format, sys.stderr)
