"""``clamp``: a value beyond a bound becomes that bound."""

from collections.abc import Sequence
from typing import Literal

from collector.plugin.source import Metric
from collector.transforms.bounds import BoundedSettings, bounds_for
from collector.transforms.problem import Problem
from collector.transforms.selective import SelectiveStep
from collector.transforms.step import Metrics, Parcel, Stamp, Tally, Values


class ClampSettings(BoundedSettings):
    """``type = "clamp"``: a value beyond a bound becomes that bound."""

    type: Literal["clamp"]
    """What is done."""


class ClampStep(SelectiveStep[tuple[float, float]]):
    """Keeps values within their bounds; integers stay integers."""

    def __init__(self, settings: ClampSettings, tally: Tally) -> None:
        super().__init__(settings, tally)
        self._bounds = settings

    def _adopt(self, metric: Metric, leaving: Metrics) -> Problem | None:
        low, high = bounds_for(metric, self._bounds)
        if low > high:
            return Problem("minimum", "no integer of 64 bits lies between the bounds")
        return super()._adopt(metric, leaving)

    def state_of(self, metric: Metric) -> tuple[float, float]:
        """See `SelectiveStep`."""
        return bounds_for(metric, self._bounds)

    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """See `Step`."""
        del stamp
        for name, (low, high) in self._targets.items():
            if name in values:
                value = values[name]
                if value < low:  # type: ignore[operator] # targets hold numbers
                    values[name] = low
                elif value > high:  # type: ignore[operator]
                    values[name] = high
        return ()
