"""``range`` and ``frozen``: values that cannot be true are left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from collector.plugin.settings import Duration
from collector.plugin.source import Metric
from collector.transforms.bounds import BoundedSettings
from collector.transforms.selective import SelectiveStep
from collector.transforms.settings import ForMetrics
from collector.transforms.step import Parcel, Stamp, Tally, Values
from collector.wire.units import MetricValue


class RangeSettings(BoundedSettings):
    """``type = "range"``: a value beyond a bound is left out."""

    type: Literal["range"]
    """What is done."""


class FrozenSettings(ForMetrics):
    """``type = "frozen"``: a value that has not changed for too long is left out until it does."""

    type: Literal["frozen"]
    """What is done."""

    after: Duration = Field(gt=0)
    """How long a value may stay the same."""


class RangeStep(SelectiveStep[None]):
    """Leaves out what is out of range."""

    def __init__(self, settings: RangeSettings, tally: Tally) -> None:
        super().__init__(settings, tally)
        self._low, self._high = settings.low, settings.high

    def state_of(self, metric: Metric) -> None:
        """See `SelectiveStep`."""

    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """See `Step`."""
        del stamp
        low, high = self._low, self._high
        for name in self._targets:
            if name in values and not low <= values[name] <= high:  # type: ignore[operator] # numbers
                del values[name]
                self.leave_out()
        return ()


@dataclass(slots=True)
class _Unchanged:
    """Since when a metric shows the same.

    Attributes:
        value: None before the first.
        last_ms: When it was last seen.
    """

    value: MetricValue | None = None
    since_ms: int = 0
    last_ms: int = 0


class FrozenStep(SelectiveStep[_Unchanged]):
    """Leaves out what does not change. A source that was silent for that long is judged anew."""

    numbers_only = False

    def __init__(self, settings: FrozenSettings, tally: Tally) -> None:
        super().__init__(settings, tally)
        self._after_ms = round(settings.after * 1000)

    def state_of(self, metric: Metric) -> _Unchanged:
        """See `SelectiveStep`."""
        del metric
        return _Unchanged()

    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """See `Step`."""
        at_ms = stamp.at_ms
        for name, state in self._targets.items():
            if name in values:
                value = values[name]
                is_new = value != state.value or at_ms - state.last_ms >= self._after_ms
                state.last_ms = at_ms
                if is_new:
                    state.value, state.since_ms = value, at_ms
                elif at_ms - state.since_ms >= self._after_ms:
                    del values[name]
                    self.leave_out()
        return ()
