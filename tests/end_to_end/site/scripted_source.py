"""A source that counts, so that every lost, doubled or misplaced value shows."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from collector import (
    ConfigModel,
    Deadline,
    Metric,
    Reading,
    Source,
    SourceContext,
    SourceKind,
    SourceUnavailableError,
    ValueType,
    ValueUnit,
    hookimpl,
)


class CounterSettings(ConfigModel):
    metrics: tuple[str, ...] = ("count",)
    """Each counts 1, 2, 3 ..."""

    per_read: int = 1
    """Readings that one read gives."""

    integer: bool = False
    """Whether values are integers; otherwise degrees Celsius."""

    trouble: Path = Path("no-trouble")
    """A file that says what goes wrong for as long as it is there: hang, raise or unavailable."""


class Counter(Source):
    def __init__(self, settings: CounterSettings, context: SourceContext) -> None:
        self._settings = settings
        self._count = 0

    @property
    def metrics(self) -> Sequence[Metric]:
        return [self._metric(name) for name in self._settings.metrics]

    def _metric(self, name: str) -> Metric:
        title = f"Number of {name}"
        if self._settings.integer:
            return Metric(id=name, name=title, type=ValueType.INTEGER, annotation="pieces")
        return Metric(id=name, name=title, unit=ValueUnit.CELSIUS)

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        self._meet_trouble()
        return [self._next() for _ in range(self._settings.per_read)]

    def _next(self) -> Reading:
        self._count += 1
        value = self._count if self._settings.integer else float(self._count)
        return Reading(values=dict.fromkeys(self._settings.metrics, value))

    def _meet_trouble(self) -> None:
        try:
            trouble = self._settings.trouble.read_text()
        except OSError:
            return
        _TROUBLES[trouble]()


def _hang() -> None:
    threading.Event().wait()


def _fail() -> None:
    raise ZeroDivisionError("a fault of the plugin")


def _find_nothing() -> None:
    raise SourceUnavailableError("the device does not answer")


_TROUBLES: dict[str, Callable[[], None]] = {
    "hang": _hang,
    "raise": _fail,
    "unavailable": _find_nothing,
}


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [SourceKind(name="counter", settings=CounterSettings, create=Counter)]
