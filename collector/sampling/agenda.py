"""What a link has to do, and what of it comes first.

      add ──> waiting, by when it is due ──time passes──> ready, by its deadline ──> take

Of what is due, the job with the earliest deadline comes first. So a fast group that becomes due
while a slow one waits for the busy link as well goes before it, and the slow one, whose deadline
stays where it is while those of the fast one move on, is not kept waiting beyond it for long.
"""

import heapq
import math
from collections.abc import Callable
from typing import NamedTuple


class Job(NamedTuple):
    """Something to do.

    Attributes:
        due_s: When, on the monotonic clock: not before.
        order: Who came first, of those that are alike.
        name: Who holds the link meanwhile, for people.
        run: What; returns when to do it again, None for never.
        slack_s: How much later it may begin at no harm: its deadline is so long after it is due.
    """

    due_s: float
    order: int
    name: str
    run: Callable[[], float | None]
    slack_s: float

    @property
    def deadline_s(self) -> float:
        """By when it should have begun, on the monotonic clock."""
        return self.due_s + self.slack_s

    def again(self, due_s: float) -> "Job":
        """Return the same job, due at another time."""
        return Job(due_s, self.order, self.name, self.run, self.slack_s)


class Agenda:
    """Jobs, earliest deadline first of those that are due. Used by one thread at a time."""

    def __init__(self) -> None:
        self._waiting: list[Job] = []
        self._ready: list[tuple[float, int, Job]] = []

    def add(self, job: Job) -> None:
        """Add a job."""
        heapq.heappush(self._waiting, job)

    def take(self, now_s: float, before_s: float = math.inf) -> Job | None:
        """Remove and return the job to do now; None if none is due.

        Args:
            now_s: The monotonic clock.
            before_s: Only one with an earlier deadline than this.
        """
        waiting, ready = self._waiting, self._ready
        while waiting and waiting[0].due_s <= now_s:
            job = heapq.heappop(waiting)
            heapq.heappush(ready, (job.deadline_s, job.order, job))
        if ready and ready[0][0] < before_s:
            return heapq.heappop(ready)[2]
        return None

    def remove(self, name: str) -> None:
        """Remove all jobs of this name."""
        self._waiting = [job for job in self._waiting if job.name != name]
        self._ready = [entry for entry in self._ready if entry[2].name != name]
        heapq.heapify(self._waiting)
        heapq.heapify(self._ready)

    @property
    def next_due_s(self) -> float | None:
        """When there is something to do, on the monotonic clock; None if there is nothing."""
        if self._ready:
            return self._ready[0][2].due_s
        return self._waiting[0].due_s if self._waiting else None
