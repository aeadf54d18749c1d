"""Lets the chips of one bus convert at the same time although one thread serves them all.

    bh1750  start ............................................ read
    sht40        start ... read                                        120 ms for both, not 135 ms

A chip whose turn comes while another converts is started meanwhile; what it gave is kept until it
is asked for, with the instant at which it was read.
"""

from dataclasses import dataclass, field
from math import inf

from collector import Clock, Deadline, Instant, SourceUnavailableError
from collector_i2c.shared_bus import SharedBus
from collector_i2c.steps import Values
from collector_i2c.turn import Run, Turn

_IN_A_ROW_S = 0.005
"""Reads that follow each other so closely were due together, and waited for each other."""

_GIVE_WAY_S = 0.01
"""How often a chip that converts gives way to those that are more urgent."""


@dataclass(slots=True)
class Turns:
    """The sequences of one bus. Used by one thread.

    Attributes:
        bus: The bus.
        clock: The time.
    """

    bus: SharedBus
    clock: Clock
    _turns: list[Turn] = field(default_factory=list)
    _busy_since_s: float = -inf
    _idle_since_s: float = -inf

    def add(self, turn: Turn) -> None:
        """Let a chip be started while others convert."""
        self._turns.append(turn)

    def remove(self, turn: Turn) -> None:
        """Forget a chip and what it was doing. May be called for one that is not there."""
        if turn in self._turns:
            self._turns.remove(turn)
        turn.drop()

    def result(self, turn: Turn, deadline: Deadline) -> tuple[Values, Instant]:
        """Bring a chip's sequence to its end, and return what it gave and when.

        Raises:
            TransferError: The chip did not answer.
            RefusedError: What it answered gives no value.
            SourceUnavailableError: It is about the bus, or the time is up.
        """
        run = self._run_of(turn)
        try:
            while run.done_at is None:
                self.bus.lock(deadline)
                now_s = self.clock.monotonic_s()
                if now_s >= deadline.at_s:
                    raise SourceUnavailableError("the chip took longer than the source's timeout")
                self._step(turn, run, deadline, now_s)
        finally:
            turn.drop()
            self._idle_since_s = self.clock.monotonic_s()
            if not any(other.run and other.run.goes_on for other in self._turns):
                self.bus.rest()
        if run.trouble is not None:
            raise run.trouble
        return run.values or {}, run.done_at

    def _run_of(self, turn: Turn) -> Run:
        now_s = self.clock.monotonic_s()
        if now_s - self._idle_since_s > _IN_A_ROW_S:
            self._busy_since_s = now_s
        run = turn.run
        if run is None or not turn.has_fresh_run(now_s):
            run = self._begin(turn, now_s)
        return run

    def _begin(self, turn: Turn, now_s: float) -> Run:
        turn.drop()
        # It may have been due since the first of those that are read in a row with it.
        turn.due_s = self._busy_since_s + turn.interval_s
        turn.run = Run(turn.begin(), now_s, now_s)
        return turn.run

    def _step(self, turn: Turn, run: Run, deadline: Deadline, now_s: float) -> None:
        if run.ready_at_s <= now_s:
            run.advance(self.clock)
            return
        other = self._other(turn, run, now_s)
        if other is not None:
            other.advance(self.clock)
            return
        deadline.give_way()  # others on the link may be more urgent than to wait for this chip
        if run.done_at is None:
            self.bus.pause(min(run.ready_at_s, deadline.at_s, self._others_s(turn, now_s)))

    def _others_s(self, turn: Turn, now_s: float) -> float:
        """Return when others want something, or may want it."""
        others = [each.run for each in self._turns if each is not turn]
        if not others:
            return inf
        under_way = [run.ready_at_s for run in others if run and run.goes_on]
        return min((now_s + _GIVE_WAY_S, *under_way))

    def _other(self, turn: Turn, run: Run, now_s: float) -> Run | None:
        for other in self._turns:
            if other is turn:
                continue
            if other.run is None or not other.has_fresh_run(now_s):
                if other.is_due_within(now_s, run.ready_at_s):
                    return self._begin(other, now_s)
            elif other.run.goes_on and other.run.ready_at_s <= now_s:
                return other.run
        return None
