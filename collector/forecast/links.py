"""What the links have to do."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from collector.forecast.reads import Read


@dataclass(frozen=True, slots=True)
class LinkUse:
    """One link that reads share, or have for themselves.

    Attributes:
        link: Its name.
        reads: What is read over it.
        unknown: How many of them do not tell what they cost.
    """

    link: str
    reads: tuple[Read, ...]
    unknown: int

    @property
    def duty_cycle(self) -> float:
        """The share of its time that it is busy, as far as is known."""
        return sum(busy_share(read) for read in self.reads)


def busy_share(read: Read) -> float:
    """Return the share of its link's time that a read takes; 0 where that is not known."""
    if read.cost is None or not read.interval_s:
        return 0.0
    return read.cost.link_s / read.interval_s


def link_uses(reads: Sequence[Read]) -> list[LinkUse]:
    """Return all links over which anything goes, in the order of the configuration."""
    by_link: defaultdict[str, list[Read]] = defaultdict(list)
    for read in reads:
        if read.cost is None or read.cost.link_s > 0:
            by_link[read.link].append(read)
    return [
        LinkUse(link, tuple(sharing), sum(read.cost is None for read in sharing))
        for link, sharing in by_link.items()
    ]
