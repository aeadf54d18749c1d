"""What is not well with a run, in plain words, and what to do about each of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from collector.ledger import DROP_WORDS
from collector.service.parts import Parts
from collector.status import DeliveryState, SourceState

CONNECTING_S = 60.0
"""So long it may take to connect: an enrolment is a part of it."""

SPOOL_FULLNESS = 0.8
RECENT_S = 3600.0
"""So long a drop is told of; what was dropped before is in the ledger."""


class Level(StrEnum):
    """How bad it is.

    PROBLEM: readings do not come or do not arrive. WARNING: they do, but somebody should look.
    """

    PROBLEM = "problem"
    WARNING = "warning"


class AlarmKind(StrEnum):
    """What can be not well; `docs/operating.md` has a row for each."""

    SOURCE_FAILING = "source_failing"
    SOURCE_OVERDUE = "source_overdue"
    SOURCE_BROKEN = "source_broken"
    CONNECTING = "connecting"
    NOT_PROVISIONED = "not_provisioned"
    WAITING = "waiting"
    WAITING_FOR_TIME = "waiting_for_time"
    EXPIRED = "expired"
    TAKEN_OVER = "taken_over"
    DELETED = "deleted"
    DELIVERY = "delivery"
    CLOCK = "clock"
    CERTIFICATE = "certificate"
    SPOOL_DEGRADED = "spool_degraded"
    SPOOL_UNREADABLE = "spool_unreadable"
    SPOOL_FILLING = "spool_filling"
    VALUES_DROPPED = "values_dropped"
    LEDGER = "ledger"
    RELOAD_REFUSED = "reload_refused"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that is not well.

    Attributes:
        about: The source that it concerns; empty for the collector as a whole.
        message: What is wrong, in one line.
        advice: What to do, in one line.
        age_s: Since when, in seconds; None if that is not known.
    """

    kind: AlarmKind
    level: Level
    message: str
    advice: str
    about: str = ""
    age_s: float | None = None


ADVICE: Mapping[AlarmKind, str] = MappingProxyType(
    {
        AlarmKind.SOURCE_FAILING: "look at its cable, power and settings; 'collector doctor' looks"
        " at the rights",
        AlarmKind.SOURCE_OVERDUE: "its device or driver hangs: unplug and replug it, or raise its"
        " timeout",
        AlarmKind.SOURCE_BROKEN: "mend its plugin or settings, then 'collector reload'",
        AlarmKind.CONNECTING: "see whether the agent runs and can be reached: 'collector doctor'",
        AlarmKind.NOT_PROVISIONED: "run 'collector provision'; readings are kept meanwhile",
        AlarmKind.WAITING: "see whether the agent runs and can be reached: 'collector doctor';"
        " readings are kept meanwhile",
        AlarmKind.WAITING_FOR_TIME: "set the clock of this machine, best by NTP",
        AlarmKind.EXPIRED: "run 'collector provision --renew'; readings are kept meanwhile",
        AlarmKind.TAKEN_OVER: "stop the other collector, or give this one an identity of its own",
        AlarmKind.DELETED: "somebody deleted this client at the agent: run 'collector provision'",
        AlarmKind.DELIVERY: "see what the agent refuses, and change it there or in the"
        " configuration",
        AlarmKind.CLOCK: "set the clock of this machine, best by NTP",
        AlarmKind.CERTIFICATE: "see why it is not renewed: 'collector doctor'",
        AlarmKind.SPOOL_DEGRADED: "mend the disk or its rights; readings wait in memory only",
        AlarmKind.SPOOL_UNREADABLE: "look at the disk (dmesg); it is tried again by itself",
        AlarmKind.SPOOL_FILLING: "bring the agent back, or raise max_bytes in [spool]",
        AlarmKind.VALUES_DROPPED: "the causes are in docs/operating.md; a longer outage needs a"
        " larger spool",
        AlarmKind.LEDGER: "this is a fault of the collector: keep 'collector status --json'",
        AlarmKind.RELOAD_REFUSED: "mend the configuration ('collector check'), then"
        " 'collector reload'",
        AlarmKind.PAGE: "where its port is taken, 'ss -ltnp' shows by whom; a fault of its own"
        " is one of the collector: keep the log; it is tried again by itself",
    }
)

