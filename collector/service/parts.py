"""What each part of a run says of itself, at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.ledger import Account
from collector.status import (
    BufferStatus,
    CertificateStatus,
    ClockStatus,
    DeliveryStatus,
    LastValue,
    LinkStatus,
    SourceStatus,
    SpoolStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What each part says of itself.

    Attributes:
        taken_at_s: Monotonic seconds of this moment.
        complaints: Where the ledger and what is held do not agree.
        last_reload: What became of the last reload; None before the first.
        page_complaint: Why the status page cannot be visited; empty while it can, or is not wanted.
    """

    taken_at_s: float
    sources: Sequence[SourceStatus]
    links: Sequence[LinkStatus]
    values: Sequence[LastValue]
    buffer: BufferStatus
    spool: SpoolStatus
    delivery: DeliveryStatus
    certificate: CertificateStatus
    accounts: Sequence[Account]
    complaints: Sequence[str]
    clock: ClockStatus
    last_reload: Mapping[str, Any] | None = None
    page_complaint: str = ""
