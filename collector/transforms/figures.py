"""What is known of the values of one metric in a window, without keeping them."""

from collections.abc import Callable, Mapping
from math import isfinite
from types import MappingProxyType
from typing import Literal

from collector.transforms.step import Stamp
from collector.wire.units import MetricValue

Figure = Literal["min", "max", "mean", "last", "count"]


class NumberFigures:
    """Figures of numbers.

    Attributes:
        stamp: Of the last value.
    """

    __slots__ = ("count", "high", "last", "low", "stamp", "total")

    def __init__(self, value: float, stamp: Stamp) -> None:
        self.low = self.high = self.last = value
        self.total = float(value)
        self.count = 1
        self.stamp = stamp

    def add(self, value: float, stamp: Stamp) -> None:
        """Add a value."""
        self.low = min(self.low, value)
        self.high = max(self.high, value)
        self.total += value
        self.count += 1
        self.last, self.stamp = value, stamp

    @property
    def mean(self) -> float:
        """The arithmetic mean; infinite where the sum is beyond all doubles."""
        if not isfinite(self.total):
            return self.total
        return float(min(max(self.total / self.count, self.low), self.high))  # rounding aside


class AnyFigures:
    """Figures of values that need not be numbers: only the last one and how many there were."""

    __slots__ = ("count", "last", "stamp")

    def __init__(self, value: MetricValue, stamp: Stamp) -> None:
        self.count = 1
        self.last, self.stamp = value, stamp

    def add(self, value: MetricValue, stamp: Stamp) -> None:
        """Add a value."""
        self.count += 1
        self.last, self.stamp = value, stamp


GETTERS: Mapping[Figure, Callable[..., MetricValue]] = MappingProxyType(
    {
        "min": lambda figures: figures.low,
        "max": lambda figures: figures.high,
        "mean": lambda figures: figures.mean,
        "last": lambda figures: figures.last,
        "count": lambda figures: figures.count,
    }
)

OF_ANY_TYPE: frozenset[Figure] = frozenset({"last", "count"})
