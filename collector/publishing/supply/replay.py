"""How fast a backlog is sent: so many readings per second at most, while live ones go as they come.

What was taken long ago spends tokens, of which a bucket gets so many per second. Whether a sensor's
oldest readings are old is only known when they were taken, so the first that are found may be more
than there are tokens; the debt is waited for.
"""

from collections.abc import Callable, Sequence

from collector.buffering.reading import StampedReading
from collector.clock import Clock
from collector.publishing.supply.backlog import is_backlog

BURST_S = 1.0
"""The bucket holds the tokens of so long a time: more than an answer of the agent takes."""

SLICE_S = 0.1
"""Tokens are spent when those of so long a time are there, so that windows do not hold one each."""

_ROUNDING = 1e-6
"""So that at the time when a token is due it is there."""


class Replay:
    """Bounds the rate of a backlog. Used from the network thread alone.

    Args:
        rate: Readings per second; None for as fast as it goes.
    """

    def __init__(self, clock: Clock, rate: float | None) -> None:
        self._clock = clock
        self._rate = rate or 0.0
        self._tokens = self._rate * BURST_S
        self._filled_at_s = clock.monotonic_s()
        self._behind: dict[str, None] = {}
        self._is_short = False

    def in_turn(self, sensors: list[str]) -> list[str]:
        """Return sensors with those last that had tokens last; a new round begins."""
        self._is_short = False
        if not self._behind:
            return sensors
        waiting = frozenset(sensors)
        self._behind = {sensor: None for sensor in self._behind if sensor in waiting}
        turns = {sensor: turn for turn, sensor in enumerate(self._behind)}
        return sorted(sensors, key=lambda sensor: turns.get(sensor, -1))

    def allowed(self, sensor: str, count: int) -> int:
        """Return how many of a sensor's readings may be taken, of so many that are wanted."""
        if sensor not in self._behind or not count:
            return count
        self._fill()
        tokens = self._tokens + _ROUNDING
        if tokens < min(count, self._slice):
            self._is_short = True
            return 0
        return min(count, int(tokens))

    def taken(
        self, sensor: str, readings: Sequence[StampedReading], ready: Callable[[], list[str]]
    ) -> None:
        """Note what was taken of a sensor; ``ready`` tells which have still something waiting."""
        if not self._rate or not readings:
            return
        self._behind.pop(sensor, None)
        now = self._clock.now()
        old = sum(is_backlog(reading, now) for reading in readings)
        if not old:
            return
        self._fill()
        self._tokens -= old
        if is_backlog(readings[-1], now) and sensor in ready():
            self._behind[sensor] = None  # at the end of the turns

    def next_due_s(self) -> float | None:
        """Return the monotonic time at which more may be taken; None where none is waited for."""
        if not self._is_short:
            return None
        return self._filled_at_s + (self._slice - self._tokens) / self._rate

    @property
    def _slice(self) -> float:
        return max(1.0, self._rate * SLICE_S)

    def _fill(self) -> None:
        now_s = self._clock.monotonic_s()
        most = max(1.0, self._rate * BURST_S)
        self._tokens = min(most, self._tokens + (now_s - self._filled_at_s) * self._rate)
        self._filled_at_s = now_s
