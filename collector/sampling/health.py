"""How one source is: counts, what to log, and when to try again."""

import logging
from random import Random

from collector.clock import Clock, Deadline
from collector.sampling.border import Failure
from collector.sampling.pauses import Pauses, wished_s
from collector.sampling.plan import SourcePlan
from collector.sampling.presence import FAILED_INTERVALS, SourcePresence
from collector.status import SourceState, SourceStatus

log = logging.getLogger(__name__)


class Health:
    """Written by the source's link, read from every thread.

    The first failure and the recovery are logged, with what was missed between, and nothing else.

    Attributes:
        retry_at_s: Monotonic seconds before which the source is left alone, after a failure.
        missed_ticks: Ticks that were skipped.
    """

    def __init__(
        self, plan: SourcePlan, clock: Clock, presence: SourcePresence, random: Random
    ) -> None:
        self.retry_at_s = 0.0
        self.missed_ticks = 0
        self._plan = plan
        self._clock = clock
        self._presence = presence
        self._pauses = Pauses(random)
        self._state = SourceState.STARTING
        self._since_s = clock.monotonic_s()
        self._last_good_s: float | None = None
        self._message = ""
        self._deadline: Deadline | None = None
        self._reads = self._failures = self._overruns = 0
        self._failures_in_a_row = 0
        self._missed_when_failed = 0
        self._last_read_s = 0.0

    def begin(self, deadline: Deadline) -> None:
        """Note that the source was called; while it is late, its state is overdue."""
        self._deadline = deadline

    def end(self) -> None:
        """Note that the call returned."""
        self._deadline = None

    def end_read(self, took_s: float, *, is_late: bool) -> None:
        """Note that a read returned, well or not."""
        self._deadline = None
        self._reads += 1
        self._overruns += is_late
        self._last_read_s = took_s

    def came(self, at_s: float) -> None:
        """Note a reading of a source that talks by itself."""
        self._reads += 1
        self.succeeded(at_s)

    def succeeded(self, at_s: float) -> None:
        """Note that the source gave what it should, at the tick of this monotonic instant."""
        if self._failures_in_a_row:
            self._log_recovery()
            self._failures_in_a_row = 0
            self._pauses.reset()
        self._enter(SourceState.OK)
        self._last_good_s = at_s
        self._message = ""
        self._presence.good(at_s)

    def failed(self, failure: Failure) -> None:
        """Note a failure, and settle when to try again."""
        now_s = self._clock.monotonic_s()
        self.retry_at_s = now_s + self._pause_s(failure)
        self._failures += 1
        self._failures_in_a_row += 1
        self._enter(SourceState.FAILING)
        self._message = failure.message
        if self._failures_in_a_row == 1:
            self._missed_when_failed = self.missed_ticks
            log.warning("%s: %s; it is tried again", self._plan.name, failure.message)
            log.debug("%s: where it failed", self._plan.name, exc_info=failure.error)
        self._presence.failing(now_s, self.retry_at_s)

    def break_down(self, message: str) -> None:
        """Note that the source cannot be run at all."""
        self._enter(SourceState.BROKEN)
        self._message = message
        log.error("%s: cannot be run: %s", self._plan.name, message)

    def stopped(self) -> None:
        """Note that the source was closed for good."""
        self._enter(SourceState.STOPPED)

    def hangs(self) -> bool:
        """Tell whether a call is past its deadline."""
        deadline = self._deadline
        return deadline is not None and deadline.has_passed()

    def status(self, link: str, refused: int, notes: tuple[str, ...]) -> SourceStatus:
        """Return all of it at this moment, with what others know of the source."""
        state, message = self._described()
        deadline = self._deadline
        is_overdue = state is SourceState.OVERDUE and deadline is not None
        return SourceStatus(
            name=self._plan.name,
            plugin=self._plan.plugin,
            sensor=self._plan.sensor,
            link=link,
            state=state,
            message=message,
            reads=self._reads,
            failures=self._failures,
            overruns=self._overruns,
            missed_ticks=self.missed_ticks,
            refused=refused,
            last_read_s=self._last_read_s,
            notes=notes,
            isolation=self._plan.isolation,
            since_s=deadline.at_s if is_overdue and deadline else self._since_s,
            last_good_s=self._last_good_s,
        )

    def _enter(self, state: SourceState) -> None:
        if state is not self._state:
            self._state, self._since_s = state, self._clock.monotonic_s()

    def _pause_s(self, failure: Failure) -> float:
        wished = wished_s(failure.retry_in_s)
        if wished is not None:
            return wished
        return self._pauses.longest_s() if failure.needs_a_human else self._pauses.next_s()

    def _described(self) -> tuple[SourceState, str]:
        if self.hangs():
            return SourceState.OVERDUE, self._message or "has not come back in time"
        is_well = self._state in (SourceState.STARTING, SourceState.OK)
        if is_well and self._presence.is_present is False:
            return SourceState.FAILING, f"gave nothing for {FAILED_INTERVALS} intervals"
        return self._state, self._message

    def _log_recovery(self) -> None:
        log.info(
            "%s: works again after %d failures, %d ticks missed",
            self._plan.name,
            self._failures_in_a_row,
            self.missed_ticks - self._missed_when_failed,
        )
