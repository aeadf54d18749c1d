"""A source of a third party whose values, ids and types are not what they should be."""

import itertools
from collections.abc import Sequence
from typing import Any

from collector import (
    ConfigModel,
    Deadline,
    Metric,
    Reading,
    Source,
    SourceContext,
    SourceKind,
    hookimpl,
)

VALUES: tuple[Any, ...] = (
    float("nan"), float("inf"), -float("inf"), 2**63, 2**1100, b"bytes", "\ud800", None,
    "x" * 2**20, 1 + 2j, [1], {"a": 1}, object(),
)  # fmt: skip
IDS: tuple[Any, ...] = ("a/b", "+", "#", "", "é", "x" * 33, "a\0b", 5, None)
TYPES: tuple[Any, ...] = (1.5, "text", True, 2)

_GIVEN = {"values": VALUES, "ids": IDS, "types": TYPES}


class OddSettings(ConfigModel):
    what: str
    """Of what it gives one after the other: values, ids, types."""


class Odd(Source):
    """Gives a good value with each reading, the metric good, and one that is odd."""

    def __init__(self, settings: OddSettings, context: SourceContext) -> None:
        self._what = settings.what
        self._number = itertools.count(1)

    @property
    def metrics(self) -> Sequence[Metric]:
        return [Metric(id="good"), Metric(id="odd")]

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        number = next(self._number)
        given = _GIVEN[self._what]
        odd = given[number % len(given)]
        values: dict[Any, Any] = {"good": float(number)}
        values |= {odd: 1.0} if self._what == "ids" else {"odd": odd}
        return [Reading(values=values)]


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [SourceKind(name=name, settings=OddSettings, create=Odd) for name in ("odd", "twice")]
