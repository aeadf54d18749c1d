"""When messages are ready: the ticks of all reads, one after another on each link."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.forecast.links import busy_share
from collector.forecast.parts import DAY_S
from collector.forecast.reads import Read

MOST_TICKS = 200_000
"""As many as are followed; what comes later repeats them."""

LONGEST_S = DAY_S
INTERVALS = 20
"""So many of the longest interval show how reads fall together."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A message at the moment when it can leave.

    Attributes:
        at_s: Seconds from the beginning.
        size: Bytes of the message and its envelope.
        record: Bytes of its record in the spool.
        source: Whose it is.
    """

    at_s: float
    size: int
    record: int
    source: str


@dataclass(frozen=True, slots=True)
class Stream:
    """Messages of one kind.

    Attributes:
        reads: Whose readings they hold: of several, they leave when the last was read.
        per_day: How many there are.
        size: Bytes of one with its envelope.
        record: Bytes of its record in the spool.
    """

    reads: tuple[Read, ...]
    per_day: float
    size: int
    record: int


def span_s(reads: Iterable[Read]) -> float:
    """Return how many seconds are worth being followed."""
    known = [read.interval_s for read in reads if read.interval_s]
    if not known:
        return LONGEST_S
    wanted_s = min(LONGEST_S, max(3600.0, INTERVALS * max(known)))
    return min(wanted_s, MOST_TICKS / sum(1 / interval_s for interval_s in known))


def completions(reads: Sequence[Read], until_s: float) -> dict[tuple[str, str], list[float]]:
    """Return when each read ends, by source and group; those of one link wait for each other."""
    by_link: defaultdict[str, list[Read]] = defaultdict(list)
    for read in reads:
        if read.interval_s:
            by_link[read.link].append(read)
    ends: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for sharing in by_link.values():
        _follow(sharing, until_s, ends)
    return ends


def _follow(
    sharing: Sequence[Read], until_s: float, ends: defaultdict[tuple[str, str], list[float]]
) -> None:
    due = [(read.phase_s, read.interval_s, number) for number, read in enumerate(sharing)]
    heapq.heapify(due)
    is_overloaded = sum(map(busy_share, sharing)) > 1
    free_s = 0.0
    while due and due[0][0] < until_s:
        tick_s, interval_s, number = heapq.heappop(due)
        read = sharing[number]
        link_s = read.cost.link_s if read.cost else 0.0
        wait_s = read.cost.wait_s if read.cost else 0.0
        free_s = max(free_s, tick_s) + link_s
        ends[read.source, read.group].append(free_s + wait_s)
        # Without enough time, what comes too late for its next tick misses that. Else it gets its
        # turn between the requests of longer reads.
        missed = int(max(0.0, free_s - tick_s) / interval_s) if is_overloaded else 0
        heapq.heappush(due, (tick_s + (1 + missed) * interval_s, interval_s, number))


def ready(
    streams: Iterable[Stream], ends: dict[tuple[str, str], list[float]], until_s: float
) -> list[Ready]:
    """Return the messages of all streams in the order in which they can leave."""
    found: list[Ready] = []
    for stream in streams:
        instants = [ends[read.source, read.group] for read in stream.reads]
        last = [max(together) for together in zip(*instants, strict=False)]
        wanted = round(stream.per_day * until_s / DAY_S)
        step = max(1.0, len(last) / wanted) if wanted else 0.0
        chosen = [last[int(number * step)] for number in range(min(wanted, len(last)))]
        source = stream.reads[0].source
        found += [Ready(at_s, stream.size, stream.record, source) for at_s in chosen]
    return sorted(found, key=lambda each: each.at_s)


def windows(instants: Iterable[float], width_s: float) -> list[float]:
    """Return when windows of this width begin, each with the first instant after the one before."""
    begun: list[float] = []
    for at_s in instants:
        if not begun or at_s > begun[-1] + width_s:
            begun.append(at_s)
    return begun
