"""One chip's place among those of its bus, and the sequence that it is in."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from collector import Clock, Instant, SourceUnavailableError
from collector_i2c.bus import TransferError
from collector_i2c.refusal import RefusedError
from collector_i2c.steps import Steps, Values

_KEPT_S = 2.0
"""What was begun ahead is used for so long; older, the chip is read again."""

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
    def goes_on(self) -> bool:
        """Whether it has not come to its end."""
        return self.done_at is None

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
        kept_s = _KEPT_S if self.run.goes_on else min(_KEPT_S, self.interval_s / 2)
        return now_s - self.run.began_s <= kept_s

    def is_due_within(self, now_s: float, until_s: float) -> bool:
        """Tell whether it is due until then; not more than half its interval ahead of its time."""
        return self.due_s <= min(until_s, now_s + self.interval_s / 2)

    def drop(self) -> None:
        """End the sequence where it is, if there is one."""
        if self.run is not None:
            self.run.steps.close()
        self.run = None
