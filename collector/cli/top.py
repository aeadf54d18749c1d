"""``collector top``: watch the running collector, on a terminal as a screen, elsewhere as lines."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Condition

from collector.cli.calling import running_socket, understood
from collector.cli.options import add_config
from collector.cli.report_delivery import delivery_line
from collector.cli.report_headline import headline
from collector.cli.top_watch import Seen, Watch
from collector.clock import Clock, Deadline, SystemClock
from collector.config import load_state_dir

INTERVAL_S = 1.0


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
    base = load_state_dir(arguments.config)
    running_socket(base)
    looks = iter(range(arguments.times)) if arguments.times else count()
    watch = _watch_screen if sys.stdout.isatty() and sys.stdin.isatty() else _watch_lines
    with suppress(KeyboardInterrupt):
        watch(base, looks)
    return 0


def _watch_screen(base: Path, looks: Iterator[int]) -> None:
    from collector.cli.top_screen import Screen  # noqa: PLC0415 - rich is for a terminal only

    clock = SystemClock()
    watch = Watch(base, clock)
    with Screen(clock) as screen:
        for _ in looks:
            seen = watch.look()
            with understood(seen.status):
                screen.show(seen)
                if screen.is_left_within(INTERVAL_S):
                    return


def _watch_lines(base: Path, looks: Iterator[int]) -> None:
    clock = SystemClock()
    watch = Watch(base, clock)
    for number in looks:
        if number:
            _pause(clock)
        seen = watch.look()
        with understood(seen.status):
            print(seen.gone or _line(seen), flush=True)


def _line(seen: Seen) -> str:
    status, flow = seen.status, seen.flow
    return (
        f"{headline(status)}; {sum(flow.reads.values()):.1f} reads/s,"
        f" {flow.delivered:.1f} values/s confirmed; {delivery_line(status)}"
    )


def _pause(clock: Clock) -> None:
    deadline, nobody = Deadline.after(clock, INTERVAL_S), Condition()
    with nobody:
        while not deadline.has_passed():
            clock.wait(nobody, deadline.remaining_s())
