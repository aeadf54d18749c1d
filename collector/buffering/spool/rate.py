"""How fast a count grows, over the last minutes."""

from collections import deque

SPAN_S = 600.0
STEP_S = 30.0
"""Looks that lie closer together tell nothing that the ones before did not."""


class Rate:
    """Fed by one thread; others may ask."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()

    def observe(self, now_s: float, total: int) -> None:
        """Note what the count is at a monotonic instant; to be called every few seconds."""
        looks = self._looks
        if looks and now_s < looks[-1][0] + STEP_S:
            return
        looks.append((now_s, total))
        while looks[0][0] < now_s - SPAN_S:
            looks.popleft()

    def per_s(self) -> float | None:
        """Return how much it grew per second; None before two looks."""
        looks = list(self._looks)
        if len(looks) < 2:  # noqa: PLR2004 - what a difference takes
            return None
        (first_s, first), (last_s, last) = looks[0], looks[-1]
        return (last - first) / (last_s - first_s)
