"""What each part says about itself: plain frozen data, taken at one moment, for people and JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from collector.wire.units import MetricValue


class SourceState(StrEnum):
    """How a source is."""

    STARTING = "starting"
    OK = "ok"
    FAILING = "failing"
    OVERDUE = "overdue"
    BROKEN = "broken"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastValue:
    """The newest accepted value of one metric.

    Attributes:
        unit: What people read as its unit; empty when it has none.
        taken_at_s: Monotonic seconds when it was taken; for its age.
    """

    sensor: str
    metric: str
    name: str
    value: MetricValue
    unit: str
    taken_at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source.

    Attributes:
        message: The last failure in words; empty when all is well.
        reads: Reads that returned, well or not.
        failures: Reads (and opens) that failed.
        overruns: Reads that came back after their deadline.
        missed_ticks: Ticks that were skipped, by overruns, pauses or a slow link.
        refused: Values refused where they enter.
        last_read_s: How long the last read took.
        notes: What the source wants an operator to know although values come, one line each.
        isolation: Where its code runs: ``thread``, or ``process`` for one of its own.
        since_s: Monotonic seconds since when its state is what it is; None if that is not known.
        last_good_s: Monotonic seconds of the last tick that gave what it should; None before.
    """

    name: str
    plugin: str
    sensor: str
    link: str
    state: SourceState
    message: str = ""
    reads: int = 0
    failures: int = 0
    overruns: int = 0
    missed_ticks: int = 0
    refused: int = 0
    last_read_s: float = 0.0
    notes: tuple[str, ...] = ()
    isolation: str = "thread"
    since_s: float | None = None
    last_good_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """One link.

    Attributes:
        busy_with: The source that holds it now; empty when idle.
        lateness_p50_s: Median of how late the last ticks began.
        lateness_p99_s: 99th percentile of the same.
    """

    key: str
    sources: tuple[str, ...]
    busy_with: str = ""
    lateness_p50_s: float = 0.0
    lateness_p99_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferStatus:
    """What waits, readings in flight included.

    Attributes:
        readings: All of them, in memory and on disk.
        bytes: What those in memory take.
        max_readings: How many may be in memory.
        max_bytes: How much of it they may take.
    """

    readings: int
    bytes: int
    max_readings: int
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolStatus:
    """The buffer's half on disk.

    Attributes:
        degraded: Why readings wait in memory only, in words; empty when the disk takes them.
        readings: Unconfirmed readings on disk.
        bytes: What its files take; confirmed readings are removed with their whole file.
        oldest_age_s: How long ago the oldest file with unconfirmed readings was begun.
        found_readings: Unconfirmed readings that were there at the start.
        damaged_bytes: Bytes in its files that were no part of a sound record.
        kept_aside: Files that are not ours to read: of another version, or without a sound record.
        lost_values: Values lost to damage, found at the start or when they were to be sent.
        unreadable: Why something on disk cannot be read back at present; empty when all can be.
        written_bytes_per_s: What was written in the last minutes; None before that is known.
    """

    mode: str
    directory: str
    degraded: str = ""
    readings: int = 0
    bytes: int = 0
    max_bytes: int = 0
    oldest_age_s: float | None = None
    found_readings: int = 0
    damaged_bytes: int = 0
    kept_aside: int = 0
    lost_values: int = 0
    unreadable: str = ""
    written_bytes_per_s: float | None = None

    @property
    def holds_s(self) -> float | None:
        """How many seconds of what is written now still fit; None where nothing is written."""
        if not self.written_bytes_per_s:
            return None
        return max(0, self.max_bytes - self.bytes) / self.written_bytes_per_s


class DeliveryState(StrEnum):
    """How the way to the agent is."""

    NOT_PROVISIONED = "not_provisioned"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    WAITING_FOR_TIME = "waiting_for_time"
    EXPIRED = "expired"
    TAKEN_OVER = "taken_over"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatus:
    """Our certificate at the agent.

    Attributes:
        not_after_ms: When it expires, in milliseconds since the epoch; None before there is one.
        days_left: Whole days until then by this machine's clock; below 0 once it has expired.
        message: What is not well with it or its renewal, in words; empty when all is.
        not_before_ms: From when it is valid.
        renewed_from_ms: From when on it is renewed; None where that is left to people.
    """

    not_after_ms: int | None = None
    days_left: int | None = None
    message: str = ""
    not_before_ms: int | None = None
    renewed_from_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStatus:
    """This machine's wall clock.

    Attributes:
        wall_ms: What it shows, in milliseconds since the epoch.
        is_synchronized: Something (NTP, a GPS) disciplines it.
        message: Why it cannot be right, in words; empty when it can.
    """

    wall_ms: int
    is_synchronized: bool
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """The way to the agent.

    Attributes:
        state: ``waiting_for_time`` means that this machine's clock is wrong, so that readings wait
            for their time or certificates are not valid yet; ``expired`` that the agent refuses our
            certificate for its age; ``taken_over`` that others use our identity; ``deleted`` that
            the agent no longer knows us.
        message: Why it is not well, in words; empty when it is.
        confirmed_by: ``agent`` or, in the fallback, ``broker``.
        confirmed_readings: Readings that were confirmed since the start.
        resent_readings: Readings that had to be sent again.
        unconfirmed_readings: Readings sent and not confirmed yet.
        unverified_time: Readings that were sent with a time that cannot be right.
        bad_replies: Messages of the agent that could not be understood.
        last_confirmed_at_s: Monotonic seconds of the last confirmation; None before the first.
        moved: The agent's id of each sensor that was deleted there and made again, by ours.
        confirmed_until: Per sensor, the monotonic seconds of the newest reading confirmed.
        since_s: Monotonic seconds since when the state is what it is.
        last_error: Why it was not well the last time, in words; empty when it always was.
        last_error_at_s: Monotonic seconds of that; None without one.
    """

    state: DeliveryState
    agent: str
    client_id: str = ""
    message: str = ""
    confirmed_by: str = "agent"
    confirmed_readings: int = 0
    resent_readings: int = 0
    unconfirmed_readings: int = 0
    connections: int = 0
    bad_replies: int = 0
    unverified_time: int = 0
    last_confirmed_at_s: float | None = None
    confirmed_until: Mapping[str, float] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    since_s: float | None = None
    last_error: str = ""
    last_error_at_s: float | None = None

    def turned(self, state: DeliveryState, message: str, now_s: float) -> "DeliveryStatus":
        """Return the same way in another state, or with other words, from this instant on."""
        since_s = self.since_s if state is self.state else now_s
        turned = replace(self, state=state, message=message, since_s=since_s)
        return replace(turned, last_error=message, last_error_at_s=now_s) if message else turned
