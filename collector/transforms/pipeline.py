"""The transforms of one source for one sensor, in the order of the file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from collector.plugin.source import Metric
from collector.transforms.kinds import KINDS
from collector.transforms.problem import Problem
from collector.transforms.settings import TransformSettings
from collector.transforms.step import Parcel, Stamp, Step, Tally, Values


class Outcome(NamedTuple):
    """What becomes of a source's metrics.

    Attributes:
        metrics: Those that are sent, by their ids.
        problems: What is wrong, with the index of the transform.
    """

    metrics: Mapping[str, Metric]
    problems: Sequence[tuple[int, Problem]]


class Pipeline:
    """Hands values from step to step. Used by one thread at a time; `follow` comes first.

    What a step held back goes through the steps behind it as if it came now, before what comes
    after it.

    Args:
        transforms: Their tables, right ones.

    Attributes:
        tally: What was left out and made; whoever reads it clears it.
        holds_back: Whether any step may hold values back; only then there is something to flush.
    """

    def __init__(self, transforms: Iterable[TransformSettings]) -> None:
        self.tally = Tally()
        self._steps: list[Step] = [KINDS[each.type].make(each, self.tally) for each in transforms]
        self.holds_back = any(step.holds_back for step in self._steps)

    def follow(self, metrics: Iterable[Metric]) -> Outcome:
        """Learn all metrics that the source may give, and tell which may be sent."""
        known: Mapping[str, Metric] = {metric.id: metric for metric in metrics}
        found: list[tuple[int, Problem]] = []
        for index, step in enumerate(self._steps):
            known, problems = step.follow(known)
            found += [(index, problem) for problem in problems]
        return Outcome(known, found)

    def take(self, values: Values, stamp: Stamp) -> list[Parcel]:
        """Return what leaves now: what was held back first, and what is left of these values.

        Args:
            values: Those of one instant, checked and not empty; they are changed.
            stamp: When they were taken. What comes of them carries it, and nothing else.
        """
        leaving: list[Parcel] = []
        self._run(0, Parcel(stamp, values), leaving)
        return leaving

    @property
    def due_ms(self) -> int | None:
        """When `flush` has something to do, on the boot-time clock; None while it has not."""
        return min((due for step in self._steps if (due := step.due_ms) is not None), default=None)

    def flush(self, until_ms: int | None) -> list[Parcel]:
        """Return what is held back and was due by then; everything at the end, with None."""
        leaving: list[Parcel] = []
        for index, step in enumerate(self._steps):
            for parcel in step.flush(until_ms):
                self._run(index + 1, parcel, leaving)
        return leaving

    def _run(self, first: int, parcel: Parcel, leaving: list[Parcel]) -> None:
        stamp, values = parcel
        for index in range(first, len(self._steps)):
            for held in self._steps[index].take(values, stamp):
                self._run(index + 1, held, leaving)
            if not values:
                return
        leaving.append(parcel)
