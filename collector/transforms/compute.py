"""``compute``: a metric of its own by a formula over the others of the same reading."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Literal

from collector.plugin.settings import MetricId
from collector.plugin.source import Metric
from collector.transforms.closures import ExpressionError
from collector.transforms.expression import Expression, parse
from collector.transforms.functions import FUNCTIONS
from collector.transforms.naming import as_double
from collector.transforms.problem import Problem
from collector.transforms.selection import unknown
from collector.transforms.settings import TransformSettings, Words
from collector.transforms.step import Followed, Parcel, Stamp, Step, Tally, Values
from collector.wire.units import ValueType

_KEY = "expression"


class ComputeSettings(TransformSettings):
    """``type = "compute"``: one more metric, by a formula over the others of the same reading."""

    type: Literal["compute"]
    """What is done."""

    metric: MetricId
    """The id of the new metric."""

    expression: str
    """The formula, such as ``"(power_l1 + power_l2) / 1000"``; ids that are no plain words stand in
    quotes."""

    unit: Words = ""
    """The unit of the result; one that the agent knows, such as ``"W"``, becomes that."""

    name: Words = ""
    """What people read; by default the id."""

    def problems(self) -> Sequence[Problem]:
        """See `TransformSettings`."""
        try:
            is_bool = parse(self.expression).is_bool
        except ExpressionError as error:
            return [Problem(_KEY, str(error), error.offset)]
        if is_bool and self.unit:
            return [Problem("unit", "must be left out: the result is true or false")]
        return ()


class ComputeStep(Step):
    """Computes from the values of one instant; where one is missing, there is no result.

    Raises:
        ExpressionError: Its formula is none; see `ComputeSettings.problems`.
    """

    def __init__(self, settings: ComputeSettings, tally: Tally) -> None:
        self._settings = settings
        self._tally = tally
        self._expression: Expression = parse(settings.expression)
        self._is_ready = False

    def follow(self, metrics: Mapping[str, Metric]) -> Followed:
        """See `Step`."""
        problems = self._problems(metrics)
        self._is_ready = not problems
        if problems:
            return Followed(dict(metrics), problems)
        return Followed({**metrics, self._settings.metric: self._made()})

    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """See `Step`."""
        del stamp
        if not self._is_ready:
            return ()
        try:
            result = self._expression.evaluate(values)
        except KeyError:
            if any(name in values for name in self._expression.inputs):
                self._count_none()
            return ()
        except (ArithmeticError, ValueError):
            self._count_none()
            return ()
        if isfinite(result):
            self._tally.made += 1
            values[self._settings.metric] = result
        else:
            self._count_none()
        return ()

    def _count_none(self) -> None:
        self._tally.made += 1
        self._tally.filtered[self._settings.type] += 1

    def _made(self) -> Metric:
        metric = Metric(id=self._settings.metric, name=self._settings.name)
        if self._expression.is_bool:
            return Metric(id=metric.id, name=metric.name, type=ValueType.BOOL)
        return as_double(metric, self._settings.unit)

    def _problems(self, metrics: Mapping[str, Metric]) -> list[Problem]:
        if self._settings.metric in metrics:
            message = f"{self._settings.metric!r} is the id of another metric already"
            return [Problem("metric", message)]
        problems = []
        for name, offset in self._expression.inputs.items():
            if name not in metrics:
                problems.append(_unknown(name, metrics, offset))
            elif metrics[name].unit is None and metrics[name].type is ValueType.STRING:
                problems.append(Problem(_KEY, f"{name!r} is a string: no number", offset))
        return problems


def _unknown(name: str, metrics: Mapping[str, Metric], offset: int) -> Problem:
    """Return the complaint about a name, with what may have been meant by it."""
    for known in metrics:
        if not known.isidentifier() and known.replace(" ", "-").split("-")[0] == name:
            message = f"there is no metric {name!r} here; write '{known}' in quotes"
            return Problem(_KEY, message, offset, may_come=True)
    if name in FUNCTIONS:
        return Problem(
            _KEY, f"there is no metric {name!r} here; as a function: {name}(...)", offset
        )
    return unknown(_KEY, name, metrics, offset)
