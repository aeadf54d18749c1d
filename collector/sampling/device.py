"""Holds one source open, and lets go of it."""

from collector.clock import Clock, Deadline
from collector.sampling.border import Border, Failure
from collector.sampling.health import Health
from collector.sampling.plan import SourcePlan


class Device:
    """A source that is opened when it is needed. Used from its link's thread alone.

    Args:
        plan: The source.
        clock: The time.
        border: Guards its code.
        health: Told what fails.

    Attributes:
        closings: How often it was closed.
        is_open: Whether it is open.
    """

    def __init__(self, plan: SourcePlan, clock: Clock, border: Border, health: Health) -> None:
        self.closings = 0
        self._plan = plan
        self._clock = clock
        self._border = border
        self._health = health
        self.is_open = False

    def open(self) -> bool:
        """Open the source unless it is open; false if that failed."""
        if self.is_open:
            return True
        self._health.begin(Deadline.after(self._clock, self._plan.timeout_s))
        answer = self._border.call("open()", self._open)
        self._health.end()
        if isinstance(answer, Failure):
            self.fail(answer)
            return False
        self.is_open = True
        return True

    def fail(self, failure: Failure) -> None:
        """Close the source after a failure, until it is due again."""
        self._health.failed(failure)
        self._close()

    def close(self) -> None:
        """Close the source for good."""
        if self.is_open:
            self._close()
        self._health.stopped()

    def _open(self) -> None:
        with self._plan.tape.setting_up():
            self._plan.source.open()

    def _close(self) -> None:
        self.is_open = False
        self.closings += 1
        self._health.begin(Deadline.after(self._clock, self._plan.timeout_s))
        self._border.call("close()", self._plan.source.close)  # it failed already, or it is over
        self._health.end()
