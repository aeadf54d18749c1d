"""What a source says of itself before it is opened: its link and its groups."""

from dataclasses import dataclass

from collector.errors import SourceFaultError
from collector.plugin.source import Group, ListeningSource, Source
from collector.sampling.bench import Bench
from collector.sampling.border import Failure


@dataclass(frozen=True, slots=True)
class Timing:
    """When a group is read.

    Attributes:
        group: The group's name.
        interval_s: Above 0.
    """

    group: str
    interval_s: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source runs and when.

    Attributes:
        bench: The source.
        link: Its link, for people: the key, or its own name when it shares none.
        is_shared: Whether other sources may have the same link.
        timings: Of a polled source; empty for one that listens.
    """

    bench: Bench
    link: str
    is_shared: bool
    timings: tuple[Timing, ...]

    @property
    def shortest_interval_s(self) -> float:
        """The shortest interval; 0 for a source that may be silent for any time."""
        intervals_s = [timing.interval_s for timing in self.timings]
        return min(intervals_s, default=self.bench.plan.interval_s)


def place(bench: Bench) -> Place | None:
    """Ask a source where and when it runs; None if it is broken, which its health then says."""
    source = bench.plan.source
    answer = bench.border.call("link or groups", lambda: _ask(source, bench.plan.interval_s))
    if isinstance(answer, Failure):
        bench.health.break_down(answer.message)
        return None
    link, timings = answer
    return Place(bench, link or bench.plan.name, bool(link), timings)


def _ask(source: Source, interval_s: float) -> tuple[str, tuple[Timing, ...]]:
    link = source.link
    if not isinstance(link, str):
        raise TypeError(f"link must be a string, not a {type(link).__name__}")
    if isinstance(source, ListeningSource):
        return link, ()
    timings = tuple(_timing(group, interval_s) for group in source.groups)
    if not timings:
        raise SourceFaultError("it has no group to read")
    return link, timings


def _timing(group: Group, default_s: float) -> Timing:
    interval_s = default_s if group.interval_s is None else group.interval_s
    if not 0 < interval_s < float("inf"):
        name = f" of group {group.name!r}" if group.name else ""
        raise SourceFaultError(f"the interval{name} must be more than 0 s, not {interval_s!r}")
    return Timing(group.name, float(interval_s))
