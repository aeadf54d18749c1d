"""Everything about a running collector at one moment, as plain data for people and programs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from collector.ledger import Account
from collector.status import (
    BufferStatus,
    CertificateStatus,
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


def snapshot(parts: Parts) -> dict[str, Any]:
    """Return the parts ready for JSON; instants become ages in seconds."""
    now_s = parts.taken_at_s
    return {
        "sources": [asdict(source) for source in parts.sources],
        "links": [asdict(link) for link in parts.links],
        "values": [_value(value, parts.delivery, now_s) for value in parts.values],
        "buffer": asdict(parts.buffer),
        "spool": asdict(parts.spool),
        "delivery": _delivery(parts.delivery, now_s),
        "certificate": asdict(parts.certificate),
        "ledger": [account_fields(account) for account in parts.accounts],
        "complaints": list(parts.complaints),
    }


def _value(value: LastValue, delivery: DeliveryStatus, now_s: float) -> dict[str, Any]:
    confirmed_s = delivery.confirmed_until.get(value.sensor)
    return {
        "sensor": value.sensor,
        "metric": value.metric,
        "name": value.name,
        "value": value.value,
        "unit": value.unit,
        "age_s": round(now_s - value.taken_at_s, 3),
        "confirmed": confirmed_s is not None and confirmed_s >= value.taken_at_s - CLOCK_SLACK_S,
    }


def _delivery(delivery: DeliveryStatus, now_s: float) -> dict[str, Any]:
    fields = asdict(delivery)
    last_s = fields.pop("last_confirmed_at_s")
    fields["last_confirmed_age_s"] = None if last_s is None else round(now_s - last_s, 3)
    until = fields.pop("confirmed_until")
    fields["confirmed_age_s"] = {sensor: round(now_s - at, 3) for sensor, at in until.items()}
    return fields


def account_fields(account: Account) -> dict[str, Any]:
    """Return one account ready for JSON."""
    return {
        "source": account.source,
        "sensor": account.sensor,
        "sampled": account.sampled,
        "refused": dict(account.refused),
        "filtered": dict(account.filtered),
        "made": account.made,
        "accepted": account.accepted,
        "delivered": account.delivered,
        "pending": account.pending,
        "dropped": dict(account.dropped),
        "balances": account.balances,
    }


CLOCK_SLACK_S = 0.002
"""Stamps are whole milliseconds."""
