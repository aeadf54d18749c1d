"""How late ticks begin: of the last ones, and over an interval of somebody's choice."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

KEPT = 512
"""So many latenesses are kept; a median of more than that tells nothing more."""


class Lateness(NamedTuple):
    """Of the ticks of an interval.

    Attributes:
        p50_s: The median, of the last `KEPT` of each link.
        max_s: The worst of all.
    """

    p50_s: float = 0.0
    max_s: float = 0.0


class Latenesses:
    """Those of one link. Not safe for threads: its owner has a lock."""

    def __init__(self) -> None:
        self._last_s: deque[float] = deque(maxlen=KEPT)
        self._count = 0
        self._max_s = 0.0

    def add(self, late_s: float) -> None:
        """Note how late a tick began."""
        self._last_s.append(late_s)
        self._count += 1
        self._max_s = max(self._max_s, late_s)

    def quantile(self, percent: int) -> float:
        """Return a quantile of the last ones in seconds; 0 where there is none."""
        ordered = sorted(self._last_s) or [0.0]
        return ordered[len(ordered) * percent // 100]

    def take(self) -> tuple[list[float], float]:
        """Return the last ones since the call before, and the worst since then."""
        count, worst_s = min(self._count, len(self._last_s)), self._max_s
        self._count, self._max_s = 0, 0.0
        return list(self._last_s)[len(self._last_s) - count :], worst_s


def over_all(taken: Iterable[tuple[list[float], float]]) -> Lateness:
    """Return the lateness over several links."""
    links = list(taken)
    ordered = sorted(late_s for last_s, _ in links for late_s in last_s) or [0.0]
    worst_s = max((worst_s for _, worst_s in links), default=0.0)
    return Lateness(ordered[len(ordered) // 2], worst_s)
