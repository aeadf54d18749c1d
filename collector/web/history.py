"""What all metrics showed over the last hours, for the plots.

links' threads ──put──> waiting readings ──settle──> a series per metric
                        (a bounded deque)            (this thread alone)
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from collector.clock import Clock, Instant
from collector.web.series import SERIES_BYTES, Point, Series

Points = dict[str, list[float]]

MAX_BYTES = 8 * 1024**2
MAX_SERIES = MAX_BYTES // SERIES_BYTES
TREND_S = 3600.0
TREND_POINTS = 120
"""Of each metric, for the small plots; the large one gets all points."""

SILENT_S = 3600.0
"""A metric that gave nothing for so long leaves its place to another, when there is none left."""

LOOK_S = 60.0
"""How often such a place is looked for."""

MAX_WAITING = 4096
"""Readings between two calls of `settle`; of more than these, the newest are plotted."""


class Taken(Protocol):
    """What is needed of a reading."""

    @property
    def sensor(self) -> str:
        """Sensor id."""
        ...

    @property
    def metrics(self) -> Sequence[str]:
        """Metric ids."""
        ...

    @property
    def values(self) -> Sequence[Any]:
        """As many values."""
        ...

    @property
    def taken_at(self) -> Instant:
        """When it was taken."""
        ...


class History:
    """Keeps the numbers of accepted readings; `put` is for every thread, all else for one.

    Memory is bounded by `MAX_BYTES` for the series and `MAX_WAITING` readings that wait. Of more
    than `MAX_SERIES` metrics, those that came last have no plot.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: deque[Taken] = deque(maxlen=MAX_WAITING)
        self._series: dict[tuple[str, str], Series] = {}
        self._full_until_s = 0.0
        self.put = self._waiting.append
        """Take an accepted reading. Costs its caller one append."""

    def settle(self) -> None:
        """Sort what was put into the series."""
        while self._waiting:
            reading = self._waiting.popleft()
            at_s = reading.taken_at.boottime_ms / 1000
            for metric, value in zip(reading.metrics, reading.values, strict=True):
                if not isinstance(value, str):
                    self._add((reading.sensor, metric), at_s, float(value))

    def points(self, sensor: str, metric: str) -> Points | None:
        """Return all points of a metric; None of one that never was a number.

        Returns:
            ``ages_s``, how long ago each was taken, oldest first, and ``values``.
        """
        series = self._series.get((sensor, metric))
        if series is None:
            return None
        now_s = self._now_s()
        return _told(series.points(now_s), now_s)

    def trends(self, sensor: str) -> dict[str, Points]:
        """Return the last hour of each metric of a sensor, thinned to `TREND_POINTS`."""
        now_s = self._now_s()
        return {
            metric: _told(series.trend(now_s, TREND_S, TREND_POINTS), now_s)
            for (name, metric), series in self._series.items()
            if name == sensor
        }

    def size_bytes(self) -> int:
        """Return what the series take of memory."""
        return sum(series.size_bytes() for series in self._series.values())

    def _now_s(self) -> float:
        return self._clock.now().boottime_ms / 1000

    def _add(self, key: tuple[str, str], at_s: float, value: float) -> None:
        series = self._series.get(key)
        if series is None:
            if not self._has_room(at_s):
                return
            series = self._series[key] = Series()
        series.add(at_s, value)

    def _has_room(self, now_s: float) -> bool:
        if len(self._series) < MAX_SERIES:
            return True
        if now_s < self._full_until_s:
            return False
        silent = [key for key, each in self._series.items() if each.newest_s < now_s - SILENT_S]
        for key in silent:
            del self._series[key]
        if not silent:
            self._full_until_s = now_s + LOOK_S
        return bool(silent)


def _told(points: Sequence[Point], now_s: float) -> Points:
    return {
        "ages_s": [round(now_s - at_s, 1) for at_s, _ in points],
        "values": [value for _, value in points],
    }
