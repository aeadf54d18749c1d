"""Where checked readings leave sampling."""

import threading
from collections.abc import Callable, Collection

from collector.buffering.reading import StampedReading
from collector.clock import Clock
from collector.ledger import Ledger, RefusalReason
from collector.sampling.catalogue import Catalogue
from collector.status import LastValue

Accept = Callable[[StampedReading], None]

_MAX_SHAPES_PER_SENSOR = 64


class Outlet:
    """Counts readings as accepted, remembers the last values, and hands them on.

    Safe to use from every thread.

    Args:
        clock: The time.
        ledger: Gets the counts.
        catalogue: Knows names and units of metrics.
        accept: Gets the readings; called from many threads, after they were counted.
    """

    def __init__(self, clock: Clock, ledger: Ledger, catalogue: Catalogue, accept: Accept) -> None:
        self._clock = clock
        self._ledger = ledger
        self._catalogue = catalogue
        self._accept = accept
        self._lock = threading.Lock()
        self._is_closed = False
        self._last: dict[str, dict[tuple[str, ...], StampedReading]] = {}

    def put(self, reading: StampedReading) -> None:
        """Hand a reading on; once the outlet is closed, it is refused as too late."""
        with self._lock:
            if not self._is_closed:
                self._remember(reading)
                for source, count in reading.counts:
                    self._ledger.accept(source, reading.sensor, count)
                self._accept(reading)
                return
        for source, count in reading.counts:
            self._ledger.refuse(source, reading.sensor, RefusalReason.LATE, count)

    def close(self) -> None:
        """Hand nothing on any more. When this returns, `accept` is called no more."""
        with self._lock:
            self._is_closed = True

    def forget(self, sources: Collection[str]) -> None:
        """Remember the last values of sources that are gone no more."""
        with self._lock:
            for sensor, shapes in self._last.items():
                self._last[sensor] = {
                    shape: reading
                    for shape, reading in shapes.items()
                    if not any(source in sources for source, _ in reading.counts)
                }

    def last_values(self) -> list[LastValue]:
        """Return the newest value of every metric, by sensor and in the order of the sources."""
        with self._lock:
            last = {sensor: list(shapes.values()) for sensor, shapes in self._last.items()}
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        found: dict[tuple[str, str], LastValue] = {}
        for sensor, readings in sorted(last.items()):
            for reading in readings:
                taken_at_s = now_s - (now.boottime_ms - reading.taken_at.boottime_ms) / 1000
                for metric, value in zip(reading.metrics, reading.values, strict=True):
                    declared = self._catalogue.metric(sensor, metric)
                    found[sensor, metric] = LastValue(
                        sensor=sensor,
                        metric=metric,
                        name=declared.title,
                        value=value,
                        unit=declared.unit_text,
                        taken_at_s=taken_at_s,
                    )
        return list(found.values())

    def _remember(self, reading: StampedReading) -> None:
        # Whole readings by their shape, newest last: one entry per reading instead of per value.
        shapes = self._last.setdefault(reading.sensor, {})
        shapes.pop(reading.metrics, None)
        if len(shapes) >= _MAX_SHAPES_PER_SENSOR:
            del shapes[next(iter(shapes))]
        shapes[reading.metrics] = reading
