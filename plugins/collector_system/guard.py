"""Calls that may never return, without waiting for them for ever.

A file system whose server is gone, a sensor on a wire that hangs: the kernel may keep such a call
for minutes or until a reboot, and nothing can end it from outside.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from collector import Clock, Deadline

Result = TypeVar("Result")


@dataclass(slots=True)
class _Job:
    what: str
    work: Callable[[], Any]
    done: bool = False
    result: Any = None
    error: Exception | None = None


class Guard:
    """Runs calls in a helper thread and leaves behind the ones that do not come back.

    One helper serves all calls, one after the other. When a call takes too long, its thread is left
    to it and a new helper serves the rest, so there is one thread more per thing that is stuck and
    never two for the same thing: it is not asked again until its call has come back.

    Args:
        clock: The clock that limits are measured on.
        limit_s: How long a call may take.
        log: Told once when something gets stuck and once when it answers again.
    """

    def __init__(self, clock: Clock, limit_s: float, log: logging.Logger) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self._log = log
        self._changed = threading.Condition()
        self._stuck: set[str] = set()
        self._queue: deque[_Job] | None = None

    def call(self, what: str, work: Callable[[], Result], deadline: Deadline) -> Result | None:
        """Return what the work returns, or None when it is stuck.

        Called from one thread only. Waits no longer than the limit, nor beyond the deadline.

        Args:
            what: Names the thing that may get stuck, for the log and for telling it from others.
            work: The call; must share nothing that is not safe to use from another thread.
            deadline: When the caller has to be back.

        Raises:
            OSError, ValueError: The work raised it.
        """
        with self._changed:
            if what in self._stuck or deadline.has_passed():
                return None
            job = _Job(what, work)
            self._hand_over(job)
            self._await(job, deadline)
            if not job.done:
                self._leave_behind(job)
                return None
        if job.error is not None:
            raise job.error
        result: Result | None = job.result
        return result

    def is_stuck(self, what: str) -> bool:
        """Tell whether the last call for this thing has not come back yet."""
        with self._changed:
            return what in self._stuck

    def close(self) -> None:
        """Let the helper end. Threads that are stuck end when their call comes back."""
        with self._changed:
            self._queue = None
            self._changed.notify_all()

    def _hand_over(self, job: _Job) -> None:
        if self._queue is None:
            self._queue = deque()
            name = f"{self._log.name}-helper"
            threading.Thread(
                target=self._serve, args=(self._queue,), name=name, daemon=True
            ).start()
        self._queue.append(job)
        self._changed.notify_all()

    def _await(self, job: _Job, deadline: Deadline) -> None:
        limit_s = min(self._limit_s, deadline.remaining_s())
        limit = Deadline.after(self._clock, limit_s)
        while not job.done and not limit.has_passed():
            self._clock.wait(self._changed, limit.remaining_s())

    def _leave_behind(self, job: _Job) -> None:
        self._stuck.add(job.what)
        self._queue = None
        self._log.warning("%s does not answer; left out until it does", job.what)

    def _serve(self, queue: deque[_Job]) -> None:
        while (job := self._next(queue)) is not None:
            self._do(job, queue)

    def _do(self, job: _Job, queue: deque[_Job]) -> None:
        survives = False
        try:
            job.result = job.work()
            survives = True
        except (OSError, ValueError) as error:
            job.error = error
            survives = True
        finally:
            self._finish(job, None if survives else queue)

    def _next(self, queue: deque[_Job]) -> _Job | None:
        with self._changed:
            while not queue and self._queue is queue:
                self._changed.wait()
            return queue.popleft() if queue else None

    def _finish(self, job: _Job, abandoned: deque[_Job] | None) -> None:
        with self._changed:
            job.done = True
            # In the same moment: nobody may be handed to a helper that is about to end.
            if abandoned is not None and self._queue is abandoned:
                self._queue = None
            if job.what in self._stuck:
                self._stuck.discard(job.what)
                self._log.info("%s answers again", job.what)
            self._changed.notify_all()
