"""Runs sampling on fake time and without threads, and sources whose behaviour is scripted."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from unittest.mock import patch

from collector.clock import Deadline
from collector.ledger import Ledger
from collector.plugin.source import Group, ListeningSource, Metric, Reading, Source
from collector.sampling.engine import Sampling
from collector.sampling.link import LinkWorker
from collector.sampling.plan import SourcePlan
from collector.testkit.clock import FakeClock


class Scripted(Source):
    """Does at each read what it is told: gives a reading, raises, or calls.

    Attributes:
        script: What the next reads do; when it is used up, each gives 1.0 for every metric.
        calls: What was called, in order.
    """

    def __init__(
        self, *script: Any, metrics: Iterable[Any] = ("m",), link: Any = "", groups: Any = None
    ) -> None:
        self.script = list(script)
        self.calls: list[str] = []
        self.deadlines: list[Deadline] = []
        self.remarks: Any = ()
        self.on_open: Callable[[], None] = lambda: None
        self.on_close: Callable[[], None] = lambda: None
        self.declared: Any = [
            Metric(id=metric) if isinstance(metric, str) else metric for metric in metrics
        ]
        self._link, self._groups = link, groups

    @property
    def metrics(self) -> Sequence[Metric]:
        self.calls.append("metrics")
        if isinstance(self.declared, Exception):
            raise self.declared
        return self.declared

    @property
    def link(self) -> str:
        return self._link

    @property
    def groups(self) -> Sequence[Group]:
        return self._groups or (Group(),)

    @property
    def notes(self) -> Sequence[str]:
        return self.remarks() if callable(self.remarks) else self.remarks

    def open(self) -> None:
        self.calls.append("open")
        self.on_open()

    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        self.calls.append(f"read {group}".strip())
        self.deadlines.append(deadline)
        step = self.script.pop(0) if self.script else None
        if callable(step) and not isinstance(step, type):
            step = step()
        if isinstance(step, BaseException):
            raise step
        if step is None:
            return [Reading(values={metric.id: 1.0 for metric in self.declared})]
        return [step] if isinstance(step, Reading) else step

    def close(self) -> None:
        self.calls.append("close")
        self.on_close()

    def count(self, call: str) -> int:
        return self.calls.count(call)


class Talking(ListeningSource):
    """A listening source whose ``listen`` is given."""

    def __init__(self, listen: Callable[..., None], metrics: Iterable[str] = ("m",)) -> None:
        self._listen = listen
        self.calls: list[str] = []
        self.declared = [Metric(id=metric) for metric in metrics]

    @property
    def metrics(self) -> Sequence[Metric]:
        return self.declared

    def open(self) -> None:
        self.calls.append("open")

    def close(self) -> None:
        self.calls.append("close")

    def listen(self, emit: Any, stop: Any) -> None:
        self.calls.append("listen")
        self._listen(emit, stop)


def plan(source: Source, name: str = "a", **more: Any) -> SourcePlan:
    """Return a plan at 10 s whose source, sensor and name are all called the same."""
    keys: dict[str, Any] = {
        "plugin": "probe",
        "package": "fake 1.2",
        "sensor": name,
        "interval_s": 10.0,
        "timeout_s": 10.0,
    }
    return SourcePlan(name=name, source=source, **{**keys, **more})


class Rig:
    """Sampling of some plans, and everything that it told its surroundings."""

    def __init__(self, *plans: SourcePlan, clock: Any = None) -> None:
        self.clock = clock or FakeClock()
        self.ledger = Ledger()
        self.accepted: list[Any] = []
        self.states: list[tuple[str, bool]] = []
        self.metrics: list[tuple[str, list[str]]] = []
        self.sampling = Sampling(
            plans,
            clock=self.clock,
            ledger=self.ledger,
            accept=self._accept,
            on_sensor_state=lambda sensor, online: self.states.append((sensor, online)),
            on_metrics=lambda sensor, metrics: self.metrics.append(
                (sensor, [metric.id for metric in metrics])
            ),
            random=random.Random(1),
        )

    def _accept(self, reading: Any) -> None:
        self.accepted.append((self.clock.monotonic_s(), reading))

    def start(self) -> "Rig":
        """Start without threads; `run` does what is due."""
        with patch.object(LinkWorker, "start"):
            self.sampling.start()
        return self

    def run(self, seconds: float) -> None:
        """Let time pass and do everything that becomes due, in its order."""
        end_s = self.clock.monotonic_s() + seconds
        while (worker := self._earliest(end_s)) is not None:
            self.clock.advance(max(0.0, worker._agenda.next_due_s - self.clock.monotonic_s()))
            worker._do(worker._take(math.inf))
        self.clock.advance(max(0.0, end_s - self.clock.monotonic_s()))

    def _earliest(self, end_s: float) -> Any:
        workers = [self.sampling._timer, *self.sampling._links.workers]
        planned = [worker for worker in workers if worker._agenda.next_due_s is not None]
        due = [worker for worker in planned if worker._agenda.next_due_s <= end_s]
        return min(due, key=lambda worker: worker._agenda.next_due_s, default=None)

    def times(self, sensor: str = "a") -> list[float]:
        """Return when readings of a sensor were accepted, in seconds since the clock's start."""
        return [round(at_s - 1000, 3) for at_s, one in self.accepted if one.sensor == sensor]

    def values(self, sensor: str = "a") -> list[dict[str, Any]]:
        """Return the accepted readings of a sensor."""
        return [
            dict(zip(one.metrics, one.values, strict=True))
            for _, one in self.accepted
            if one.sensor == sensor
        ]

    def status(self, name: str = "a") -> Any:
        """Return a source's status."""
        [found] = [status for status in self.sampling.sources() if status.name == name]
        return found

    def refused(self, source: str = "a") -> dict[str, int]:
        """Return how many values of a source were refused, by reason."""
        total: Counter[str] = Counter()
        for account in self.ledger.accounts():
            assert account.balances
            if account.source == source:
                total.update(account.refused)
        return dict(total)


def slow(clock: FakeClock, seconds: float, result: Any = None) -> Callable[[], Any]:
    """Return a read that takes so long, and then gives this, or a reading of the metric m."""

    def read() -> Any:
        clock.advance(seconds)
        if isinstance(result, Exception):
            raise result
        return result or Reading(values={"m": 1.0})

    return read
