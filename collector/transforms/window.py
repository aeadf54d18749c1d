"""``window``: figures over a period instead of each value.

Windows lie on round instants of the wall clock: of one minute, from :00 up to, and without, :00. A
window ends with the first value after it, or, when none comes, a while after its end. Its figures
carry the time of the last value that they cover, so no instant is ever made up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from collector.plugin.settings import Duration
from collector.plugin.source import Metric
from collector.transforms.figures import GETTERS, OF_ANY_TYPE, AnyFigures, Figure, NumberFigures
from collector.transforms.problem import Problem
from collector.transforms.selection import is_number
from collector.transforms.selective import SelectiveStep
from collector.transforms.settings import ForMetrics
from collector.transforms.step import Followed, Metrics, Parcel, Stamp, Tally, Values
from collector.wire.ids import is_metric_id
from collector.wire.units import MetricValue, ValueType

SLACK_MS = 10
"""Ticks may lie up to 5 ms beside the round instants (`sampling.schedule`), and stamps are rounded
to a millisecond; a value so little before a window belongs to it."""


def _each_once(value: tuple[Figure, ...]) -> tuple[Figure, ...]:
    if not value or len(set(value)) < len(value):
        raise ValueError("must name at least one figure, and each only once")
    return value


class WindowSettings(ForMetrics):
    """``type = "window"``: figures over a period instead of each value."""

    type: Literal["window"]
    """What is done."""

    period: Duration = Field(ge=0.1)
    """How long a window is, on round instants of the wall clock."""

    figures: Annotated[tuple[Figure, ...], AfterValidator(_each_once)] = ("mean",)
    """Any of min, max, mean, last and count. Each is a metric of its own: ``power-mean``."""

    keep: bool = False
    """Whether the values themselves go on as well."""


class WindowStep(SelectiveStep[tuple[tuple[Figure, str], ...]]):
    """Gathers values; what it remembers of a metric are its figures and the ids of these."""

    def __init__(self, settings: WindowSettings, tally: Tally) -> None:
        super().__init__(settings, tally)
        self._window = settings
        self._period_ms = round(settings.period * 1000)
        self._slack_ms = min(SLACK_MS, self._period_ms // 4)
        self._of_any_type = set(settings.figures) <= OF_ANY_TYPE
        self._numbers: dict[str, bool] = {}
        self._end_ms: int | None = None
        self._open: dict[str, NumberFigures | AnyFigures] = {}

    def follow(self, metrics: Mapping[str, Metric]) -> Followed:
        """See `Step`."""
        leaving, problems = super().follow(metrics)
        for name in self._targets:
            if name in metrics:
                leaving |= self._made_of(metrics[name])
                if not self._window.keep:
                    del leaving[name]
        return Followed(leaving, problems)

    def state_of(self, metric: Metric) -> tuple[tuple[Figure, str], ...]:
        """See `SelectiveStep`."""
        self._numbers[metric.id] = is_number(metric)
        return tuple((figure, f"{metric.id}-{figure}") for figure in self._window.figures)

    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """See `Step`."""
        covered = [name for name in self._targets if name in values]
        if not covered:
            return ()
        closed = self._close() if self._is_over(stamp.at_ms) else ()
        if self._end_ms is None:
            into_ms = (stamp.wall_ms + self._slack_ms) % self._period_ms
            self._end_ms = stamp.at_ms + self._period_ms - into_ms
        for name in covered:
            self._add(name, values[name], stamp)
            if not self._window.keep:
                del values[name]
        if not self._window.keep:
            self.leave_out(len(covered))
        return closed

    @property
    def holds_back(self) -> bool:
        """See `Step`."""
        return True

    @property
    def due_ms(self) -> int | None:
        """See `Step`."""
        return self._end_ms

    def flush(self, until_ms: int | None) -> Sequence[Parcel]:
        """See `Step`."""
        return self._close() if until_ms is None or self._is_over(until_ms) else ()

    def _adopt(self, metric: Metric, leaving: Metrics) -> Problem | None:
        if not is_number(metric) and not self._of_any_type:
            return super()._adopt(metric, leaving)
        for made in self._made_of(metric):
            if not is_metric_id(made):
                return Problem("metric", f"a figure would be called {made!r}, which is too long")
            if made in leaving:
                return Problem("metric", f"{made!r} is the id of another metric already")
        if metric.id not in self._targets:
            self._targets[metric.id] = self.state_of(metric)
        return None

    def _made_of(self, metric: Metric) -> Metrics:
        made = {}
        for figure in self._window.figures:
            of_it = replace(metric, id=f"{metric.id}-{figure}", name=f"{metric.title} ({figure})")
            if figure == "count":
                of_it = Metric(id=of_it.id, name=of_it.name, type=ValueType.INTEGER)
            elif figure == "mean" and metric.unit is None:
                of_it = replace(of_it, type=ValueType.DOUBLE)
            made[of_it.id] = of_it
        return made

    def _is_over(self, at_ms: int) -> bool:
        return self._end_ms is not None and at_ms >= self._end_ms

    def _add(self, name: str, value: MetricValue, stamp: Stamp) -> None:
        figures = self._open.get(name)
        if figures is not None:
            figures.add(value, stamp)  # type: ignore[arg-type] # numbers where they are wanted
        elif self._numbers[name]:
            self._open[name] = NumberFigures(value, stamp)  # type: ignore[arg-type]
        else:
            self._open[name] = AnyFigures(value, stamp)

    def _close(self) -> Sequence[Parcel]:
        gathered, self._open, self._end_ms = self._open, {}, None
        parcels: dict[Stamp, Values] = {}
        for name, figures in gathered.items():
            values = parcels.setdefault(figures.stamp, {})
            for figure, made in self._targets[name]:
                value = GETTERS[figure](figures)
                self._tally.made += 1
                if isinstance(value, float) and not isfinite(value):  # a sum beyond all doubles
                    self.leave_out()
                else:
                    values[made] = value
        in_order = sorted(parcels, key=lambda stamp: stamp.at_ms)
        return [Parcel(stamp, parcels[stamp]) for stamp in in_order if parcels[stamp]]
