"""One source in a worker: what is asked of it, and what it said of itself last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from collector.clock import Clock, Deadline
from collector.isolation.channel import BadMessageError
from collector.isolation.description import Description, description_of
from collector.isolation.encoding import metrics_of, readings_of, value_of
from collector.isolation.failures import Answer, raise_if_failed
from collector.isolation.handle import Worker
from collector.isolation.listening import Listening
from collector.isolation.pace import Pace
from collector.isolation.tapes import KeptTape
from collector.plugin.source import Metric, Reading, StopSignal
from collector.wire.units import MAX_EXACT_INTEGER

DESCRIBE_LIMIT_S = 5.0
"""For making it, and for its link, groups and first metrics; none of them does I/O."""

OPEN_LIMIT_S = 30.0
CLOSE_LIMIT_S = 5.0
LEAST_GRACE_S = 2.0
"""A machine that swaps, or writes to a slow card, may hold a process up so long."""

_GRACE_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How the source is made in a worker.

    Attributes:
        name: The source's name.
        settings: Its settings, pickled and in base 64.
    """

    name: str
    sensor: str
    interval_s: float
    settings: str


class Remote:
    """Talks about one source to its worker. Used from its link's thread.

    Args:
        recipe: How it is made.
        worker: Shared by the sources of one kind on one link.
        clock: The time.
        refuse: Told how many values were given faster than they can be taken.
        tape: Gets what passes at it, by way of the worker; None for nobody.
    """

    def __init__(
        self,
        recipe: Recipe,
        worker: Worker,
        clock: Clock,
        refuse: Callable[[int], None],
        tape: KeptTape | None = None,
    ) -> None:
        self._recipe = recipe
        self._worker = worker
        self._clock = clock
        self._refuse = refuse
        self._tape = tape
        self._generation = 0
        self._is_first_open = True
        self._metrics: Answer = {"metrics": []}
        self._notes: Answer = {}
        self._refused = 0

    def metrics(self) -> Sequence[Metric]:
        """Return its metrics as it told them last.

        Raises:
            PluginFault: It raised something when it was asked.
        """
        raise_if_failed(self._metrics)
        return metrics_of(self._metrics.get("metrics"))

    def notes(self) -> Sequence[str]:
        """Return what befell its process, and its own notes.

        Raises:
            PluginFault: It raised something when it was asked.
        """
        raise_if_failed(self._notes)
        notes: Any = self._notes.get("notes", [])
        if not isinstance(notes, list):
            return value_of(notes)  # type: ignore[no-any-return] # no notes, as it will be told
        return [*self._of_process(), *map(value_of, notes)]

    def describe(self) -> Description:
        """Make it in its worker, and return what it says of itself.

        Raises:
            SourceUnavailableError: The worker does not come up, or it ended.
            PluginFault: The source cannot be made, or says nothing of use.
        """
        self._worker.start()
        answer = self._make(DESCRIBE_LIMIT_S)
        told = answer.get("description")
        try:
            raise_if_failed(told if isinstance(told, dict) else {})
            return description_of(told)
        except BadMessageError as error:
            raise self._worker.not_understood("link or groups", error) from None

    def move(self, worker: Worker) -> None:
        """Have it made in another worker, with its next ``open``."""
        self._ask("forget", DESCRIBE_LIMIT_S, "making the source")
        self._worker, self._generation = worker, 0

    def open(self) -> None:
        """Open it, in a new process if there is none, and made anew if there is a new one."""
        worker = self._worker
        worker.start()
        if not worker.holds(self._generation):
            self._make(OPEN_LIMIT_S)
        self._ask("open", OPEN_LIMIT_S, "open()")
        if self._is_first_open:
            self._is_first_open = False
            worker.settle()  # what it needs was imported and allocated by now

    def read(self, group: str, deadline: Deadline) -> list[Reading]:
        """Read one group."""
        self._check()
        remaining_s = deadline.remaining_s()
        limit_s = remaining_s + max(LEAST_GRACE_S, remaining_s * _GRACE_SHARE)
        answer = self._ask("read", limit_s, "read()", group=group, remaining_s=remaining_s)
        readings = self._readings(answer.get("readings"), "read()")
        self._worker.note_success()
        return readings

    def close(self) -> None:
        """Close it, if its process still runs."""
        if self._worker.holds(self._generation):
            self._ask("close", CLOSE_LIMIT_S, "close()")

    def check(self) -> None:
        """Look at its process, while nobody asks it anything."""
        if self._generation:  # else it was not made yet
            self._check()
            self._worker.look()

    def listen(self, emit: Callable[[Reading], None], stop: StopSignal) -> None:
        """Hand on what it emits, until it returns or the stop is set."""
        self._check()
        pace = Pace(self._clock)
        listening = Listening(self._worker, self._recipe.name, self._clock, self._is_recorded)
        for message in listening.messages(stop):
            if "emitted" not in message:
                self._learn(self._worker.judged(message, "listen()"))
                return
            readings = self._hand_on(message, emit)
            pace.keep(len(readings), sum(len(each.values) for each in readings), stop)

    def _make(self, limit_s: float) -> Answer:
        recipe = self._recipe
        answer = self._ask(
            "make", limit_s, "making the source",
            sensor=recipe.sensor, interval_s=recipe.interval_s, settings=recipe.settings,
            taped=self._tape is not None,
        )  # fmt: skip
        self._generation = self._worker.generation
        self._is_first_open = True
        return answer

    def _hand_on(self, batch: Answer, emit: Callable[[Reading], None]) -> list[Reading]:
        self._learn(batch)
        readings = self._readings(batch["emitted"], "listen()")
        for reading in readings:
            emit(reading)
        self._count(batch.get("dropped"))
        self._worker.note_success()
        return readings

    def _ask(self, do: str, limit_s: float, what: str, **more: Any) -> Answer:  # noqa: ANN401 - plain data
        request = {
            "do": do, "name": self._recipe.name, "recorded": self._is_recorded(), **more
        }  # fmt: skip
        answer = self._worker.ask(request, limit_s, what)
        self._learn(answer)
        return answer

    def _is_recorded(self) -> bool:
        return self._tape is not None and self._tape.is_wanted

    def _check(self) -> None:
        if not self._worker.holds(self._generation):
            raise self._worker.gone()

    def _learn(self, answer: Answer) -> None:
        metrics, notes = answer.get("metrics"), answer.get("notes")
        if isinstance(metrics, dict):
            self._metrics = metrics
        if isinstance(notes, dict):
            self._notes = notes

    def _readings(self, data: object, what: str) -> list[Reading]:
        try:
            return readings_of(data)
        except BadMessageError as error:
            raise self._worker.not_understood(what, error) from None

    def _count(self, dropped: object) -> None:
        if type(dropped) is int and 0 < dropped <= MAX_EXACT_INTEGER:
            self._refused += dropped
            self._refuse(dropped)

    def _of_process(self) -> list[str]:
        notes = []
        restarts = self._worker.restarts
        if restarts.endings:
            times = "once" if restarts.endings == 1 else f"{restarts.endings} times, lastly"
            notes.append(f"its process ended {times}: {restarts.last_ending}")
        if self._refused:
            notes.append(f"{self._refused} values came faster than they can be taken")
        return notes
