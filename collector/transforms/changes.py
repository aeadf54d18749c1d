"""``deadband`` and ``on_change``: a value that is as good as the last one sent is left out."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from collector.plugin.settings import Duration
from collector.plugin.source import Metric
from collector.transforms.reporting import Periods, Report
from collector.transforms.selective import SelectiveStep
from collector.transforms.settings import ForMetrics
from collector.transforms.step import Parcel, Stamp, Tally, Values
from collector.wire.units import MetricValue

Positive = Annotated[float, Field(gt=0)]


class _ReportedSettings(ForMetrics):
    min_period: Duration | None = Field(default=None, gt=0)
    """How long nothing is sent after a value was; a change waits for its end."""

    max_period: Duration | None = Field(default=None, gt=0)
    """After how long a value is sent even so, if one was read. By default never."""

    @model_validator(mode="after")
    def _check_periods(self) -> Self:
        if self.min_period and self.max_period and self.min_period > self.max_period:
            raise ValueError("min_period must not be longer than max_period")
        return self

    @property
    def periods(self) -> Periods:
        """Both in milliseconds."""
        max_ms = None if self.max_period is None else round(self.max_period * 1000)
        return Periods(min_ms=round((self.min_period or 0) * 1000), max_ms=max_ms)


class DeadbandSettings(_ReportedSettings):
    """``type = "deadband"``: a value within a band around the last one sent is left out."""

    type: Literal["deadband"]
    """What is done."""

    absolute: Positive | None = None
    """Half the band's width, in the metric's unit: a value has to differ by more."""

    percent: Positive | None = None
    """The same in percent of the last value sent. With both, the wider band holds."""

    @model_validator(mode="after")
    def _check_band(self) -> Self:
        if self.absolute is None and self.percent is None:
            raise ValueError("needs absolute, percent or both")
        return self


class OnChangeSettings(_ReportedSettings):
    """``type = "on_change"``: a value equal to the last one sent is left out."""

    type: Literal["on_change"]
    """What is done."""


Band = tuple[Any, Any]
"""The least and the greatest value that is as good as the one that was sent last."""


class _ReportedStep(SelectiveStep[Report]):
    """What both have in common. Without periods a metric costs one comparison."""

    def __init__(self, settings: _ReportedSettings, tally: Tally) -> None:
        super().__init__(settings, tally)
        self._periods = settings.periods
        self._is_timed = self._periods.min_ms > 0 or self._periods.max_ms is not None
        self._bands: dict[str, Band] = {}

    def state_of(self, metric: Metric) -> Report:
        """See `SelectiveStep`."""
        del metric
        return Report(self._periods)

    @abstractmethod
    def band(self, sent: MetricValue) -> Band:
        """Return what is as good as a value that was sent."""

    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """See `Step`."""
        lost = self._take_timed(values, stamp) if self._is_timed else self._take_untimed(values)
        if lost:
            self.leave_out(lost)
        return ()

    @property
    def holds_back(self) -> bool:
        """See `Step`."""
        return self._is_timed

    @property
    def due_ms(self) -> int | None:
        """See `Step`."""
        dues = [report.due_ms for report in self._targets.values() if report.due_ms is not None]
        return min(dues, default=None)

    def flush(self, until_ms: int | None) -> Sequence[Parcel]:
        """See `Step`."""
        parcels: dict[Stamp, Values] = {}
        for name, report in self._targets.items():
            held = report.flush(until_ms)
            if held is not None:
                value, stamp = held
                self._bands[name] = self.band(value)
                parcels.setdefault(stamp, {})[name] = value
            elif until_ms is None and (lost := report.forget_held()):
                self.leave_out(lost)
        return [Parcel(stamp, parcels[stamp]) for stamp in sorted(parcels, key=_at_ms)]

    def _take_untimed(self, values: Values) -> int:
        bands, lost = self._bands, 0
        for name in self._targets:
            if name in values:
                value = values[name]
                if name in bands:
                    low, high = bands[name]
                    if low <= value <= high:
                        del values[name]
                        lost += 1
                        continue
                bands[name] = self.band(value)
        return lost

    def _take_timed(self, values: Values, stamp: Stamp) -> int:
        bands, at_ms, lost = self._bands, stamp.at_ms, 0
        for name, report in self._targets.items():
            if name in values:
                value = values[name]
                is_change = True
                if name in bands:
                    low, high = bands[name]
                    is_change = not low <= value <= high
                is_sent, superseded = report.take(value, stamp, at_ms, is_change=is_change)
                lost += superseded
                if is_sent:
                    bands[name] = self.band(value)
                else:
                    del values[name]
        return lost


class DeadbandStep(_ReportedStep):
    """Leaves out what is within the band."""

    def __init__(self, settings: DeadbandSettings, tally: Tally) -> None:
        super().__init__(settings, tally)
        self._absolute = settings.absolute or 0.0
        self._share = (settings.percent or 0.0) / 100

    def band(self, sent: MetricValue) -> Band:
        """See `_ReportedStep`."""
        last: float = sent  # type: ignore[assignment] # targets hold numbers
        half = max(self._absolute, self._share * abs(last))
        return last - half, last + half


class OnChangeStep(_ReportedStep):
    """Leaves out what is equal."""

    numbers_only = False

    def band(self, sent: MetricValue) -> Band:
        """See `_ReportedStep`."""
        return sent, sent


def _at_ms(stamp: Stamp) -> int:
    return stamp.at_ms
