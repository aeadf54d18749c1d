"""What one push carries, and metrics whose pieces wait because the agent refuses them."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from collector.buffering.batch import Batch
from collector.buffering.reading import StampedReading
from collector.wire.units import MetricValue


@dataclass(slots=True, eq=False)
class Piece:
    """What one push carries: a reading, or some of its metrics.

    Attributes:
        tries: How often it was refused.
        failed_at_s: Monotonic seconds of the first refusal.
        retry_at_s: Monotonic seconds of the next try, of one that was refused for long.
        is_stored: Whether live data has shown that the agent has it.
    """

    reading: StampedReading
    batch: Batch
    metrics: tuple[str, ...]
    values: tuple[MetricValue, ...]
    tries: int = 0
    failed_at_s: float = 0.0
    retry_at_s: float = 0.0
    is_stored: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it carries everything that the reading has."""
        return len(self.metrics) == len(self.reading.metrics)

    def part(self, metrics: Iterable[str]) -> "Piece":
        """Return a piece of this one with only the named metrics, in this one's order."""
        wanted = frozenset(metrics)
        kept = [
            (name, value)
            for name, value in zip(self.metrics, self.values, strict=True)
            if name in wanted
        ]
        names, values = tuple(name for name, _ in kept), tuple(value for _, value in kept)
        return Piece(self.reading, self.batch, names, values)


@dataclass(slots=True)
class Outcast:
    """A metric that the agent keeps refusing, while the rest of its sensor is delivered.

    Attributes:
        since_s: Monotonic seconds of the first refusal.
        refused_at_s: Monotonic seconds of the last.
        retry_at_s: Monotonic seconds of the next try, while it is closed.
        tries: Refusals so far.
        evidence: How many of these came while something else was taken.
        refused_in_a_row: Refusals since a value of it was taken.
        is_open: New values of it are sent as usual, because others are taken; only those wait that
            were refused themselves.
        is_proven: It was refused often and long enough for its values to be dropped.
        waiting: Its values, oldest first, each as a piece of one metric.
        cuts: Of readings whose value of it has cost the connection, by their timestamp.
    """

    since_s: float
    refused_at_s: float
    retry_at_s: float = 0.0
    tries: int = 1
    evidence: int = 0
    refused_in_a_row: int = 0
    is_open: bool = False
    is_proven: bool = False
    waiting: deque[Piece] = field(default_factory=deque)
    cuts: dict[int, "Cuts"] = field(default_factory=dict)

    @property
    def due_s(self) -> float:
        """When the next of what waits may be tried; for one that has something waiting."""
        if self.is_open:
            return min(piece.retry_at_s for piece in self.waiting)
        return self.retry_at_s


@dataclass(frozen=True, slots=True)
class Cuts:
    """How often a value has cost the connection, which outlives its pieces.

    Attributes:
        since_s: Monotonic seconds of the first time.
        retry_at_s: Monotonic seconds of the next try.
    """

    tries: int
    since_s: float
    retry_at_s: float
