"""A pipeline with its metrics, driven by hand: values in, parcels out, at milliseconds."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from collector.clock import Instant
from collector.plugin.source import Metric
from collector.transforms.kinds import KINDS
from collector.transforms.pipeline import Pipeline
from collector.transforms.step import Stamp

WALL_AHEAD_MS = 1_700_000_000_000
"""The wall clock at boot; a multiple of ten minutes but for 200 s."""


def stamp(at_ms: int) -> Stamp:
    return Stamp(Instant("boot", at_ms), WALL_AHEAD_MS + at_ms)


class Bed:
    """A pipeline, what it was given, and what it gave."""

    def __init__(self, *tables: Mapping[str, Any], metrics: Any = ("t",)) -> None:
        settings = [KINDS[table["type"]].settings.model_validate(dict(table)) for table in tables]
        self.pipeline = Pipeline(settings)
        known = [Metric(id=each) if isinstance(each, str) else each for each in metrics]
        self.metrics, self.problems = self.pipeline.follow(known)
        self.given = self.sent = 0
        self.filtered: Counter[str] = Counter()
        self.made = 0

    def put(self, at_ms: int, **values: Any) -> list[tuple[int, dict[str, Any]]]:
        """Give the values of one instant, and return what leaves: when it was taken, and what."""
        self.given += len(values)
        return self._noted(self.pipeline.take(dict(values), stamp(at_ms)))

    def flush(self, until_ms: int | None = None) -> list[tuple[int, dict[str, Any]]]:
        return self._noted(self.pipeline.flush(until_ms))

    def _noted(self, parcels: Any) -> list[tuple[int, dict[str, Any]]]:
        self.filtered += self.pipeline.tally.filtered
        self.made += self.pipeline.tally.made
        self.pipeline.tally.clear()
        self.sent += sum(len(values) for _, values in parcels)
        return [(at.at_ms, values) for at, values in parcels]

    @property
    def held(self) -> int:
        """What went in, or was made, and has neither left nor been left out."""
        return self.given + self.made - self.sent - self.filtered.total()
