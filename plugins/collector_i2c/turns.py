"""Lets the chips of one bus convert at the same time although one thread serves them all.

    bh1750  start ............................................ read
    sht40        start ... read                                        120 ms for both, not 135 ms

A chip whose turn comes while another converts is started meanwhile; what it gave is kept until it
is asked for, with the instant at which it was read.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from collector import Clock, Deadline, Instant, SourceUnavailableError
from collector_i2c.bus import TransferError
from collector_i2c.refusal import RefusedError
from collector_i2c.shared_bus import SharedBus
from collector_i2c.steps import Steps, Values

_KEPT_S = 2.0
"""What was begun ahead is used for so long; older, the chip is read again."""

_IN_A_ROW_S = 0.005
"""Reads that follow each other so closely were due together, and waited for each other."""

_GIVE_WAY_S = 0.01
"""How often a chip that converts gives way to those that are more urgent."""

Trouble = TransferError | RefusedError | SourceUnavailableError


@dataclass(slots=True)
class Run:
    """One sequence under way.

    Attributes:
        steps: The rest of it.
        began_s: When its first step was due.
        ready_at_s: When its next step is due, monotonic.
        values: What it gave; None before.
        trouble: What went wrong; None before, and if nothing did.
        done_at: When it came to its end.
    """

    steps: Steps[Values]
    began_s: float
    ready_at_s: float
    values: Values | None = None
    trouble: Trouble | None = None
    done_at: Instant | None = None

    @property
    def is_done(self) -> bool:
        """Whether it has come to its end."""
        return self.done_at is not None

    def advance(self, clock: Clock) -> None:
        """Do the next step."""
        try:
            wait_s = next(self.steps)
        except StopIteration as end:
            self.values = end.value
            self.done_at = clock.now()
        except (TransferError, RefusedError, SourceUnavailableError) as trouble:
            self.trouble = trouble
            self.done_at = clock.now()
        else:
            self.ready_at_s = clock.monotonic_s() + wait_s


@dataclass(slots=True, eq=False)
class Turn:
    """One chip's place among those of its bus.

    Attributes:
        begin: Makes the sequence of one reading.
        interval_s: How often it is asked for.
        due_s: When it will be asked for next; never, before it was asked for once.
        run: The sequence that is under way or whose result nobody has asked for yet.
    """

    begin: Callable[[], Steps[Values]]
    interval_s: float
    due_s: float = inf
    run: Run | None = None

    def has_fresh_run(self, now_s: float) -> bool:
        """Tell whether its run may be used: a result must be nearest to this very tick."""
        if self.run is None:
            return False
        kept_s = min(_KEPT_S, self.interval_s / 2) if self.run.is_done else _KEPT_S
        return now_s - self.run.began_s <= kept_s

    def is_due_within(self, now_s: float, until_s: float) -> bool:
        """Tell whether it is due until then; not more than half its interval ahead of its time."""
        return self.due_s <= min(until_s, now_s + self.interval_s / 2)


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
        _drop(turn)

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
                if deadline.has_passed():
                    raise SourceUnavailableError("the chip took longer than the source's timeout")
                self._step(turn, run, deadline)
        finally:
            _drop(turn)
            self._idle_since_s = self.clock.monotonic_s()
            if not any(other.run and not other.run.is_done for other in self._turns):
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
        _drop(turn)
        # It may have been due since the first of those that are read in a row with it.
        turn.due_s = self._busy_since_s + turn.interval_s
        turn.run = Run(turn.begin(), now_s, now_s)
        return turn.run

    def _step(self, turn: Turn, run: Run, deadline: Deadline) -> None:
        now_s = self.clock.monotonic_s()
        if run.ready_at_s <= now_s:
            run.advance(self.clock)
            return
        other = self._other(turn, run, now_s)
        if other is not None:
            other.advance(self.clock)
            return
        deadline.give_way()  # others on the link may be more urgent than to wait for this chip
        if run.done_at is None:
            self.bus.pause(self._next_s(run, deadline) - self.clock.monotonic_s())

    def _next_s(self, run: Run, deadline: Deadline) -> float:
        """Return when there is something to do again."""
        under_way = [each.run.ready_at_s for each in self._turns if each.run and _goes_on(each.run)]
        soon_s = self.clock.monotonic_s() + _GIVE_WAY_S
        others_s = (soon_s,) if len(self._turns) > 1 else ()
        return min(run.ready_at_s, *under_way, *others_s, deadline.at_s)

    def _other(self, turn: Turn, run: Run, now_s: float) -> Run | None:
        for other in self._turns:
            if other is turn:
                continue
            if other.run is None or not other.has_fresh_run(now_s):
                if other.is_due_within(now_s, run.ready_at_s):
                    return self._begin(other, now_s)
            elif _goes_on(other.run) and other.run.ready_at_s <= now_s:
                return other.run
        return None


def _goes_on(run: Run) -> bool:
    return run.done_at is None


def _drop(turn: Turn) -> None:
    if turn.run is not None:
        turn.run.steps.close()
    turn.run = None
