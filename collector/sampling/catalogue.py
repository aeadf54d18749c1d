"""Which metrics each sensor has, and which source each of them belongs to."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from collector.plugin.source import Metric

OnMetrics = Callable[[str, Sequence[Metric]], None]


class Declarations(Protocol):
    """What checks of values ask of the metrics that there are; see `Catalogue`."""

    def declare(self, source: str, sensor: str, metrics: Iterable[Metric]) -> None:
        """Add what a source can give."""
        ...

    def owner(self, sensor: str, metric: str) -> str:
        """Return the source that a metric belongs to; empty for one that belongs to none."""
        ...


class Catalogue:
    """Grows as sources declare metrics. Safe to use from every thread.

    Args:
        on_metrics: Told all metrics of a sensor whenever there are more of them, by the thread that
            declares them.
    """

    def __init__(self, on_metrics: OnMetrics) -> None:
        self._on_metrics = on_metrics
        self._lock = threading.Lock()
        self._sensors: dict[str, dict[str, tuple[Metric, str]]] = {}

    def declare(self, source: str, sensor: str, metrics: Iterable[Metric]) -> None:
        """Add what a source can give; a metric belongs to the source that names it first."""
        with self._lock:
            known = self._sensors.setdefault(sensor, {})
            has_grown = False
            for metric in metrics:
                if metric.id not in known or not known[metric.id][1]:
                    known[metric.id] = metric, source
                    has_grown = True
            if has_grown:
                self._on_metrics(sensor, [metric for metric, owner in known.values() if owner])

    def keep(self, sources: Collection[str]) -> None:
        """Let the metrics of all other sources, which are gone, belong to who names them next."""
        with self._lock:
            for known in self._sensors.values():
                for name, (metric, owner) in known.items():
                    if owner not in sources:
                        known[name] = metric, ""

    def owner(self, sensor: str, metric: str) -> str:
        """Return the source that a metric belongs to; empty for a metric that belongs to none."""
        with self._lock:
            entry = self._sensors.get(sensor, {}).get(metric)
        return entry[1] if entry else ""

    def metrics(self, sensor: str) -> list[Metric]:
        """Return what was declared of a sensor, in that order."""
        with self._lock:
            return [metric for metric, _ in self._sensors.get(sensor, {}).values()]
