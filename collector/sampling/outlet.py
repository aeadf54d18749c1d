"""Where checked readings leave sampling."""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection

from collector.buffering.reading import StampedReading
from collector.clock import Clock
from collector.ledger import Ledger, RefusalReason
from collector.sampling.catalogue import Catalogue
from collector.sampling.last_readings import LastReadings
from collector.status import LastValue

Accept = Callable[[StampedReading], None]


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
        self._last: defaultdict[str, LastReadings] = defaultdict(LastReadings)

    def put(self, reading: StampedReading) -> None:
        """Hand a reading on; once the outlet is closed, it is refused as too late."""
        with self._lock:
            if not self._is_closed:
                self._last[reading.sensor].remember(reading)
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
            for last in self._last.values():
                last.forget(sources)

    def last_values(self) -> list[LastValue]:
        """Return the newest value of every metric, by sensor and as they were declared."""
        with self._lock:
            last = {sensor: readings.values() for sensor, readings in self._last.items()}
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        return [
            LastValue(
                sensor=sensor,
                metric=metric.id,
                name=metric.title,
                value=values[metric.id][0],
                unit=metric.unit_text,
                taken_at_s=now_s - (now.boottime_ms - values[metric.id][1].boottime_ms) / 1000,
            )
            for sensor, values in sorted(last.items())
            for metric in self._catalogue.metrics(sensor)
            if metric.id in values
        ]
