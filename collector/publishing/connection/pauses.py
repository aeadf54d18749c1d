"""How long to wait before the agent is tried again, by what was wrong."""

from random import Random

from collector.clock import Clock
from collector.publishing.connection.backoff import Backoff

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
LONGEST_PAUSE_AT_FIRST_S = 5.0
"""An agent that was started again has the first readings so soon; a closed port costs no more to
ask than that."""

SHORT_OUTAGE_S = 60.0
"""After a longer one many collectors come back to one agent: they spread over half a minute."""

FIRST_DECLINED_PAUSE_S = (0.5, 3.0)
DECLINED_PERIOD_S = (30.0, 32.0)
"""From attempt to attempt at an agent that is there and declines: 11 attempts in five minutes, one
more that asks why, and 32 s until the first that is taken."""

TAKEN_OVER_PAUSE_S = (30.0, 60.0)
"""The other collector is given way to: two that take turns deliver less than one."""


class Pauses:
    """Pauses that grow with each attempt, until one succeeds. Used from one thread.

    Args:
        clock: Measures how long the agent has been absent.
        random: Spreads them.
    """

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._long = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, random)
        self._short = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_AT_FIRST_S, random)
        self._absent_since_s: float | None = None
        self._has_declined = False

    def reset(self) -> None:
        """Begin anew, after a success."""
        self._long.reset()
        self._short.reset()
        self._absent_since_s = None
        self._has_declined = False

    def after_failure_s(self) -> float:
        """Return the pause after a connection that was lost, or that the line did not let be."""
        return self._long.next_s()

    def while_declined_s(self, began_s: float) -> float:
        """Return the pause while somebody is there and does not take us.

        Args:
            began_s: When the attempt began, in monotonic seconds: some take long to fail.
        """
        shortest_s = self._random.uniform(*FIRST_DECLINED_PAUSE_S)
        if not self._has_declined:
            self._has_declined = True
            return shortest_s
        next_s = began_s + self._random.uniform(*DECLINED_PERIOD_S)
        return max(shortest_s, next_s - self._clock.monotonic_s())

    def while_taken_over_s(self) -> float:
        """Return the pause while another collector uses our identity."""
        return self._random.uniform(*TAKEN_OVER_PAUSE_S)

    def while_absent_s(self) -> float:
        """Return the pause while nobody is there."""
        now_s = self._clock.monotonic_s()
        if self._absent_since_s is None:
            self._absent_since_s = now_s
        is_short = now_s < self._absent_since_s + SHORT_OUTAGE_S
        return (self._short if is_short else self._long).next_s()
