"""What the transforms of a source make of the values that a trial has read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from collector.clock import Clock
from collector.config import SourceConfig
from collector.plugin.source import Metric, Reading
from collector.sampling.values import Refusal, check_of
from collector.transforms.pipeline import Pipeline
from collector.transforms.problem import Problem
from collector.transforms.step import Parcel, Stamp, Values

OnSent = Callable[[str, Values, Mapping[str, Metric]], None]
"""Told a sensor, values of one instant, and all metrics that may be sent."""


@dataclass(slots=True)
class _Line:
    """The transforms of one sensor."""

    pipeline: Pipeline
    known: dict[str, Metric] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    problems: Sequence[tuple[int, Problem]] = ()


class Sending:
    """Puts readings through a source's transforms, as sampling does.

    Args:
        source: The source; nothing happens for one without transforms.
        clock: The time.
        on_sent: Told what would be sent.
        on_problem: Told what a transform cannot do.
    """

    def __init__(
        self,
        source: SourceConfig,
        clock: Clock,
        on_sent: OnSent,
        on_problem: Callable[[str], None],
    ) -> None:
        self._source = source
        self._clock = clock
        self._on_sent = on_sent
        self._on_problem = on_problem
        self._lines: dict[str, _Line] = {}

    def take(self, reading: Reading, metrics: Mapping[str, Metric]) -> None:
        """Take a reading of a source that has these metrics."""
        if not self._source.transforms:
            return
        sensor = reading.sensor or self._source.sensor
        line = self._lines.setdefault(sensor, _Line(Pipeline(self._source.transforms)))
        self._learn(line, metrics)
        values = _accepted(reading, metrics)
        if values:
            self._tell(sensor, line, line.pipeline.take(values, self._stamp(reading)))

    def finish(self) -> None:
        """Tell what is still held back, such as the figures of a window that is not over.

        And what transforms could not do, after all that the source has told of its metrics.
        """
        for sensor, line in self._lines.items():
            self._tell(sensor, line, line.pipeline.flush(None))
            for index, problem in line.problems:
                kind = self._source.transforms[index].type
                self._on_problem(f"transform {index + 1} ({kind}): {problem.message}")

    def _learn(self, line: _Line, metrics: Mapping[str, Metric]) -> None:
        if line.known == metrics:
            return
        line.known = dict(metrics)
        line.metrics, line.problems = line.pipeline.follow(metrics.values())

    def _tell(self, sensor: str, line: _Line, parcels: list[Parcel]) -> None:
        for _, values in parcels:
            self._on_sent(sensor, values, line.metrics)

    def _stamp(self, reading: Reading) -> Stamp:
        now = self._clock.now()
        taken_at = reading.taken_at or now
        wall_ms = self._clock.wall_ms() - now.boottime_ms + taken_at.boottime_ms
        return Stamp(taken_at, wall_ms)


def _accepted(reading: Reading, metrics: Mapping[str, Metric]) -> Values:
    """Return the values that would be accepted; the trial complains about the others."""
    values: Values = {}
    for name, value in reading.values.items():
        checked = check_of(metrics[name])(value) if name in metrics else None
        if checked is not None and not isinstance(checked, Refusal):
            values[name] = checked
    return values
