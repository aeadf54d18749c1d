"""Which metrics a transform is for: one by its id, several by a pattern, or all."""

import difflib
import fnmatch
import re
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator

from collector.plugin.source import Metric
from collector.transforms.problem import Problem
from collector.wire.ids import is_metric_id
from collector.wire.units import ValueType

_WILDCARDS = re.compile(r"[*?]")


def metric_pattern(value: str) -> str:
    """Refuse what can be neither an id nor a pattern of ids."""
    if not is_metric_id(_WILDCARDS.sub("x", value)):
        raise ValueError(
            f"{value!r} is neither a metric id nor a pattern of ids: use 1 to 32 letters, digits,"
            " spaces, '_' or '-', and '*' and '?' for any"
        )
    return value


MetricPattern = Annotated[str, AfterValidator(metric_pattern)]
"""A metric id; or several, with ``*`` for any characters and ``?`` for any one; ``*`` for all."""


def is_pattern(text: str) -> bool:
    """Tell whether this may stand for several metrics."""
    return _WILDCARDS.search(text) is not None


def is_number(metric: Metric) -> bool:
    """Tell whether the values of a metric are numbers."""
    return metric.unit is not None or metric.type in (ValueType.DOUBLE, ValueType.INTEGER)


def selected(text: str, metrics: Iterable[str]) -> list[str]:
    """Return the ids that a pattern, or an id, stands for."""
    if not is_pattern(text):
        return [name for name in metrics if name == text]
    matches = re.compile(fnmatch.translate(text)).match
    return [name for name in metrics if matches(name)]


def unknown(
    key: str, name: str, metrics: Mapping[str, Metric], offset: int | None = None
) -> Problem:
    """Return the complaint about a metric that there is not."""
    nearest = difflib.get_close_matches(name, metrics, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    message = f"there is no metric {name!r} here{hint} (there are: {', '.join(metrics) or 'none'})"
    return Problem(key, message, offset, may_come=True)
