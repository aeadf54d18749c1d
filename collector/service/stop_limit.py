"""The end of patience with a stop: the process leaves, whatever it hangs in.

What each part may take for its stop is bounded where it is stopped. This is for what cannot be
bounded there: code of a plugin that does not return while a configuration is loaded or sources are
made, or a disk that does not answer.
"""

import logging
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from collector.clock import Clock, Deadline

log = logging.getLogger(__name__)

START_LIMIT_S = 5.0
"""A start that was told to stop: it has read nothing, so that nothing is lost by leaving it."""

STOP_LIMIT_S = 9.5
"""A stop may take ten seconds; what it takes at most by itself is less than this."""

EXIT_LATE = 70


class StopLimit:
    """Leaves the process when it is still in this context so long after a stop was asked for.

    Children notice that by themselves, and what was put on disk is found by the next run.

    Args:
        clock: The time.
        leave: Ends the process with an exit code, whatever its threads do.
    """

    def __init__(self, clock: Clock, leave: Callable[[int], object] = os._exit) -> None:
        self._clock = clock
        self._leave = leave
        self._changed = threading.Condition()
        self._is_over = False
        self._has_begun = False
        self._has_read = False

    def __enter__(self) -> Self:
        """Be ready to count."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Count no more: the stop has come to its end."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def reading_begins(self) -> None:
        """Note that something is at stake from now on: to be left is a failure then."""
        self._has_read = True

    def begin(self) -> None:
        """Begin to count, if that has not begun. Returns at once; from any thread."""
        with self._changed:
            if self._has_begun:
                return
            self._has_begun = True
        limits = [Deadline.after(self._clock, each) for each in (START_LIMIT_S, STOP_LIMIT_S)]
        threading.Thread(target=self._count, args=limits, name="stop limit", daemon=True).start()

    def _count(self, start: Deadline, stop: Deadline) -> None:
        if not self._is_over_by(start) and not self._has_read:
            log.error("the start hangs: left after %g s, nothing was read", START_LIMIT_S)
            self._leave(0)
        elif not self._is_over_by(stop):
            log.error("the stop hangs: left after %g s", STOP_LIMIT_S)
            self._leave(EXIT_LATE)

    def _is_over_by(self, deadline: Deadline) -> bool:
        with self._changed:
            while not (self._is_over or deadline.has_passed()):
                self._clock.wait(self._changed, deadline.remaining_s())
            return self._is_over
