"""Checks of what a source does when its device goes, and in a process of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from collector.clock import Deadline
from collector.errors import SourceError
from collector.isolation.workers import Workers
from collector.plugin.border import PluginFault
from collector.plugin.source import ListeningSource, Source
from collector.testkit.contract.check import BrokenPromiseError, require
from collector.testkit.contract.given import seen
from collector.testkit.contract.session import Session, listen, pause, read
from collector.testkit.contract.subject import Subject

SHORT_S = 0.05
"""A deadline that hardly any device can keep."""

GRACE_S = 2.0
"""How long after a deadline a read is let live in a process of its own, at the least."""

COME_BACK_S = 10.0
"""For a source to notice that its device is there again; it may pause for as long as it says."""

_UNPLUGGED_S = 1.0
_PAUSE_S = 0.5
_TRIES = 5


def a_short_deadline_is_kept_too(subject: Subject) -> None:
    """A read whose time is nearly up gives up in time."""
    seen(subject)
    with _opened(subject) as source:
        if isinstance(source, ListeningSource):
            return
        began_s = subject.clock.monotonic_s()
        _read_or_be_unavailable(subject, source, SHORT_S)
        late_s = subject.clock.monotonic_s() - began_s - SHORT_S
    require(late_s < GRACE_S, f"it came back {late_s:.1f} s late: use deadline.remaining_s()")


def a_device_that_goes_is_unavailable(subject: Subject) -> None:
    """When its device goes, a source raises SourceUnavailableError, or gives nothing."""
    seen(subject)
    with subject.device() as settings:
        source = subject.make(settings)
        source.open()
    try:
        _outlive(subject, source)
    finally:
        source.close()
    _reopen(source)


def a_device_that_comes_back_is_read_again(subject: Subject) -> None:
    """After all that, a device that is plugged in again is read."""
    seen(subject)
    for _ in range(2):
        with subject.device() as settings:
            _be_read(subject, subject.make(settings))


def it_runs_in_a_process_of_its_own(subject: Subject) -> None:
    """In a process of its own the source gives the same metrics."""
    session, workers = seen(subject), Workers(subject.clock, threading.Event())
    try:
        with subject.device() as settings:
            given = _isolated(subject, workers, settings)
    finally:
        workers.stop()
    less = session.given - given
    require(not less, f"in a process of its own it gives no {', '.join(sorted(less))}")


def _isolated(subject: Subject, workers: Workers, settings: object) -> set[str]:
    source = workers.isolate(
        plugin=subject.plugin,
        name=subject.source.name,
        sensor=subject.source.sensor,
        interval_s=subject.source.interval,
        settings=settings,
        refuse=lambda _: None,
    )
    try:
        source.open()
        return _given(subject, source)
    except (SourceError, PluginFault) as error:
        raise BrokenPromiseError(f"in a process of its own: {error}") from error
    finally:
        source.close()


def _given(subject: Subject, source: Source) -> set[str]:
    session = Session()
    if isinstance(source, ListeningSource):
        listen(source, subject.clock, session)
        return session.given
    for _ in range(_TRIES):
        for group in source.groups:
            session.calls.append(read(source, group.name, subject.clock, subject.source.timeout))
        if session.given >= subject.session.given:
            break
        pause(subject.clock, 0.2)
    return session.given


@contextmanager
def _opened(subject: Subject) -> Iterator[Source]:
    with subject.device() as settings:
        source = subject.make(settings)
        try:
            source.open()
            yield source
        finally:
            source.close()


def _be_read(subject: Subject, source: Source) -> None:
    """Try as the collector does, until the source reads its device."""
    until = Deadline.after(subject.clock, COME_BACK_S)
    while (error := _unavailable(subject, source)) is not None:
        require(not until.has_passed(), f"a device that is plugged in again: {error}")
        pause(subject.clock, getattr(error, "retry_in_s", None) or _PAUSE_S)


def _unavailable(subject: Subject, source: Source) -> SourceError | None:
    try:
        source.open()
        require(_given(subject, source), "a device that is plugged in again gives no values")
    except SourceError as error:
        return error
    finally:
        source.close()
    return None


def _outlive(subject: Subject, source: Source) -> None:
    """Read a device that is gone; only what a source may raise passes."""
    if isinstance(source, ListeningSource):
        _listen_for_a_while(subject, source)
        return
    for _ in range(2):
        _read_or_be_unavailable(subject, source, min(_UNPLUGGED_S, subject.source.timeout))


def _listen_for_a_while(subject: Subject, source: ListeningSource) -> None:
    stop = threading.Event()
    timer = threading.Timer(_UNPLUGGED_S, stop.set)
    timer.start()
    deadline = Deadline.after(subject.clock, _UNPLUGGED_S + GRACE_S)
    try:
        source.listen(lambda _: None, stop)
    except SourceError:
        return
    finally:
        timer.cancel()
        timer.join()
    require(not deadline.has_passed(), "listen() does not return: look at stop once a second")


def _read_or_be_unavailable(subject: Subject, source: Source, seconds: float) -> None:
    for group in source.groups:
        try:
            list(source.read(group.name, Deadline.after(subject.clock, seconds)))
        except SourceError:
            continue
        except Exception as error:
            raise BrokenPromiseError(
                f"read() raises {type(error).__name__} ({error}): raise SourceUnavailableError"
            ) from error


def _reopen(source: Source) -> None:
    try:
        source.open()
    except SourceError:
        return
    except Exception as error:
        raise BrokenPromiseError(
            f"open() raises {type(error).__name__} ({error}): raise SourceUnavailableError"
        ) from error
    finally:
        source.close()
