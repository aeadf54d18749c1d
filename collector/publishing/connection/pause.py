"""One pause before the agent is tried again, which a clock that is set may end."""

from collector.clock import Clock, Deadline
from collector.publishing.supply.clock_trust import LOOK_S
from collector.status import DeliveryState

STEP_MS = 1000
"""Certificates begin at whole seconds; what disciplines a clock slowly moves it by less in a pause
(500 ppm, adjtimex(2))."""


class Pause:
    """Passes by itself; while the right time is awaited, also when the wall clock is stepped.

    Args:
        seconds: How long it lasts.
        state: Why it is made.
        offset_ms: What `wall_offset_ms` was when the attempt began that failed.

    Attributes:
        ends_at: When it has passed.
    """

    def __init__(self, clock: Clock, seconds: float, state: DeliveryState, offset_ms: int) -> None:
        self.ends_at = Deadline.after(clock, seconds)
        self._clock = clock
        self._awaits_time = state is DeliveryState.WAITING_FOR_TIME
        self._offset_ms = offset_ms

    def is_over(self) -> bool:
        """Tell whether it is time to try again."""
        return self.ends_at.has_passed() or (self._awaits_time and self._has_stepped())

    def next_look_s(self) -> float:
        """Return for how many seconds at most `is_over` needs no other look."""
        left_s = self.ends_at.remaining_s()
        return min(LOOK_S, left_s) if self._awaits_time else left_s

    def _has_stepped(self) -> bool:
        return abs(wall_offset_ms(self._clock) - self._offset_ms) >= STEP_MS


def wall_offset_ms(clock: Clock) -> int:
    """Return by how much the wall clock is ahead of the one that never steps."""
    return clock.wall_ms() - clock.now().boottime_ms
