"""``collector record``: keep what passes between chosen sources and their devices."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Self

from collector import __version__, logs
from collector.capture.devices import Simulation
from collector.capture.lines import Header
from collector.capture.recorder import Recorder
from collector.capture.secrets import cleaned
from collector.cli import options, replaying
from collector.clock import SystemClock
from collector.config import Config, load
from collector.errors import StateError, UsageError
from collector.plugin.settings import byte_count, seconds
from collector.service.recording import RecordingRun
from collector.service.signals import Signals
from collector.service.state_dir import Mode, StateDirectory

EXIT_NO = 1

EXPLANATION = """Reads the sources at their intervals, as 'collector run' does; delivers nothing.
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
    options.add_config(parser)
    options.add_simulate(parser)
    replaying.add_replay(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record, and say what was kept; 1 if nothing was, or if it could not be written."""
    simulation = replaying.simulation(
        arguments.replay, arguments.replay_speed, simulate=arguments.simulate
    )
    config = load(arguments.config, simulate=arguments.simulate and arguments.replay is None)
    chosen = _chosen(config, arguments.sources)
    logs.setup("warning", config.log.format, sys.stderr)
    mode = Mode.SIMULATE if arguments.simulate else Mode.REAL
    order = _Order(arguments.output, arguments.duration, arguments.max_bytes)
    with _alone(config) if mode is Mode.REAL else nullcontext():
        return _Recording(config, chosen, mode, simulation, order).run()


def _chosen(config: Config, names: Sequence[str]) -> Config:
    known = [source.name for source in config.sources]
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise UsageError(f"there is no source {name!r} in {config.path} (sources: {listed})")
    wanted = [source for source in config.sources if not names or source.name in names]
    if not wanted:
        raise UsageError(f"there are no sources in {config.path}")
    return replace(config, sources=tuple(replace(each, isolation="thread") for each in wanted))


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
        raise StateError(f"{error}: it holds the devices that are to be recorded") from error
    try:
        yield
    finally:
        state.release()


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be recorded where to."""

    output: Path
    duration_s: float
    max_bytes: int


class _Recording:
    def __init__(
        self, config: Config, chosen: Config, mode: Mode, simulation: Simulation, order: _Order
    ) -> None:
        self._config = config
        self._chosen = chosen
        self._mode = mode
        self._simulation = simulation
        self._order = order
        self._ended = Event()
        self._clock = SystemClock()
        self._full = ""

    def run(self) -> int:
        clean = cleaned(self._config.path, os.environ)
        tables = dict(
            zip((source.name for source in self._config.sources), clean.tables, strict=True)
        )
        header = Header(
            version=__version__,
            recorded_at_ms=self._clock.wall_ms(),
            sources={source.name: tables[source.name] for source in self._chosen.sources},
        )
        with _created(self._order.output) as descriptor:
            recorder = Recorder(
                descriptor.write,
                header,
                clean.mask,
                self._clock,
                max_bytes=self._order.max_bytes,
                on_full=self._fill,
            )
            return self._record(recorder)

    def _fill(self, why: str) -> None:
        self._full = why
        self._ended.set()

    def _record(self, recorder: Recorder) -> int:
        ends: Sequence[int] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        with Signals(dict.fromkeys(ends, self._ended.set)):
            session = RecordingRun(
                self._chosen, self._mode, recorder, self._clock, self._ended, self._simulation
            )
            try:
                session.start()
                self._ended.wait(self._order.duration_s)
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
        if self._full:
            print(f"{self._order.output}: ended, as {self._full}", file=sys.stderr)
        is_any = any(tally.events for tally in recorder.tallies.values())
        return 0 if is_any and not self._full.startswith("it cannot") else EXIT_NO


class _Descriptor:
    """A file that takes each line at once, and is only its owner's to read."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, line: bytes) -> None:
        """Write a whole line."""
        left = memoryview(line)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _created(file: Path) -> _Descriptor:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return _Descriptor(os.open(file, flags, 0o600))
    except FileExistsError:
        raise UsageError(f"{file} is there already: take another name, or remove it") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be made: {error.strerror}") from error


def _duration(text: str) -> float:
    return _positive(lambda: float(seconds(text)))


def _size(text: str) -> int:
    return int(_positive(lambda: byte_count(int(text) if text.isdecimal() else text)))


def _positive(read: Callable[[], float]) -> float:
    try:
        number = read()
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if number <= 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return number
