"""Values that move."""

from dataclasses import dataclass
from math import sin, tau
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Wave:
    """A value that goes up and down.

    Attributes:
        mean: Its middle.
        amplitude: How far it goes from there.
        period_s: How long once up and down takes.
    """

    mean: float
    amplitude: float
    period_s: float = 600.0

    def at(self, time_s: float, name: str = "") -> float:
        """Return it at a time; every name has waves of its own."""
        return self.mean + self.amplitude * sin(tau * (time_s / self.period_s + phase_of(name)))


def phase_of(name: str) -> float:
    """Return a number from 0 to 1 that belongs to a name."""
    return crc32(name.encode()) / 2**32
