"""Everything about a running collector at one moment, as plain data for people and programs."""

from dataclasses import asdict
from typing import Any

from collector.ledger import Account
from collector.service.alarms import alarms
from collector.service.parts import Parts
from collector.status import DeliveryStatus, LastValue, SourceStatus


def snapshot(parts: Parts) -> dict[str, Any]:
    """Return the parts ready for JSON; instants become ages in seconds."""
    now_s = parts.taken_at_s
    return {
        "alarms": [asdict(alarm) for alarm in alarms(parts)],
        "sources": [_source(source, now_s) for source in parts.sources],
        "links": [asdict(link) for link in parts.links],
        "values": [_value(value, parts.delivery, now_s) for value in parts.values],
        "buffer": asdict(parts.buffer),
        "spool": {**asdict(parts.spool), "holds_s": parts.spool.holds_s},
        "delivery": _delivery(parts.delivery, now_s),
        "certificate": asdict(parts.certificate),
        "ledger": [account_fields(account) for account in parts.accounts],
        "drops": [drop for account in parts.accounts for drop in _drops(account, now_s)],
        "complaints": list(parts.complaints),
        "clock": asdict(parts.clock),
        "last_reload": parts.last_reload,
    }


def _source(source: SourceStatus, now_s: float) -> dict[str, Any]:
    fields = asdict(source)
    fields["state_age_s"] = _age_s(fields.pop("since_s"), now_s)
    fields["last_good_age_s"] = _age_s(fields.pop("last_good_s"), now_s)
    return fields


def _drops(account: Account, now_s: float) -> list[dict[str, Any]]:
    return [
        {
            "source": account.source,
            "sensor": account.sensor,
            "cause": cause,
            "values": values,
            "age_s": _age_s(account.dropped_at_s.get(cause), now_s),
        }
        for cause, values in account.dropped.items()
    ]


def _age_s(at_s: float | None, now_s: float) -> float | None:
    return None if at_s is None else round(now_s - at_s, 3)


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
    fields["last_confirmed_age_s"] = _age_s(fields.pop("last_confirmed_at_s"), now_s)
    fields["state_age_s"] = _age_s(fields.pop("since_s"), now_s)
    fields["last_error_age_s"] = _age_s(fields.pop("last_error_at_s"), now_s)
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
