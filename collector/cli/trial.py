"""One source, opened, read and closed outside the daemon, to see whether it works."""

import contextlib
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from collector.capture.devices import SIMULATED, Device, Simulation
from collector.cli.trial_sending import Sending
from collector.clock import Clock, Deadline
from collector.config import SourceConfig, make
from collector.errors import CollectorError
from collector.isolation.workers import Workers
from collector.plugin.border import PluginFault, guarded
from collector.plugin.settings import ConfigModel
from collector.plugin.source import ListeningSource, Metric, Reading, Source
from collector.sampling.notes import kept_notes
from collector.service.isolating import installed, isolated
from collector.transforms.step import Values
from collector.wire.units import MetricValue


@dataclass(frozen=True, slots=True)
class Row:
    """One metric's last value.

    Attributes:
        sensor: The sensor id.
        metric: The metric id.
        value: The value.
        unit: As people write it; empty for a metric without.
    """

    sensor: str
    metric: str
    value: MetricValue
    unit: str


@dataclass(slots=True)
class Outcome:
    """What a source gave.

    Attributes:
        sensor: The sensor of readings that name none.
        problems: What went wrong, one line each.
        notes: What the source wants an operator to know, one line each.
        pass_on: Gets each reading that was taken, with the metrics of its source.
    """

    sensor: str
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pass_on: Callable[[Reading, Mapping[str, Metric]], None] = lambda *_: None
    _rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    _sent: dict[tuple[str, str], Row] = field(default_factory=dict)

    @property
    def values(self) -> list[Row]:
        """The last value of each metric, in the order they first came."""
        return list(self._rows.values())

    @property
    def sent(self) -> list[Row]:
        """The same of what the source's transforms leave; empty for a source without."""
        return list(self._sent.values())

    def take(self, reading: Reading, metrics: Mapping[str, Metric]) -> None:
        """Add a reading of a source that has these metrics."""
        sensor = reading.sensor or self.sensor
        for metric_id, value in reading.values.items():
            metric = metrics.get(metric_id)
            self._rows[sensor, metric_id] = Row(sensor, metric_id, value, _unit(metric))
            if metric is None:
                self.complain(f"gives {metric_id!r}, which is not among its metrics")
            if not _can_be_sent(value):
                self.complain(f"metric {metric_id!r}: {value!r} is no value that can be sent")
        self.pass_on(reading, metrics)

    def send(self, sensor: str, values: Values, metrics: Mapping[str, Metric]) -> None:
        """Add what transforms leave of a reading."""
        for name, value in values.items():
            self._sent[sensor, name] = Row(sensor, name, value, _unit(metrics.get(name)))

    def complain(self, problem: str) -> None:
        """Add what went wrong, once."""
        line = " ".join(problem.split())
        if line not in self.problems:
            self.problems.append(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How to try a source.

    Attributes:
        clock: Measures deadlines and pauses.
        reads: How often to read each group; rates need two.
        pause_s: Seconds between the reads.
        listen_s: Seconds to wait for the metrics of a source that talks by itself.
    """

    clock: Clock
    reads: int
    pause_s: float
    listen_s: float

    def run(
        self, source: SourceConfig, *, simulate: bool, simulation: Simulation = SIMULATED
    ) -> Outcome:
        """Open, read and close a source; whatever goes wrong is a problem of the outcome.

        Args:
            source: The source; its simulated device is started and stopped as well.
            simulate: Whether to read a device that is not the real one.
            simulation: Makes that device.
        """
        outcome = Outcome(source.sensor)
        if source.broken:
            outcome.complain(source.broken)
            return outcome
        sending = Sending(source, self.clock, outcome.send, outcome.complain)
        outcome.pass_on = sending.take
        with (
            _guarded(outcome),
            opened(source, self.clock, simulation if simulate else None) as made,
        ):
            if isinstance(made, ListeningSource):
                self._listen(made, outcome)
            else:
                self._read(source, made, outcome)
            outcome.notes = [*kept_notes(made.notes)]
        sending.finish()
        return outcome

    def _read(self, source: SourceConfig, made: Source, outcome: Outcome) -> None:
        for number in range(self.reads):
            if number:
                TimedStop(Deadline.after(self.clock, self.pause_s)).wait()
            for group in made.groups:
                with _guarded(outcome, f"group {group.name!r}: " if group.name else ""):
                    self._read_group(made, group.name, source.timeout, outcome)

    def _read_group(self, made: Source, group: str, timeout_s: float, outcome: Outcome) -> None:
        deadline = Deadline.after(self.clock, timeout_s)
        readings = list(made.read(group, deadline))
        late_s = self.clock.monotonic_s() - deadline.at_s
        metrics = {metric.id: metric for metric in made.metrics}
        for reading in readings:
            outcome.take(reading, metrics)
        if late_s > 0:
            outcome.complain(f"took {timeout_s + late_s:.1f} s; its timeout is {timeout_s:g} s")

    def _listen(self, made: ListeningSource, outcome: Outcome) -> None:
        stop = TimedStop(Deadline.after(self.clock, self.listen_s))

        def emit(reading: Reading) -> None:
            metrics = {metric.id: metric for metric in made.metrics}
            outcome.take(reading, metrics)
            if metrics.keys() <= {row.metric for row in outcome.values}:
                stop.set()

        made.listen(emit, stop)


class TimedStop:
    """A `StopSignal` that is also set when the time is up."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._changed = threading.Condition()
        self._is_set = False

    def is_set(self) -> bool:
        """See `StopSignal`."""
        return self._is_set or self._deadline.has_passed()

    def set(self) -> None:
        """End it before the time is up."""
        with self._changed:
            self._is_set = True
            self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """See `StopSignal`."""
        clock = self._deadline.clock
        until = self._deadline if timeout is None else Deadline.after(clock, timeout)
        with self._changed:
            while not self.is_set() and not until.has_passed():
                remaining_s = min(until.remaining_s(), self._deadline.remaining_s())
                clock.wait(self._changed, remaining_s)
        return self.is_set()


@contextlib.contextmanager
def opened(
    source: SourceConfig, clock: Clock, simulation: Simulation | None = None
) -> Iterator[Source]:
    """Open a source, or that of another device than the real one, while the ``with`` lasts.

    Its code runs where it does in a run: in a thread, or in a process of its own.

    Args:
        source: The source.
        clock: The time.
        simulation: Makes the device; None to open the real one.

    Raises:
        SourceError: It cannot be opened.
        CollectorError: There is no such device.
    """
    with contextlib.ExitStack() as stack:
        settings = source.settings
        device = simulation.device(source, source.context(clock)) if simulation else None
        if device is not None:
            stack.callback(device.stop)
            settings = device.start()
        told = _made(stack, source, settings, clock, device)
        stack.callback(told.close)
        told.open()
        yield told


def _made(
    stack: contextlib.ExitStack,
    source: SourceConfig,
    settings: ConfigModel | None,
    clock: Clock,
    device: Device | None,
) -> Source:
    """Make a source where it will run: nothing that it does there can end this command."""
    if source.isolation == "process":
        workers = Workers(clock, threading.Event())
        stack.callback(workers.stop)
        return isolated(workers, installed()[source.plugin], source, settings)
    made = make(source, settings, clock)
    return made if device is None else device.told(made)


@contextlib.contextmanager
def _guarded(outcome: Outcome, where: str = "") -> Iterator[None]:
    try:
        with guarded("the source", CollectorError):
            yield
    except (CollectorError, PluginFault) as error:
        outcome.complain(f"{where}{error}")


def _can_be_sent(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, bool | int | str)


def _unit(metric: Metric | None) -> str:
    if metric is None:
        return ""
    return metric.unit_text
