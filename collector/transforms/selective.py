"""A step that treats each of the metrics it is for by itself."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

from collector.plugin.source import Metric
from collector.transforms.problem import Problem
from collector.transforms.selection import is_number, is_pattern, selected, unknown
from collector.transforms.settings import ForMetrics
from collector.transforms.step import Followed, Metrics, Step, Tally

StateT = TypeVar("StateT")


class SelectiveStep(Step, Generic[StateT]):
    """Keeps one state for each of its metrics.

    What a pattern stands for and the transform cannot treat (texts, for most) passes as it is; a
    metric that is named and cannot be treated is a problem.

    Args:
        settings: Its table.
        tally: Where it counts.
    """

    numbers_only = True
    """Whether it can treat nothing but numbers."""

    def __init__(self, settings: ForMetrics, tally: Tally) -> None:
        self._settings = settings
        self._tally = tally
        self._targets: dict[str, StateT] = {}

    def follow(self, metrics: Mapping[str, Metric]) -> Followed:
        """See `Step`."""
        wanted = self._settings.metric
        names = selected(wanted, metrics)
        if not names and not is_pattern(wanted):
            return Followed(dict(metrics), [unknown("metric", wanted, metrics)])
        leaving: Metrics = dict(metrics)
        problems = [found for name in names if (found := self._adopt(metrics[name], leaving))]
        return Followed(leaving, problems)

    def _adopt(self, metric: Metric, leaving: Metrics) -> Problem | None:
        """Make a metric a target, or say why it cannot be one."""
        if self.numbers_only and not is_number(metric):
            if is_pattern(self._settings.metric):
                return None
            what = f"metric {metric.id!r} is a {metric.type.value}"
            return Problem("metric", f"{what}: {self._settings.type} is for numbers")
        if metric.id not in self._targets:
            self._targets[metric.id] = self.state_of(metric)
        leaving[metric.id] = self.changed(metric)
        return None

    @abstractmethod
    def state_of(self, metric: Metric) -> StateT:
        """Return what is remembered of a metric, before its first value."""

    def changed(self, metric: Metric) -> Metric:
        """Return what becomes of a metric."""
        return metric

    def leave_out(self, values: int = 1) -> None:
        """Count values that do not go on."""
        self._tally.filtered[self._settings.type] += values
