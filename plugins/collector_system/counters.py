"""Rates from counters that only grow, until they wrap or start again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

SHORTEST_S = 0.5
"""Over less time than this a rate says little, and the baseline stays where it is."""

_WIDTHS = (2**32, 2**64)


@dataclass(frozen=True, slots=True)
class _Baseline:
    counts: Mapping[str, int]
    at_s: float


@dataclass(slots=True)
class Counters:
    """Remembers the counters of several objects and tells how fast they grew.

    A counter that went back has either wrapped or started again at 0. Counters of one object start
    again together but wrap one at a time, so a single one that went back, by a plausible step over
    32 or 64 bits, counts as wrapped, and anything else as a restart. After a restart, and the first
    time, there is no rate: never a negative or an invented one. Belongs to one thread.
    """

    _baselines: dict[str, _Baseline] = field(default_factory=dict)

    def rates(self, of: str, counts: Mapping[str, int], at_s: float) -> dict[str, float]:
        """Return the growth per second of each counter since the last call; empty without one.

        Args:
            of: The object that the counters belong to.
            counts: The counters now, by name. Give all that start again together: bytes with
                packets, requests with sectors.
            at_s: Monotonic time at which they were read.
        """
        before = self._baselines.get(of)
        if before is not None and at_s - before.at_s < SHORTEST_S:
            return {}
        self._baselines[of] = _Baseline(counts, at_s)
        if before is None or _restarted(before.counts, counts):
            return {}
        elapsed_s = at_s - before.at_s
        return {
            name: growth(before.counts[name], count) / elapsed_s
            for name, count in counts.items()
            if name in before.counts
        }

    def keep_only(self, present: Collection[str]) -> None:
        """Forget objects that are gone, so that they start afresh when they come back."""
        for gone in self._baselines.keys() - set(present):
            del self._baselines[gone]


def growth(before: int, now: int) -> int:
    """Return by how much a counter that did not start again grew, a wrap included."""
    return now - before if now >= before else now - before + _width_of(before)


def _restarted(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    fallen = [name for name, count in now.items() if count < before.get(name, 0)]
    return len(fallen) > 1 or any(not _wrapped(before[name], now[name]) for name in fallen)


def _wrapped(before: int, now: int) -> bool:
    # Half the range is the most that a step can be for its direction to be certain.
    return growth(before, now) < _width_of(before) // 2


def _width_of(count: int) -> int:
    return _WIDTHS[0] if count < _WIDTHS[0] else _WIDTHS[1]
