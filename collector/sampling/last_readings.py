"""The newest value of each metric of one sensor, remembered by whole readings.

    by shape   (a, b) ──> reading    newest last; one entry per reading instead of per value
               (a)    ──> reading
    older      c ──> reading         of a shape that had to make room

Readings of most sensors have a few shapes that come again and again. Those whose values are left
out while they do not change have as many as there are subsets.
"""

from collections.abc import Collection

from collector.buffering.reading import StampedReading
from collector.clock import Instant
from collector.wire.units import MetricValue

MAX_SHAPES = 64


class LastReadings:
    """Used by one thread at a time."""

    def __init__(self) -> None:
        self._by_shape: dict[tuple[str, ...], StampedReading] = {}
        self._older: dict[str, StampedReading] = {}

    def remember(self, reading: StampedReading) -> None:
        """Take a reading as the newest."""
        shapes = self._by_shape
        shapes.pop(reading.metrics, None)
        if len(shapes) >= MAX_SHAPES:
            oldest = shapes.pop(next(iter(shapes)))
            self._older.update(dict.fromkeys(oldest.metrics, oldest))
        shapes[reading.metrics] = reading

    def forget(self, sources: Collection[str]) -> None:
        """Forget what came from these sources."""
        self._by_shape = {
            shape: reading
            for shape, reading in self._by_shape.items()
            if not _is_of(reading, sources)
        }
        self._older = {
            metric: reading
            for metric, reading in self._older.items()
            if not _is_of(reading, sources)
        }

    def values(self) -> dict[str, tuple[MetricValue, Instant]]:
        """Return the newest value of each metric, and when it was taken."""
        found = {
            metric: (reading.values[reading.metrics.index(metric)], reading.taken_at)
            for metric, reading in self._older.items()
        }
        for reading in self._by_shape.values():
            for metric, value in zip(reading.metrics, reading.values, strict=True):
                found[metric] = value, reading.taken_at
        return found


def _is_of(reading: StampedReading, sources: Collection[str]) -> bool:
    return any(source in sources for source, _ in reading.counts)
