"""A whole life of a source against its simulated device, recorded for the checks to judge."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from collector.clock import Clock, Deadline, Instant
from collector.config import SourceConfig
from collector.plugin.border import PluginFault, guarded
from collector.plugin.source import ListeningSource, Metric, Reading, Source
from collector.testkit.contract.leaks import Held

READS = 3
LISTEN_S = 15.0
"""For a source that talks by itself to tell what it has."""

STOP_S = 5.0
_PAUSE_S = 0.3


class Living(Protocol):
    """What it takes to let a source live; a `Subject` is that."""

    clock: Clock

    @property
    def source(self) -> SourceConfig:
        """The source that is configured."""

    def device(self) -> AbstractContextManager[Any]:
        """Run its simulated device and give the settings that lead to it."""

    def make(self, settings: Any) -> Source:  # noqa: ANN401 - the settings model of the kind
        """Return a new source of these settings, not opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of ``read``, or one reading that was emitted.

    Attributes:
        group: The group; empty for what was emitted.
        readings: What came.
        began_at: When it was called; what was emitted has begun with ``listen``.
        ended_at: When it was back.
        took_s: How long it took; 0 for what was emitted.
    """

    group: str
    readings: Sequence[Reading]
    began_at: Instant
    ended_at: Instant
    took_s: float = 0.0


@dataclass(slots=True)
class Session:
    """What was seen, up to where it failed.

    Attributes:
        failure: What ended it before its time, in one line; empty if nothing did.
        calls: What was read or emitted, in that order.
        declared: What the source declared once it was open.
        metrics: What the source declared at its end.
        notes: What an operator was told at its end.
        stop_s: How long ``listen`` took to return after the stop; None for a polled source.
        trouble_at_close: What the first and the second ``close`` raised; empty for nothing.
        left: Threads and files that were there after it and not before it.
    """

    failure: str = ""
    calls: list[Call] = field(default_factory=list)
    declared: Sequence[Metric] = ()
    metrics: Sequence[Metric] = ()
    notes: object = ()
    stop_s: float | None = None
    trouble_at_close: list[str] = field(default_factory=list)
    left: Sequence[str] = ()

    @property
    def readings(self) -> list[Reading]:
        """All readings, in the order they came."""
        return [reading for call in self.calls for reading in call.readings]

    @property
    def given(self) -> set[str]:
        """The ids of all metrics that had a value."""
        return {metric for reading in self.readings for metric in reading.values}


def record(subject: Living) -> Session:
    """Return what a source of the example does from its start to its end.

    It lives twice: what a first life imports and keeps for good is no leak of the second.
    """
    _live(subject, Session())
    session = Session()
    before = Held.now()
    lived = _live(subject, session)
    session.left = before.left(subject.clock)
    del lived  # until here, or what it did not close would have been closed with it
    return session


def _live(subject: Living, session: Session) -> list[Source]:
    """Have a source live, and return it; none if its device or it could not be made."""
    lived: list[Source] = []
    try:
        with guarded("the simulated device"), subject.device() as settings:
            lived.append(subject.make(settings))
            _run(subject, lived[0], session)
    except PluginFault as fault:
        session.failure = session.failure or str(fault)
    return lived


def _run(subject: Living, source: Source, session: Session) -> None:
    try:
        with guarded("the source"):
            source.open()
            session.declared = list(source.metrics)
            _take(subject, source, session)
            session.metrics, session.notes = list(source.metrics), source.notes
    except PluginFault as fault:
        session.failure = str(fault)
    finally:
        session.trouble_at_close = [_trouble(source) for _ in range(2)]


def _take(subject: Living, source: Source, session: Session) -> None:
    if isinstance(source, ListeningSource):
        listen(source, subject.clock, session)
        return
    for number in range(READS):
        if number:
            pause(subject.clock, _PAUSE_S)
        for group in source.groups:
            session.calls.append(read(source, group.name, subject.clock, subject.source.timeout))


def read(source: Source, group: str, clock: Clock, timeout_s: float) -> Call:
    """Read one group and return what came, and when."""
    began_at, deadline = clock.now(), Deadline.after(clock, timeout_s)
    readings = _readings(source.read(group, deadline))
    took_s = timeout_s + clock.monotonic_s() - deadline.at_s
    return Call(
        group=group, readings=readings, began_at=began_at, ended_at=clock.now(), took_s=took_s
    )


def _readings(given: object) -> list[Reading]:
    """Return what a read gave; what is no reading is told as what it is."""
    if not isinstance(given, Iterable) or isinstance(given, Mapping):
        raise TypeError(f"read() returned a {type(given).__name__}: return a list of Reading")
    return [_reading(each, "read() gave") for each in given]


def _reading(given: object, did: str) -> Reading:
    if not isinstance(given, Reading):
        raise TypeError(f"{did} a {type(given).__name__}: give a Reading(values=...)")
    return given


def listen(source: ListeningSource, clock: Clock, session: Session) -> None:
    """Listen in a thread until nothing new comes, or for `LISTEN_S`; then stop it."""
    ear = _Ear(source, clock, session)
    ear.start()
    with ear.changed:
        until = Deadline.after(clock, LISTEN_S)
        while not (ear.has_ended or ear.has_enough() or until.has_passed()):
            clock.wait(ear.changed, until.remaining_s())
    stopped = clock.monotonic_s()
    ear.stop.set()
    ear.join(STOP_S)
    session.stop_s = clock.monotonic_s() - stopped
    if ear.failure is not None:
        raise ear.failure


class _Ear(threading.Thread):
    """Runs ``listen``."""

    def __init__(self, source: ListeningSource, clock: Clock, session: Session) -> None:
        super().__init__(name="ear", daemon=True)
        self.stop = threading.Event()
        self.changed = threading.Condition()
        self.failure: Exception | None = None
        self.has_ended = False
        self._source = source
        self._clock = clock
        self._session = session
        self._began_at = clock.now()

    def has_enough(self) -> bool:
        """Tell whether every metric had a value, or the third reading and later ones add none."""
        earlier = self._session.calls[:-1]
        given = self._session.given
        before = {name for call in earlier for each in call.readings for name in each.values}
        has_no_more = len(earlier) >= READS - 1 and given <= before
        return bool(earlier) and (
            has_no_more or {each.id for each in self._source.metrics} <= given
        )

    def run(self) -> None:
        try:
            with guarded("listen()"):
                self._source.listen(self._emit, self.stop)
        except PluginFault as fault:
            self.failure = fault
        with self.changed:
            self.has_ended = True
            self.changed.notify_all()

    def _emit(self, reading: Reading) -> None:
        with self.changed:
            self._session.calls.append(
                Call(
                    group="",
                    readings=[_reading(reading, "emit() was given")],
                    began_at=self._began_at,
                    ended_at=self._clock.now(),
                )
            )
            self.changed.notify_all()


def pause(clock: Clock, seconds: float) -> None:
    """Let so much time pass."""
    until, nothing = Deadline.after(clock, seconds), threading.Condition()
    with nothing:
        while not until.has_passed():
            clock.wait(nothing, until.remaining_s())


def _trouble(source: Source) -> str:
    try:
        with guarded("close()"):
            source.close()
    except PluginFault as fault:
        return str(fault)
    return ""
