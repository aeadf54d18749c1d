"""A transform at work on the values of one source and sensor."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from collector.clock import Instant
from collector.plugin.source import Metric
from collector.transforms.problem import Problem
from collector.wire.units import MetricValue

Values = dict[str, MetricValue]
"""The values of one instant by their metrics."""

Metrics = dict[str, Metric]


class Stamp(NamedTuple):
    """When values were taken.

    Attributes:
        taken_at: On the boot-time clock.
        wall_ms: The same moment on the wall clock, as far as is known; for round windows alone,
            so 0 where no step holds values back.
        device_ms: The time of the telegram, where that counts.
    """

    taken_at: Instant
    wall_ms: int = 0
    device_ms: int | None = None

    @property
    def at_ms(self) -> int:
        """The moment in milliseconds on the boot-time clock."""
        return self.taken_at.boottime_ms


class Parcel(NamedTuple):
    """Values on their way, with the stamp that they came with."""

    stamp: Stamp
    values: Values


@dataclass(slots=True)
class Tally:
    """What steps have left out and made since it was last looked at.

    Attributes:
        filtered: Values left out, by the type of the transform.
        made: Values that the source has not given.
    """

    filtered: Counter[str] = field(default_factory=Counter)
    made: int = 0

    def clear(self) -> None:
        """Start again."""
        self.filtered.clear()
        self.made = 0


class Followed(NamedTuple):
    """What a step makes of the metrics that come to it.

    Attributes:
        metrics: Those that leave it, by their ids.
        problems: What it cannot do; it leaves such metrics alone.
    """

    metrics: Metrics
    problems: Sequence[Problem] = ()


class Step(ABC):
    """One transform with its state. Used by one thread at a time.

    `follow` comes before any `take`, and again whenever the source has more metrics.
    """

    @abstractmethod
    def follow(self, metrics: Mapping[str, Metric]) -> Followed:
        """Learn of all metrics that may come, and tell which may leave."""

    @abstractmethod
    def take(self, values: Values, stamp: Stamp) -> Sequence[Parcel]:
        """Change the values of one instant in place.

        Returns:
            What was held back and leaves now, before these values.
        """

    @property
    def holds_back(self) -> bool:
        """Whether it may hold values back; only then it has something to flush, and needs the wall.

        The same for all of its life.
        """
        return False

    @property
    def due_ms(self) -> int | None:
        """When `flush` has something to do, in milliseconds on the boot-time clock."""
        return None

    def flush(self, until_ms: int | None) -> Sequence[Parcel]:
        """Return what is held back and was due by then; everything at the end, with None."""
        del until_ms
        return ()
