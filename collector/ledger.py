"""Counts of values that must balance, per source and sensor.

    sampled  = refused + filtered + accepted
    accepted = delivered + pending + dropped

Every value that a source gives is in exactly one of these at any time, so that nothing leaves
silently. `pending` is what `accepted` leaves after `delivered` and `dropped`. With a spool the
counts go on over restarts.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DropCause(StrEnum):
    """Why an accepted value was never delivered."""

    RING_FULL = "ring_full"
    SPOOL_FULL = "spool_full"
    QUOTA = "quota"
    EXPIRED = "expired"
    CORRUPT = "corrupt"
    REJECTED_BY_AGENT = "rejected_by_agent"
    SHUTDOWN = "shutdown"


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
        refused: By reason.
        dropped: By cause.
    """

    source: str
    sensor: str
    sampled: int
    refused: Mapping[str, int]
    filtered: int
    accepted: int
    delivered: int
    dropped: Mapping[str, int]

    @property
    def pending(self) -> int:
        """Values accepted that are neither delivered nor dropped yet."""
        return self.accepted - self.delivered - sum(self.dropped.values())

    @property
    def balances(self) -> bool:
        """Whether every sampled value is accounted for."""
        entered = sum(self.refused.values()) + self.filtered + self.accepted
        return self.sampled == entered and self.pending >= 0


class Ledger:
    """Keeps the accounts. Safe to use from every thread."""

    def __init__(self) -> None:
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

    def filter(self, source: str, sensor: str, values: int) -> None:
        """Count values that were sampled and left out on purpose, by a transform."""
        with self._lock:
            page = self._pages[source, sensor]
            page.sampled += values
            page.filtered += values

    def deliver(self, source: str, sensor: str, values: int) -> None:
        """Count values that the agent confirmed."""
        with self._lock:
            self._pages[source, sensor].delivered += values

    def drop(self, source: str, sensor: str, cause: DropCause, values: int) -> None:
        """Count accepted values that will never be delivered."""
        with self._lock:
            self._pages[source, sensor].dropped[cause.value] += values

    def restore(self, account: Account) -> None:
        """Add what earlier runs have counted."""
        with self._lock:
            page = self._pages[account.source, account.sensor]
            page.sampled += account.sampled
            page.filtered += account.filtered
            page.accepted += account.accepted
            page.delivered += account.delivered
            for reason, values in account.refused.items():
                page.refused[reason] += values
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
                    page.filtered,
                    page.accepted,
                    page.delivered,
                    dict(page.dropped),
                )
                for (source, sensor), page in sorted(self._pages.items())
            ]


class _Page:
    """The counters of one account."""

    __slots__ = ("accepted", "delivered", "dropped", "filtered", "refused", "sampled")

    def __init__(self) -> None:
        self.sampled = self.filtered = self.accepted = self.delivered = 0
        self.refused: defaultdict[str, int] = defaultdict(int)
        self.dropped: defaultdict[str, int] = defaultdict(int)
