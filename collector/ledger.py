"""Counts of values that must balance, per source and sensor.

    sampled  = refused + filtered + accepted
    accepted = delivered + pending + dropped

Every value that a source gives, or that a transform makes of what it gave, is in exactly one of
these at any time, so that nothing leaves silently. `pending` is what `accepted` leaves after
`delivered` and `dropped`. With a spool the counts go on over restarts.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from collector.clock import Clock


class DropCause(StrEnum):
    """Why an accepted value was never delivered."""

    RING_FULL = "ring_full"
    SPOOL_FULL = "spool_full"
    QUOTA = "quota"
    EXPIRED = "expired"
    CORRUPT = "corrupt"
    REJECTED_BY_AGENT = "rejected_by_agent"
    SHUTDOWN = "shutdown"


DROP_WORDS: Mapping[str, str] = MappingProxyType(
    {
        DropCause.RING_FULL: "the memory was full",
        DropCause.SPOOL_FULL: "the spool or its disk was full",
        DropCause.QUOTA: "the source had used up its share of the spool",
        DropCause.EXPIRED: "they were older than max_age",
        DropCause.CORRUPT: "they were damaged on disk",
        DropCause.REJECTED_BY_AGENT: "the agent refused them for good",
        DropCause.SHUTDOWN: "they were not on disk when the collector was stopped",
    }
)
"""Each cause for people: what was, so that they were dropped."""


class RefusalReason(StrEnum):
    """Why a value was not accepted from its source."""

    NOT_FINITE = "not_finite"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    BAD_ID = "bad_id"
    UNDECLARED = "undeclared"
    TAKEN = "taken"
    LATE = "late"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Account:
    """The counts of one source and sensor, in values.

    Attributes:
        sampled: What the source gave, and what its transforms made of that.
        refused: By reason.
        filtered: By the type of the transform that left them out.
        dropped: By cause.
        made: How many of the sampled values transforms have made: computed ones, and figures of
            windows. Counted when they are made, so a moment before they count as sampled.
        dropped_at_s: Monotonic seconds of the last drop of this run, by cause; where there is a
            clock.
    """

    source: str
    sensor: str
    sampled: int
    refused: Mapping[str, int]
    filtered: Mapping[str, int]
    accepted: int
    delivered: int
    dropped: Mapping[str, int]
    made: int = 0
    dropped_at_s: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def pending(self) -> int:
        """Values accepted that are neither delivered nor dropped yet."""
        return self.accepted - self.delivered - sum(self.dropped.values())

    @property
    def balances(self) -> bool:
        """Whether every sampled value is accounted for."""
        left_out = sum(self.refused.values()) + sum(self.filtered.values())
        entered = left_out + self.accepted
        return self.sampled == entered and self.pending >= 0


class Ledger:
    """Keeps the accounts. Safe to use from every thread.

    Args:
        clock: Tells when something was dropped; without one nothing does.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pages: defaultdict[tuple[str, str], _Page] = defaultdict(_Page)

    def accept(self, source: str, sensor: str, values: int) -> None:
        """Count values that were sampled and accepted."""
        with self._lock:
            page = self._pages[source, sensor]
            page.sampled += values
            page.accepted += values

    def refuse(self, source: str, sensor: str, reason: RefusalReason, values: int = 1) -> None:
        """Count values that were sampled and refused."""
        with self._lock:
            page = self._pages[source, sensor]
            page.sampled += values
            page.refused[reason.value] += values

    def filter(self, source: str, sensor: str, reason: str, values: int = 1) -> None:
        """Count values that were sampled and left out on purpose.

        Args:
            source: The source.
            sensor: The sensor.
            reason: The type of the transform that did so.
            values: How many.
        """
        with self._lock:
            page = self._pages[source, sensor]
            page.sampled += values
            page.filtered[reason] += values

    def make(self, source: str, sensor: str, values: int) -> None:
        """Count values that a transform made; they are sampled when it is known what they become.

        That is when they are accepted, filtered or refused, like all others.
        """
        with self._lock:
            self._pages[source, sensor].made += values

    def deliver(self, source: str, sensor: str, values: int) -> None:
        """Count values that the agent confirmed."""
        with self._lock:
            self._pages[source, sensor].delivered += values

    def drop(self, source: str, sensor: str, cause: DropCause, values: int) -> None:
        """Count accepted values that will never be delivered."""
        with self._lock:
            page = self._pages[source, sensor]
            page.dropped[cause.value] += values
            if self._clock is not None:
                page.dropped_at_s[cause.value] = self._clock.monotonic_s()

    def restore(self, account: Account) -> None:
        """Add what earlier runs have counted."""
        with self._lock:
            page = self._pages[account.source, account.sensor]
            page.sampled += account.sampled
            page.accepted += account.accepted
            page.delivered += account.delivered
            page.made += account.made
            for reason, values in account.refused.items():
                page.refused[reason] += values
            for reason, values in account.filtered.items():
                page.filtered[reason] += values
            for cause, values in account.dropped.items():
                page.dropped[cause] += values

    def accounts(self) -> list[Account]:
        """Return all accounts at one moment, by source and sensor."""
        with self._lock:
            return [
                Account(
                    source,
                    sensor,
                    page.sampled,
                    dict(page.refused),
                    dict(page.filtered),
                    page.accepted,
                    page.delivered,
                    dict(page.dropped),
                    page.made,
                    dict(page.dropped_at_s),
                )
                for (source, sensor), page in sorted(self._pages.items())
            ]


class _Page:
    """The counters of one account."""

    __slots__ = (
        *("accepted", "delivered", "dropped", "dropped_at_s", "filtered", "made", "refused"),
        "sampled",
    )

    def __init__(self) -> None:
        self.sampled = self.accepted = self.delivered = self.made = 0
        self.filtered: defaultdict[str, int] = defaultdict(int)
        self.refused: defaultdict[str, int] = defaultdict(int)
        self.dropped: defaultdict[str, int] = defaultdict(int)
        self.dropped_at_s: dict[str, float] = {}
