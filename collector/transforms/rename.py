"""``rename``: a metric goes on under another id."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, Self

from pydantic import model_validator

from collector.plugin.source import Metric
from collector.transforms.problem import Problem
from collector.transforms.selection import MetricPattern, is_pattern, selected, unknown
from collector.transforms.settings import ForMetrics, Words
from collector.transforms.step import Followed, Metrics, Parcel, Stamp, Step, Tally, Values
from collector.wire.ids import is_metric_id


class RenameSettings(ForMetrics):
    """``type = "rename"``: a metric goes on under another id, and perhaps another name."""

    type: Literal["rename"]
    """What is done."""

    to: MetricPattern
    """The new id. With one ``*`` in both, what it stood for is kept: ``"*"`` to ``"boiler-*"``."""

    name: Words = ""
    """What people read; by default what they read before. Only of a single metric."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        before, after = self.metric, self.to
        if not is_pattern(before) and not is_pattern(after):
            return self
        if before.count("*") != 1 or after.count("*") != 1 or "?" in before + after:
            raise ValueError("metric and to must both be ids, or both have one '*' and no '?'")
        if self.name:
            raise ValueError("name must be left out where several metrics are renamed")
        return self


class RenameStep(Step):
    """Knows the new ids. What cannot be called so keeps its old one."""

    def __init__(self, settings: RenameSettings, tally: Tally) -> None:
        del tally
        self._settings = settings
        self._new: dict[str, str] = {}

    def follow(self, metrics: Mapping[str, Metric]) -> Followed:
        """See `Step`."""
        wanted = self._settings.metric
        names = selected(wanted, metrics)
        if not names and not is_pattern(wanted):
            return Followed(dict(metrics), [unknown("metric", wanted, metrics)])
        new: dict[str, str] = {}
        problems = []
        for name in names:
            after = self._renamed(name)
            if not is_metric_id(after):
                problems.append(Problem("to", f"{name!r} would become {after!r}, which is no id"))
            elif after != name and (after in metrics or after in new.values()):
                problems.append(Problem("to", f"{after!r} is the id of another metric already"))
            else:
                new[name] = after
        self._new = new
        return Followed(self._leaving(metrics), problems)

    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """See `Step`."""
        del stamp
        found = [(name, values.pop(name)) for name in self._new if name in values]
        for name, value in found:
            values[self._new[name]] = value
        return ()

    def _leaving(self, metrics: Mapping[str, Metric]) -> Metrics:
        leaving: Metrics = {}
        for name, metric in metrics.items():
            after = self._new.get(name, name)
            title = self._settings.name or metric.name if after != name else metric.name
            leaving[after] = replace(metric, id=after, name=title)
        return leaving

    def _renamed(self, name: str) -> str:
        before, _, behind = self._settings.metric.partition("*")
        kept = name[len(before) : len(name) - len(behind)]
        return self._settings.to.replace("*", kept)
