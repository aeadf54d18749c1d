"""One worker per link: a thread that does what is due, one thing at a time."""

import itertools
import math
import threading
from collections import deque
from collections.abc import Callable

from collector.clock import Clock, Deadline
from collector.pulse import UNKNOWN, Pulse
from collector.sampling.agenda import Agenda, Job
from collector.sampling.lateness import Latenesses
from collector.status import LinkStatus


class LinkWorker:
    """Runs jobs when they are due, never two at a time; none is interrupted but where it gives way.

    Of several that are due, the one with the earliest deadline runs first.

    Between jobs its thread sleeps until the next one is due and wakes for nothing else.

    Args:
        key: What the link is, for people.
        clock: The time.

    Attributes:
        pulse: Whether its thread wakes when something is due; a job may take as long as it likes.
    """

    def __init__(self, key: str, clock: Clock) -> None:
        self.key = key
        self.pulse = Pulse(key)
        self._clock = clock
        self._changed = threading.Condition()
        self._agenda = Agenda()
        self._order = itertools.count()
        self._latenesses = Latenesses()
        self._running: list[Job] = []  # those before the last one have given way to the next
        self._gone: list[Job] = []
        self._is_stopping = False
        self._leaving: deque[Job] = deque()
        self._last_wishes: dict[str, Callable[[], None]] = {}
        self._thread = threading.Thread(target=self._work, name=f"link {key}", daemon=True)

    def add(
        self,
        due_s: float,
        run: Callable[[], float | None],
        name: str = "",
        *,
        slack_s: float = 0.0,
    ) -> None:
        """Have something done in the link's thread. May be called from any thread.

        Args:
            due_s: When, on the monotonic clock.
            run: What; returns when to do it again, None for never.
            name: Who holds the link meanwhile, for people.
            slack_s: How long it may wait, once it is due, for what is more urgent; its deadline is
                ``due_s + slack_s``, anew each time.
        """
        with self._changed:
            self._agenda.add(Job(due_s, next(self._order), name, run, slack_s))
            if self._agenda.next_due_s == due_s:
                self._changed.notify_all()

    def at_end(self, source: str, call: Callable[[], None]) -> None:
        """Have something done in the link's thread when it ends, or when the source leaves it.

        Args:
            source: The source's name, which is that of its jobs too.
            call: What.
        """
        with self._changed:
            self._last_wishes[source] = call

    def leave(self, source: str) -> threading.Event:
        """Let a source leave the link; the others go on.

        Its jobs are forgotten at once, but for one that is under way. What it wanted at the end is
        done in the link's thread and never inside a job, so not before what that does now has come
        back; without a thread it happens at once. Meanwhile another source may come by this name.

        Returns:
            Set when it is done.
        """
        done = threading.Event()
        with self._changed:
            self._agenda.remove(source)
            self._gone += [job for job in self._running if job.name == source]
            last_wish = self._last_wishes.pop(source, None)

        def part() -> None:
            if last_wish is not None:
                last_wish()
            done.set()

        if not self._thread.is_alive():
            part()
            return done
        with self._changed:
            self._leaving.append(Job(self._clock.monotonic_s(), 0, source, part, 0.0))
            self._changed.notify_all()
        return done

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the thread finish what it is doing, and no more. Returns at once."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()

    def stop(self, deadline: Deadline) -> bool:
        """Stop, but wait no longer than asked.

        Returns:
            False if the thread hangs in a job: it is left behind, and cannot delay the exit.
        """
        self.ask_to_stop()
        if self._thread.ident is None:
            return True
        self._thread.join(deadline.remaining_s())
        return not self._thread.is_alive()

    def status(self) -> LinkStatus:
        """Return how it is. May be called from any thread."""
        with self._changed:
            p50_s, p99_s = self._latenesses.quantile(50), self._latenesses.quantile(99)
            sources = tuple(self._last_wishes)
        return LinkStatus(
            key=self.key,
            sources=sources,
            busy_with="".join(job.name for job in self._running[-1:]),
            lateness_p50_s=p50_s,
            lateness_p99_s=p99_s,
        )

    def take_latenesses(self) -> tuple[list[float], float]:
        """Return those of the last ticks since the last call, and the worst of all since then."""
        with self._changed:
            return self._latenesses.take()

    def give_way(self) -> None:
        """Run what is due and has an earlier deadline than the job that runs now.

        To be called by that job, in the link's thread, wherever it can bear to be held up.
        """
        for running in self._running[-1:]:
            while (job := self._take(running.deadline_s)) is not None:
                self._do(job)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._do(job)
        for call in [*(job.run for job in self._leaving), *self._last_wishes.values()]:
            call()

    def _do(self, job: Job) -> None:
        self.pulse.back_by(UNKNOWN)
        again_s = job.run()
        with self._changed:
            self._running.remove(job)
            if job in self._gone:
                self._gone.remove(job)
            elif again_s is not None:
                self._agenda.add(job.again(again_s))

    def _next(self) -> Job | None:
        with self._changed:
            while not self._is_stopping:
                if self._leaving:
                    self._running.append(self._leaving.popleft())
                    return self._running[-1]
                now_s = self._clock.monotonic_s()
                job = self._take_due(now_s)
                if job is not None:
                    return job
                due_s = self._agenda.next_due_s
                self.pulse.back_by(UNKNOWN if due_s is None else due_s)
                self._clock.wait(self._changed, None if due_s is None else due_s - now_s)
        return None

    def _take(self, before_s: float) -> Job | None:
        with self._changed:
            if self._is_stopping:
                return None
            return self._take_due(self._clock.monotonic_s(), before_s)

    def _take_due(self, now_s: float, before_s: float = math.inf) -> Job | None:
        job = self._agenda.take(now_s, before_s)
        if job is not None:
            self._latenesses.add(now_s - job.due_s)
            self._running.append(job)
        return job
