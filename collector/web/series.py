"""What one metric showed over the last hours, in bounded memory, coarser with age.

    newest ──> fine: 300 steps of 2 s ──> coarse: 480 steps of a minute ──> gone
               the last 10 minutes       the last 8 hours

A step keeps the two extremes that came in it, in the order in which they came, so that no peak is
lost by thinning and a slope stays a slope.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise

FINE_STEP_S, FINE_STEPS = 2, 300
COARSE_STEP_S, COARSE_STEPS = 60, 480

SERIES_BYTES = 20_000
"""What a full series takes at most, with the arrays' spare room: held by a test."""

Point = tuple[float, float]
"""Seconds since boot, and the value."""


class Series:
    """The points of one metric. Used by one thread."""

    __slots__ = ("_coarse", "_fine")

    def __init__(self) -> None:
        self._fine = Tier(FINE_STEP_S, FINE_STEPS)
        self._coarse = Tier(COARSE_STEP_S, COARSE_STEPS)

    def add(self, at_s: float, value: float) -> None:
        """Add what the metric showed at an instant, in seconds since boot."""
        self._fine.add(at_s, value)
        self._coarse.add(at_s, value)

    @property
    def newest_s(self) -> float:
        """When the newest point was taken, to the step; 0 without one."""
        return self._fine.newest_s

    def points(self, now_s: float) -> list[Point]:
        """Return all points, oldest first: fine ones where there are some."""
        fine = [*self._fine.points(now_s)]
        begin_s = fine[0][0] if fine else now_s
        until_s = begin_s - COARSE_STEP_S
        coarse = [point for point in self._coarse.points(now_s) if point[0] <= until_s]
        return [*coarse, *fine]

    def trend(self, now_s: float, span_s: float, most: int) -> list[Point]:
        """Return at most so many points of the last time, oldest first, as cheaply as can be.

        Args:
            now_s: Now, in seconds since boot.
            span_s: How long ago the oldest may be.
            most: An even number, two for each coarse step of this time or more.
        """
        is_young = self._coarse.oldest_s >= now_s - FINE_STEP_S * FINE_STEPS
        recent = (
            self._fine.points(now_s)
            if is_young
            else self._coarse.points(now_s, int(span_s / COARSE_STEP_S))
        )
        return thinned([point for point in recent if point[0] >= now_s - span_s], most)

    def size_bytes(self) -> int:
        """Return what it takes of memory."""
        return _FIXED_BYTES + self._fine.size_bytes() + self._coarse.size_bytes()


class Tier:
    """A ring of steps of one length.

    Args:
        step_s: The length of a step.
        steps: How many are kept; the oldest is overwritten.
    """

    __slots__ = ("_firsts", "_newest", "_seconds", "_starts", "_step_s", "_steps")

    def __init__(self, step_s: int, steps: int) -> None:
        self._step_s = step_s
        self._steps = steps
        self._newest = -1
        self._starts = array("I")  # of steps, counted since boot
        self._firsts = array("d")
        self._seconds = array("d")

    @property
    def newest_s(self) -> float:
        """When the newest step began; 0 without one."""
        return float(self._starts[self._newest] * self._step_s) if self._starts else 0.0

    def add(self, at_s: float, value: float) -> None:
        """Put a value into its step; what is older than the newest step is counted to that."""
        start, newest = int(at_s // self._step_s), self._newest
        if newest >= 0 and start <= self._starts[newest]:
            self._widen(newest, value)
            return
        self._newest = newest = (newest + 1) % self._steps
        if newest == len(self._starts):
            self._starts.append(start)
            self._firsts.append(value)
            self._seconds.append(value)
        else:
            self._starts[newest] = start
            self._firsts[newest] = self._seconds[newest] = value

    @property
    def oldest_s(self) -> float:
        """When the oldest step began; 0 without one."""
        if not self._starts:
            return 0.0
        return float(self._starts[(self._newest + 1) % len(self._starts)] * self._step_s)

    def points(self, now_s: float, steps: int | None = None) -> Iterator[Point]:
        """Return one or two points for each step that is not too old, oldest first.

        Args:
            now_s: Now, in seconds since boot.
            steps: How many of the newest steps; None for all.
        """
        oldest = now_s - self._step_s * self._steps
        count = len(self._starts)
        first_offset = 1 if steps is None else max(1, count + 1 - steps)
        for offset in range(first_offset, count + 1):
            place = (self._newest + offset) % count
            at_s = float(self._starts[place] * self._step_s)
            if at_s < oldest:
                continue
            first, second = self._firsts[place], self._seconds[place]
            yield at_s, first
            if second != first:
                yield at_s + self._step_s / 2, second

    def size_bytes(self) -> int:
        """Return what it takes of memory, the arrays' spare room included."""
        return _FIXED_BYTES + sum(
            each.__sizeof__() for each in (self._starts, self._firsts, self._seconds)
        )

    def _widen(self, place: int, value: float) -> None:
        first, second = self._firsts[place], self._seconds[place]
        low, high = (first, second) if first <= second else (second, first)
        if value > high:
            self._firsts[place], self._seconds[place] = low, value
        elif value < low:
            self._firsts[place], self._seconds[place] = high, value


_FIXED_BYTES = 128
"""An object with slots and its small parts."""


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """Return at most so many of the points; of each part of them the extremes, so no peak is lost.

    Args:
        points: Oldest first.
        most: An even number.
    """
    if len(points) <= most:
        return [*points]

    def value_at(place: int) -> float:
        return points[place][1]

    parts = most // 2
    bounds = [number * len(points) // parts for number in range(parts + 1)]
    kept: list[Point] = []
    for begin, end in pairwise(bounds):
        places = range(begin, end)
        extremes = {min(places, key=value_at), max(places, key=value_at)}
        kept += [points[place] for place in sorted(extremes)]
    return kept
