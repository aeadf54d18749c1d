"""``collector top``: watch the running collector, on a terminal as a screen, elsewhere as lines."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from threading import Condition

from collector.cli.calling import ask_status, running_socket, understood
from collector.cli.options import add_config
from collector.cli.report_delivery import delivery_line
from collector.cli.report_headline import headline
from collector.cli.top_rates import Rates
from collector.clock import Clock, Deadline, SystemClock
from collector.config import load_state_dir

INTERVAL_S = 1.0
ANSWER_TIMEOUT_S = 10.0


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    add_config(parser)
    parser.add_argument(
        "--times",
        type=int,
        default=0,
        metavar="N",
        help="leave after N looks (default: 0, when told to)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show it once a second until q or Ctrl-C, or so many times."""
    socket = running_socket(load_state_dir(arguments.config))
    watch = _watch_screen if sys.stdout.isatty() and sys.stdin.isatty() else _watch_lines
    with suppress(KeyboardInterrupt):
        watch(socket, arguments.times)
    return 0


def _watch_screen(socket: Path, times: int) -> None:
    from collector.cli.top_screen import Screen  # noqa: PLC0415 - rich is for a terminal only

    rates = Rates(SystemClock())
    with Screen() as screen:
        looks = 0
        while not times or looks < times:
            status = ask_status(socket, ANSWER_TIMEOUT_S)
            with understood(status):
                screen.show(status, rates.of(status))
            looks += 1
            if screen.is_left_within(INTERVAL_S):
                return


def _watch_lines(socket: Path, times: int) -> None:
    clock = SystemClock()
    rates = Rates(clock)
    looks = 0
    while not times or looks < times:
        status = ask_status(socket, ANSWER_TIMEOUT_S)
        with understood(status):
            per_s = sum(rates.of(status).values())
            line = f"{headline(status)}; {per_s:.1f} reads/s; {delivery_line(status)}"
        print(line, flush=True)
        looks += 1
        if looks != times:
            _pause(clock)


def _pause(clock: Clock) -> None:
    deadline, nobody = Deadline.after(clock, INTERVAL_S), Condition()
    with nobody:
        while not deadline.has_passed():
            clock.wait(nobody, deadline.remaining_s())
