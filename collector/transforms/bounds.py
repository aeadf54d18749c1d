"""Two bounds, of which one may be left out: for ``clamp`` and ``range``."""

from math import ceil, floor, inf
from typing import Self

from pydantic import model_validator

from collector.plugin.source import Metric
from collector.transforms.settings import ForMetrics
from collector.wire.units import ValueType

_MIN_INT64, _MAX_INT64 = -(2**63), 2**63 - 1


class BoundedSettings(ForMetrics):
    """A transform with two bounds."""

    minimum: float | None = None
    """The least value."""

    maximum: float | None = None
    """The greatest value."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError("needs minimum, maximum or both")
        if self.low > self.high:
            raise ValueError(f"minimum {self.low:g} must not be more than maximum {self.high:g}")
        return self

    @property
    def low(self) -> float:
        """The least value; minus infinity for none."""
        return -inf if self.minimum is None else self.minimum

    @property
    def high(self) -> float:
        """The greatest value; infinity for none."""
        return inf if self.maximum is None else self.maximum


def bounds_for(metric: Metric, settings: BoundedSettings) -> tuple[float, float]:
    """Return the bounds as values of a metric: of integers, the outermost that are within.

    Where no integer of 64 bits lies within, the first is more than the second.
    """
    low, high = settings.low, settings.high
    if metric.unit is not None or metric.type is not ValueType.INTEGER:
        return low, high
    least = _MIN_INT64 if low == -inf else max(ceil(low), _MIN_INT64)
    return least, (_MAX_INT64 if high == inf else min(floor(high), _MAX_INT64))
