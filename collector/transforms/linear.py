"""``scale`` and ``offset``: a value times a factor, a value plus a constant."""

from collections.abc import Sequence
from math import isfinite
from typing import Annotated, Literal

from pydantic import AfterValidator

from collector.plugin.source import Metric
from collector.transforms.naming import as_double
from collector.transforms.selective import SelectiveStep
from collector.transforms.settings import ForMetrics, Words
from collector.transforms.step import Parcel, Stamp, Tally, Values


def _not_zero(value: float) -> float:
    if value == 0:
        raise ValueError("must not be 0: every value would be 0")
    return value


class _LinearSettings(ForMetrics):
    unit: Words | None = None
    """The unit afterwards; one that the agent knows, such as ``"°C"``, becomes that. By default it
    stays."""


class ScaleSettings(_LinearSettings):
    """``type = "scale"``: each value is multiplied."""

    type: Literal["scale"]
    """What is done."""

    factor: Annotated[float, AfterValidator(_not_zero)]
    """What with."""


class OffsetSettings(_LinearSettings):
    """``type = "offset"``: to each value something is added."""

    type: Literal["offset"]
    """What is done."""

    add: float
    """What; negative to subtract."""


class LinearStep(SelectiveStep[None]):
    """Multiplies and adds. A result beyond the range of doubles is left out."""

    def __init__(
        self, settings: _LinearSettings, tally: Tally, factor: float, constant: float
    ) -> None:
        super().__init__(settings, tally)
        self._unit = settings.unit
        self._factor = factor
        self._constant = constant

    def state_of(self, metric: Metric) -> None:
        """See `SelectiveStep`."""

    def changed(self, metric: Metric) -> Metric:
        """See `SelectiveStep`."""
        return as_double(metric, self._unit)

    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """See `Step`."""
        del stamp
        factor, constant = self._factor, self._constant
        for name in self._targets:
            if name in values:
                result = values[name] * factor + constant  # type: ignore[operator] # numbers
                if isfinite(result):
                    values[name] = result
                else:
                    del values[name]
                    self.leave_out()
        return ()


def scale(settings: ScaleSettings, tally: Tally) -> LinearStep:
    """Return the step of a table."""
    return LinearStep(settings, tally, settings.factor, 0.0)


def offset(settings: OffsetSettings, tally: Tally) -> LinearStep:
    """Return the step of a table."""
    return LinearStep(settings, tally, 1.0, settings.add)
