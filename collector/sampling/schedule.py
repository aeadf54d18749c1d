"""When to read: ticks on a fixed grid that no step of the wall clock can stall or flood."""

import math
import threading
from dataclasses import dataclass, replace

from collector.clock import Clock, Instant

MAX_MISALIGNMENT_S = 0.005
"""A grid further off the wall clock than this is aligned again, at its next tick."""

_NEAR = 0.1
_KEPT_TICKS = 4
_UNDISTURBED_S = 0.001
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """One instant at which something is due.

    Attributes:
        number: Counts up; a gap between two that follow each other was missed.
        due_s: On the monotonic clock.
        instant: The same moment on the boot-time clock.
    """

    number: int
    due_s: float
    instant: Instant


@dataclass(frozen=True, slots=True)
class _Clocks:
    """All clocks at one moment."""

    monotonic_s: float
    wall_s: float
    now: Instant

    @property
    def asleep_ms(self) -> float:
        """The boot-time clock less the monotonic one: grows while the machine is suspended."""
        return self.now.boottime_ms - self.monotonic_s * 1000


class Schedule:
    """A grid of ticks, shared by all that must tick together. Safe to use from every thread.

    The monotonic clock drives it. An aligned grid lies on multiples of the interval on the wall
    clock (every 10 s: at :00, :10, ...). When the wall clock is found elsewhere, the next tick
    moves by at most half an interval, so neighbours are always 0.5 to 1.5 intervals apart. Every
    tick is computed once, and all who ask get the same.

    Args:
        interval_s: Above 0.
        clock: The time.
        offset_s: Ticks lie so much after the grid's instants.
        align: False for a grid that starts now, wherever the wall clock is.
    """

    def __init__(
        self, interval_s: float, clock: Clock, *, offset_s: float = 0.0, align: bool = True
    ) -> None:
        self.interval_s = interval_s
        self._clock = clock
        self._offset_s = offset_s
        self._align = align
        self._lock = threading.Lock()
        clocks = _read(clock)
        self._asleep_ms = clocks.asleep_ms
        self._slept_ticks = 0
        self._anchor = (0, self._first_s(clocks))
        self._index = 0
        self._recent = [self._tick(0, clocks)]

    def immediate(self) -> Tick:
        """Return a tick that is due now, before the next of the grid, or that one if it is near."""
        following = self.after(-1)
        clocks = _read(self._clock)
        if following.due_s - clocks.monotonic_s <= self.interval_s * _NEAR:
            return following
        return Tick(following.number - 1, clocks.monotonic_s, clocks.now)

    def after(self, number: int, grace_s: float = 0.0) -> Tick:
        """Return the first tick above this number that is not over yet.

        Args:
            number: Of the last tick that was dealt with; -1 for none.
            grace_s: A tick that was due at most so long ago still counts.
        """
        earliest_s = self._clock.monotonic_s() - grace_s
        known = self._known(number, earliest_s)  # of many who ask, only the first computes
        if known is not None:
            return known
        with self._lock:
            return self._known(number, earliest_s) or self._extend(earliest_s, self._look())

    def begin(self, tick: Tick, now_s: float) -> Tick:
        """Return the tick to act on now: the given one, or the newest if that is over as well.

        Args:
            tick: One that is due.
            now_s: The monotonic clock.
        """
        is_over = now_s >= tick.due_s + self.interval_s
        if not is_over and not self._has_slept(self._clock.now().boottime_ms - now_s * 1000):
            return tick
        with self._lock:
            clocks = self._look()
            over = int((clocks.monotonic_s - self._recent[-1].due_s) / self.interval_s)
            if over >= 1:
                self._move_on(over, clocks)
            due = [each for each in self._recent if each.due_s <= clocks.monotonic_s]
            newest = due[-1] if due else tick
            return newest if newest.number >= tick.number else tick

    def _known(self, number: int, earliest_s: float) -> Tick | None:
        for tick in self._recent:
            if tick.number > number and tick.due_s >= earliest_s:
                return tick
        return None

    def _first_s(self, clocks: _Clocks) -> float:
        if not self._align:
            return clocks.monotonic_s + (self._offset_s or self.interval_s)
        ahead_s = -self._misalignment_s(clocks.monotonic_s, clocks)
        return clocks.monotonic_s + (ahead_s if ahead_s >= 0 else ahead_s + self.interval_s)

    def _extend(self, earliest_s: float, clocks: _Clocks) -> Tick:
        behind_s = earliest_s - self._recent[-1].due_s
        steps = max(1, math.ceil(behind_s / self.interval_s))
        due_s = self._due_s(self._index + steps)
        error_s = self._misalignment_s(due_s, clocks)
        if abs(error_s) > min(MAX_MISALIGNMENT_S, self.interval_s / 4):
            due_s -= error_s
            if due_s < earliest_s:
                due_s += self.interval_s
                steps += 1
            self._anchor = (self._index + steps, due_s)
        return self._move_on(steps, clocks)

    def _look(self) -> _Clocks:
        """Read the clocks, and make up for a suspension that they show."""
        clocks = _read(self._clock)
        if self._has_slept(clocks.asleep_ms):
            self._wake_up(clocks.asleep_ms - self._asleep_ms)
            self._asleep_ms = clocks.asleep_ms
        return clocks

    def _has_slept(self, asleep_ms: float) -> bool:
        return asleep_ms - self._asleep_ms > self.interval_s * 1000 / 2

    def _wake_up(self, slept_ms: float) -> None:
        # The pending tick now lies that much later; those that the machine slept through get
        # numbers, so that they count as missed.
        *past, pending = self._recent
        instant = _later(pending.instant, slept_ms)
        self._recent = [*past, replace(pending, instant=instant)]
        self._slept_ticks += round(slept_ms / 1000 / self.interval_s)

    def _misalignment_s(self, due_s: float, clocks: _Clocks) -> float:
        """Return how much later than the wall clock's grid it is: within half an interval."""
        if not self._align:
            return 0.0
        wall_s = clocks.wall_s + due_s - clocks.monotonic_s
        return math.remainder(wall_s - self._offset_s, self.interval_s)

    def _due_s(self, index: int) -> float:
        anchor_index, anchor_s = self._anchor
        return anchor_s + (index - anchor_index) * self.interval_s

    def _move_on(self, steps: int, clocks: _Clocks) -> Tick:
        self._index += steps
        tick = self._tick(self._index, clocks)
        self._recent = [*self._recent[1 - _KEPT_TICKS :], tick]
        return tick

    def _tick(self, index: int, clocks: _Clocks) -> Tick:
        due_s = self._due_s(index)
        instant = _later(clocks.now, (due_s - clocks.monotonic_s) * 1000)
        return Tick(index + self._slept_ticks, due_s, instant)


def _read(clock: Clock) -> _Clocks:
    """Read all clocks, again where the thread was interrupted in between."""
    for _ in range(_ATTEMPTS):
        before_s = clock.monotonic_s()
        clocks = _Clocks(before_s, clock.wall_ms() / 1000, clock.now())
        if clock.monotonic_s() - before_s < _UNDISTURBED_S:
            break
    return clocks


def _later(instant: Instant, by_ms: float) -> Instant:
    return Instant(instant.boot_id, instant.boottime_ms + round(by_ms))
