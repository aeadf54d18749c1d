"""Figures that move slowly and can be told for any time."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wave:
    """A figure that swings around a mean.

    Attributes:
        mean: What it swings around.
        swing: How far; less than the mean for a figure that adds up to a counter.
        period_s: Seconds from one peak to the next.
        phase_s: How much earlier than a sine it is.
    """

    mean: float
    swing: float
    period_s: float
    phase_s: float = 0.0

    def at(self, t_s: float) -> float:
        """Return the figure at a time."""
        return self.mean + self.swing * math.sin(self._angle(t_s))

    def sum_until(self, t_s: float) -> float:
        """Return what the figure, taken per second, adds up to since 0: a counter that grows."""
        per_radian_s = self.period_s / (2 * math.pi)
        waved = math.cos(self._angle(0.0)) - math.cos(self._angle(t_s))
        return self.mean * t_s + self.swing * per_radian_s * waved

    def _angle(self, t_s: float) -> float:
        return 2 * math.pi * (t_s + self.phase_s) / self.period_s
