"""Pauses between attempts: growing, capped, and spread so that a fleet does not move in step."""

from random import Random


class Backoff:
    """Exponential backoff with full jitter: each pause is drawn from 0 to a doubling ceiling.

    Args:
        first_s: The first ceiling.
        cap_s: The last one.
        floor_s: No pause is shorter.
        random: Where the draws come from.
    """

    def __init__(self, first_s: float, cap_s: float, random: Random, floor_s: float = 0.1) -> None:
        self._first_s = first_s
        self._cap_s = cap_s
        self._floor_s = floor_s
        self._random = random
        self._ceiling_s = first_s

    def next_s(self) -> float:
        """Return the next pause in seconds."""
        pause_s = max(self._floor_s, self._random.uniform(0, self._ceiling_s))
        self._ceiling_s = min(self._cap_s, self._ceiling_s * 2)
        return pause_s

    def reset(self) -> None:
        """Start again at the first ceiling, after a success."""
        self._ceiling_s = self._first_s
