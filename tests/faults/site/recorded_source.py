"""A source that writes down every value before it gives it, so that others can count them."""

import os
from collections.abc import Sequence
from pathlib import Path

from collector import (
    ConfigModel,
    Deadline,
    Metric,
    Reading,
    Source,
    SourceContext,
    SourceKind,
    ValueUnit,
    hookimpl,
)

VALUES_PER_LIFE = 1_000_000
VALUES_PER_SENSOR = 1_000_000_000
METRIC_STEP = 1 / 1024


class RecordedSettings(ConfigModel):
    record: Path
    """A directory; a file in it, named like the sensor, gets a line per reading and one per life:
    the value, then wall-clock and boot-time milliseconds of when it was given."""

    number: int = 0
    """Of the sensor among all, so that every value of a run is unique."""

    metrics: int = 1
    """How many metrics there are; the n-th adds n / 1024 to the value."""

    per_read: int = 1
    """Readings that one read gives."""


class Recorded(Source):
    """Counts on over all of its lives: the first value of sensor 5 in life 3 is 5,003,000,001."""

    def __init__(self, settings: RecordedSettings, context: SourceContext) -> None:
        self._settings = settings
        self._clock = context.clock
        self._file = settings.record / context.sensor
        self._metrics = [f"m{number}" for number in range(settings.metrics)]
        self._value = 0
        self._record = -1

    @property
    def metrics(self) -> Sequence[Metric]:
        return [Metric(id=name, unit=ValueUnit.CELSIUS) for name in self._metrics]

    def open(self) -> None:
        lives = self._file.read_text().count("life") if self._file.exists() else 0
        self._record = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(self._record, b"life\n")
        self._value = self._settings.number * VALUES_PER_SENSOR + (lives + 1) * VALUES_PER_LIFE

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        return [self._next() for _ in range(self._settings.per_read)]

    def _next(self) -> Reading:
        self._value += 1
        now = self._clock.now()
        line = f"{self._value} {self._clock.wall_ms()} {now.boottime_ms}\n"
        os.write(self._record, line.encode())
        values = {
            name: self._value + place * METRIC_STEP for place, name in enumerate(self._metrics)
        }
        return Reading(values=values, taken_at=now)

    def close(self) -> None:
        if self._record >= 0:
            os.close(self._record)
            self._record = -1


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [SourceKind(name="recorded", settings=RecordedSettings, create=Recorded)]
