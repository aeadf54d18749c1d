"""Wrong tokens: slow to try, and told in the log."""

import logging

from collector.clock import Clock

log = logging.getLogger(__name__)

PAUSE_S = 1.0
"""So long the answer to a wrong token takes."""

TELL_S = 60.0
"""The log tells of them once in so long."""


class Guesses:
    """Counts wrong tokens. Used by one thread.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._untold = 0
        self._told_at_s = float("-inf")

    def add(self, visitor: str) -> None:
        """Count one more.

        Args:
            visitor: The address that it came from.
        """
        self._untold += 1
        now_s = self._clock.monotonic_s()
        if now_s - self._told_at_s >= TELL_S:
            times = "1 time" if self._untold == 1 else f"{self._untold} times"
            log.warning("the status page: %s a wrong token, last from %s", times, visitor)
            self._untold, self._told_at_s = 0, now_s