_SOURCES: Mapping[SourceState, AlarmKind] = MappingProxyType(
    {
        SourceState.FAILING: AlarmKind.SOURCE_FAILING,
        SourceState.OVERDUE: AlarmKind.SOURCE_OVERDUE,
        SourceState.BROKEN: AlarmKind.SOURCE_BROKEN,
    }
)


def alarms(parts: Parts) -> list[Alarm]:
    """Return what is not well, problems first."""
    found = [
        *_of_sources(parts),
        *_of_delivery(parts),
        *_of_time(parts),
        *_of_spool(parts),
        *_of_counts(parts),
    ]
    return sorted(found, key=lambda alarm: alarm.level)  # "problem" stands before "warning"


def _problem(kind: AlarmKind, message: str, about: str = "", age_s: float | None = None) -> Alarm:
    return Alarm(
        kind=kind,
        level=Level.PROBLEM,
        message=message,
        advice=ADVICE[kind],
        about=about,
        age_s=age_s,
    )


def _warning(kind: AlarmKind, message: str, about: str = "", age_s: float | None = None) -> Alarm:
    return Alarm(
        kind=kind,
        level=Level.WARNING,
        message=message,
        advice=ADVICE[kind],
        about=about,
        age_s=age_s,
    )


def _age_s(parts: Parts, at_s: float | None) -> float | None:
    return None if at_s is None else round(parts.taken_at_s - at_s, 3)


def _of_sources(parts: Parts) -> Iterator[Alarm]:
    for source in parts.sources:
        kind = _SOURCES.get(source.state)
        if kind is not None:
            yield _problem(kind, source.message, source.name, _age_s(parts, source.since_s))


def _of_delivery(parts: Parts) -> Iterator[Alarm]:
    delivery = parts.delivery
    age_s = _age_s(parts, delivery.since_s)
    if delivery.state is DeliveryState.CONNECTED:
        if delivery.message and delivery.message != parts.clock.message:
            yield _warning(AlarmKind.DELIVERY, delivery.message)
    elif delivery.state is DeliveryState.CONNECTING:
        if age_s is not None and age_s > CONNECTING_S:
            message = delivery.message or f"no connection to {delivery.agent} yet"
            yield _problem(AlarmKind.CONNECTING, message, age_s=age_s)
    else:
        message = delivery.message or f"no connection to {delivery.agent}"
        yield _problem(AlarmKind(delivery.state.value), message, age_s=age_s)


def _of_time(parts: Parts) -> Iterator[Alarm]:
    if parts.clock.message and parts.delivery.state is not DeliveryState.WAITING_FOR_TIME:
        yield _problem(AlarmKind.CLOCK, parts.clock.message)
    if parts.certificate.message:
        yield _warning(AlarmKind.CERTIFICATE, parts.certificate.message)


def _of_spool(parts: Parts) -> Iterator[Alarm]:
    spool = parts.spool
    if spool.degraded:
        yield _problem(AlarmKind.SPOOL_DEGRADED, spool.degraded)
    if spool.unreadable:
        yield _warning(AlarmKind.SPOOL_UNREADABLE, spool.unreadable)
    if spool.readings and spool.bytes > SPOOL_FULLNESS * spool.max_bytes > 0:
        share = spool.bytes / spool.max_bytes
        message = f"the spool is {share:.0%} full; the oldest readings are dropped when it is full"
        yield _warning(AlarmKind.SPOOL_FILLING, message)


def _of_counts(parts: Parts) -> Iterator[Alarm]:
    for account in parts.accounts:
        for cause, at_s in account.dropped_at_s.items():
            age_s = parts.taken_at_s - at_s
            if age_s < RECENT_S:
                message = f"values of {account.sensor} were dropped: {DROP_WORDS[cause]}"
                yield _warning(AlarmKind.VALUES_DROPPED, message, account.source, round(age_s, 3))
    for complaint in parts.complaints:
        yield _problem(AlarmKind.LEDGER, complaint)
    last = parts.last_reload
    if last is not None and not last["ok"]:
        yield _warning(AlarmKind.RELOAD_REFUSED, last["message"], age_s=last["age_s"])
    if parts.page_complaint:
        yield _warning(AlarmKind.PAGE, parts.page_complaint)
