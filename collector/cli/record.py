"""``collector record``: keep what passes between chosen sources and their devices."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from collector import __version__, logs
from collector.capture.choice import chosen
from collector.capture.devices import Simulation, unplayable
from collector.capture.lines import Header
from collector.capture.reading import MAX_FILE_BYTES
from collector.capture.recorder import Recorder
from collector.capture.secrets import cleaned
from collector.cli import options, replaying
from collector.cli.calling import running_socket
from collector.cli.loading import load_carefully
from collector.cli.record_order import RecordOrder, tell_left_out
from collector.cli.record_running import record_running
from collector.clock import SystemClock
from collector.config import Config, load_state_dir
from collector.errors import StateError, UsageError
from collector.plugin.settings import byte_count, seconds
from collector.service.recording import RecordingRun
from collector.service.signals import Signals
from collector.service.state_dir import Mode, StateDirectory

EXPLANATION = """Reads the sources at their intervals, as 'collector run' does; delivers nothing.
With --running, records what passes at the collector that runs, which goes on as before.
'collector run --simulate --replay FILE' plays the recording. Secrets of the configuration are left
out; measured values are what a recording is made of. docs/record-and-replay.md says more."""


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    parser.epilog = EXPLANATION
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="the sources' names (default: all)"
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help="the file to be made"
    )
    parser.add_argument(
        "--duration",
        type=_duration,
        default=60.0,
        metavar="TIME",
        help='how long to record, as "30s" or "1h" (default: 60s); Ctrl-C ends it before',
    )
    parser.add_argument(
        "--max-bytes",
        type=_size,
        default=16 * 1024 * 1024,
        metavar="SIZE",
        help='end when the file is that large, as "500kB" (default: 16MiB)',
    )
    parser.add_argument(
        "--running",
        action="store_true",
        help="what passes at the collector that runs, which goes on as before",
    )
    options.add_config(parser)
    options.add_simulate(parser)
    replaying.add_replay(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record, and say what was kept; 1 if nothing was, or if it could not be written."""
    clock = SystemClock()
    order = RecordOrder(arguments.output, arguments.duration, arguments.max_bytes, clock)
    if arguments.running:
        return _record_running(arguments, order)
    simulation = replaying.simulation(
        arguments.replay, arguments.replay_speed, simulate=arguments.simulate
    )
    is_simulated = arguments.simulate and arguments.replay is None
    config = load_carefully(arguments.config, simulate=is_simulated)
    wanted = _chosen(config, arguments.sources)
    logs.setup("warning", config.log.format, sys.stderr)
    mode = Mode.SIMULATE if arguments.simulate else Mode.REAL
    with _alone(config) if mode is Mode.REAL else nullcontext():
        return _Recording(config, wanted, mode, simulation, order).run()


def _record_running(arguments: argparse.Namespace, order: RecordOrder) -> int:
    if arguments.simulate or arguments.replay is not None:
        raise UsageError("--running records the devices of the collector that runs: no --simulate")
    socket = running_socket(load_state_dir(arguments.config))
    with _ending(order):
        return record_running(socket, arguments.sources, order)


def _ending(order: RecordOrder) -> Signals:
    """Return what has the signals that end programs end a recording, whose file stays whole."""
    ends: Sequence[int] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return Signals(dict.fromkeys(ends, order.ended.set))


def _chosen(config: Config, names: Sequence[str]) -> Config:
    sources, left_out = chosen(config, names, unplayable)
    tell_left_out(left_out)
    return replace(config, sources=tuple(sources))


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """Hold the lock that a running collector holds, who has the devices open.

    Raises:
        StateError: One runs with this configuration.
    """
    state = StateDirectory(config.collector.state_dir, Mode.REAL)
    try:
        state.take()
    except StateError as error:
        raise StateError(f"{error}: --running records what it holds") from error
    try:
        yield
    finally:
        state.release()


class _Recording:
    def __init__(
        self,
        config: Config,
        wanted: Config,
        mode: Mode,
        simulation: Simulation,
        order: RecordOrder,
    ) -> None:
        self._config = config
        self._wanted = wanted
        self._mode = mode
        self._simulation = simulation
        self._order = order

    def run(self) -> int:
        clean = cleaned(self._config.path, os.environ)
        tables = clean.by_name([source.name for source in self._config.sources])
        header = Header(
            version=__version__,
            recorded_at_ms=self._order.clock.wall_ms(),
            sources={source.name: tables[source.name] for source in self._wanted.sources},
        )
        with self._order.recorder(header, clean.mask) as recorder:
            return self._record(recorder)

    def _record(self, recorder: Recorder) -> int:
        order = self._order
        with _ending(order):
            session = RecordingRun(
                self._wanted, self._mode, recorder, order.clock, order.ended, self._simulation
            )
            try:
                session.start()
                order.ended.wait(order.duration_s)
                statuses = session.statuses()
            finally:
                session.stop()
        for status in statuses:
            tally = recorder.tallies[status.name]
            print(
                f"{status.name}: {tally.events} events, {tally.data_bytes} bytes,"
                f" {session.readings.get(status.name, 0)} readings"
            )
            if status.message:
                print(f"{status.name}: {status.message}", file=sys.stderr)
        return order.outcome(recorder)


def _duration(text: str) -> float:
    return _positive(lambda: float(seconds(text)))


def _size(text: str) -> int:
    size = int(_positive(lambda: byte_count(int(text) if text.isdecimal() else text)))
    if size > MAX_FILE_BYTES:
        raise argparse.ArgumentTypeError(f"must be at most {MAX_FILE_BYTES}, to be played again")
    return size


def _positive(read: Callable[[], float]) -> float:
    try:
        number = read()
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if number <= 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return number
