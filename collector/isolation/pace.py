"""Keeps one source from taking more than its share of the collector's time."""

from collector.clock import Clock
from collector.plugin.source import StopSignal

MAX_READINGS = 2000
"""Readings of one source that are taken in a second; the worker holds back the others."""

MAX_VALUES = 50_000
"""Values of them: a reading may hold many."""


class Pace:
    """Counts the readings of each second.

    Args:
        clock: Measures it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._second_s = clock.monotonic_s()
        self._readings = self._values = 0

    def keep(self, readings: int, values: int, stop: StopSignal) -> None:
        """Count readings and their values; wait for the end of this second if they are too many."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._second_s + 1:
            self._second_s, self._readings, self._values = now_s, 0, 0
        self._readings += readings
        self._values += values
        if self._readings > MAX_READINGS or self._values > MAX_VALUES:
            stop.wait(self._second_s + 1 - now_s)
