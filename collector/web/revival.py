"""How often, and after which pauses, a page that failed is served again."""

from collector.clock import Clock

PAUSES_S = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Before the first new start and each that follows; after that there is none."""

WELL_S = 3600.0
"""A page that was served for so long has outlived its fault: the next one is a first again."""


class Revival:
    """Counts the faults of a page. Used by one thread.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._faults = 0
        self._served_from_s = clock.monotonic_s()

    def pause_s(self) -> float | None:
        """Return how long to wait after one more fault; None if that was one too many."""
        now_s = self._clock.monotonic_s()
        if now_s - self._served_from_s >= WELL_S:
            self._faults = 0
        if self._faults == len(PAUSES_S):
            return None
        pause_s = PAUSES_S[self._faults]
        self._faults += 1
        self._served_from_s = now_s + pause_s
        return pause_s
