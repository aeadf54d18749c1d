"""How often a worker's process ended although nobody asked it to, and when the next may start."""

from random import Random

from collector.clock import Clock
from collector.sampling.pauses import Pauses

LONG_LIFE_S = 60.0
"""Whose process lived so long had no lasting fault; its next start needs no patience."""


class Restarts:
    """Pauses before the next start, from the second short life in a row on: 1, 2, 4 ... 300 s.

    A source that works once in each process and then crashes never fails twice in a row, so the
    pauses of its failures alone would never grow.

    Args:
        clock: The time.
        random: Shortens the pauses, so that workers do not move in step.

    Attributes:
        endings: How often a process ended unasked.
        last_ending: Why, for people.
    """

    def __init__(self, clock: Clock, random: Random) -> None:
        self.endings = 0
        self.last_ending = ""
        self._clock = clock
        self._pauses = Pauses(random)
        self._had_short_life = False
        self._ready_at_s: float | None = None
        self._not_before_s = 0.0

    def ready(self) -> None:
        """Note that a process came up."""
        self._ready_at_s = self._clock.monotonic_s()

    def ended(self, why: str) -> None:
        """Note that it ended, or had to be."""
        self.endings += 1
        self.last_ending = why
        now_s, ready_at_s = self._clock.monotonic_s(), self._ready_at_s
        self._ready_at_s = None
        if ready_at_s is not None and now_s >= ready_at_s + LONG_LIFE_S:
            self._had_short_life = False
            self._pauses.reset()
        elif self._had_short_life:
            self._not_before_s = now_s + self._pauses.next_s()
        else:
            self._had_short_life = True

    def wait_s(self) -> float | None:
        """Return the seconds until the next may start; None if it may now."""
        remaining_s = self._not_before_s - self._clock.monotonic_s()
        return remaining_s if remaining_s > 0 else None
