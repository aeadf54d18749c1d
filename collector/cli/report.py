"""A status snapshot as text for people."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from collector.cli.tables import plain_table, readable
from collector.status import DeliveryState

Snapshot = dict[str, Any]

STATES: Mapping[str, str] = MappingProxyType(
    {
        DeliveryState.NOT_PROVISIONED: "not provisioned at",
        DeliveryState.CONNECTING: "connecting to",
        DeliveryState.CONNECTED: "connected to",
        DeliveryState.WAITING: "waiting for",
        DeliveryState.WAITING_FOR_TIME: "waiting for the right time, agent at",
        DeliveryState.EXPIRED: "certificate expired, refused by",
        DeliveryState.TAKEN_OVER: "identity used by another collector too, cut off by",
        DeliveryState.DELETED: "deleted at",
    }
)

MIB = 1024**2

_SOURCE_COLUMNS = (
    *("source", "plugin", "runs in", "sensor", "state", "reads", "failed", "missed", "last"),
)

NOT_PROMISED: Mapping[str, str] = MappingProxyType(
    {
        "off": "what is not confirmed when the process ends is lost",
        "outage": "what was accepted in the last 20 s and not confirmed does not survive a kill",
    }
)


def status_lines(status: Snapshot) -> list[str]:
    """Return what `collector status` prints."""
    return [
        *_head(status),
        "",
        *plain_table(_SOURCE_COLUMNS, (_source_row(source) for source in status["sources"])),
        *(line for source in status["sources"] for line in _remarks(source)),
        "",
        *plain_table(("link", "sources", "busy with", "late p50", "late p99"),
               (_link_row(link) for link in status["links"])),
        "",
        *plain_table(("sensor", "metric", "value", "unit", "age", "confirmed"),
               (value_row(value) for value in status["values"])),
        "",
        *ledger_lines(status["ledger"]),
    ]  # fmt: skip


def ledger_lines(accounts: Sequence[dict[str, Any]]) -> list[str]:
    """Return the ledger as a table, and its causes of loss."""
    rows = [
        (
            account["source"],
            account["sensor"],
            *(str(account[key]) for key in ("sampled", "accepted", "delivered", "pending")),
            *(str(sum(account[key].values())) for key in ("refused", "filtered", "dropped")),
            "yes" if account["balances"] else "NO",
        )
        for account in accounts
    ]
    header = ("source", "sensor", "sampled", "accepted", "delivered", "pending", "refused",
              "filtered", "dropped", "balances")  # fmt: skip
    return [
        *plain_table(header, rows),
        *(line for account in accounts for line in _causes(account)),
    ]


def spool_lines(spool: dict[str, Any]) -> list[str]:
    """Return how the spool is, and what it does not promise."""
    if spool["mode"] == "off":
        return ["spool: off", f"  {NOT_PROMISED['off']}"]
    parts = [
        f"spool: {spool['mode']}",
        f"{spool['readings']} readings",
        f"{spool['bytes'] / MIB:.1f} of {spool['max_bytes'] / MIB:.0f} MiB",
    ]
    if spool["oldest_age_s"] is not None:
        parts.append(f"oldest {age_text(spool['oldest_age_s'])}")
    lines = [", ".join(parts)]
    if spool["degraded"]:
        lines.append(f"  degraded, readings wait in memory only: {spool['degraded']}")
    if spool["mode"] in NOT_PROMISED:
        lines.append(f"  {NOT_PROMISED[spool['mode']]}")
    if spool["damaged_bytes"]:
        lines.append(f"  {spool['damaged_bytes']} bytes were found damaged")
    if spool["lost_values"]:
        lines.append(f"  {spool['lost_values']} values are lost to damage")
    if spool["unreadable"]:
        lines.append(f"  waits to be read back: {spool['unreadable']}")
    if spool["kept_aside"]:
        lines.append(f"  {spool['kept_aside']} files in {spool['directory']} are not readable here")
    return lines


def certificate_lines(certificate: dict[str, Any]) -> list[str]:
    """Return until when our certificate is valid, and what is not well with it."""
    if certificate["not_after_ms"] is None:
        return []
    day = datetime.fromtimestamp(certificate["not_after_ms"] / 1000, UTC).date()
    left = certificate["days_left"]
    span = f"valid until {day}, {left} days left" if left >= 0 else f"expired on {day}"
    lines = [f"certificate: {span}"]
    if certificate["message"]:
        lines.append(f"  {certificate['message']}")
    return lines


def reload_lines(last: dict[str, Any] | None) -> list[str]:
    """Return what became of the last reload; nothing before the first."""
    if last is None:
        return []
    verdict = "" if last["ok"] else "refused: "
    return [f"last reload: {age_text(last['age_s'])} ago, {verdict}{last['message']}"]


def audit_lines(status: Snapshot) -> list[str]:
    """Return whether the sums hold, and where they do not."""
    sums = {
        key: sum(account[key] for account in status["ledger"])
        for key in ("accepted", "delivered", "pending")
    }
    dropped = sum(sum(account["dropped"].values()) for account in status["ledger"])
    verdict = "does not hold" if status["complaints"] else "holds"
    equation = (
        f"accepted {sums['accepted']} = delivered {sums['delivered']} "
        f"+ pending {sums['pending']} + dropped {dropped}"
    )
    return [f"{equation}: {verdict}", *(f"  {complaint}" for complaint in status["complaints"])]


def value_row(value: dict[str, Any]) -> tuple[str, ...]:
    """Return one metric's newest value as cells: sensor, metric, value, unit, age, confirmed."""
    return (
        value["sensor"],
        value["metric"],
        readable(value["value"]),
        value["unit"],
        age_text(value["age_s"]),
        "yes" if value["confirmed"] else "not yet",
    )


def age_text(seconds: float | None) -> str:
    """Return an age as people say it: 0.4 s, 12 s, 3 min, 5 h."""
    if seconds is None:
        return "never"
    for limit, unit, size in ((10, "s", 1), (120, "s", 1), (7200, "min", 60), (172800, "h", 3600)):
        if seconds < limit:
            digits = 1 if limit == 10 else 0  # noqa: PLR2004 - the first row
            return f"{seconds / size:.{digits}f} {unit}"
    return f"{seconds / 86400:.0f} d"


def delivery_line(status: Snapshot) -> str:
    """Return how the way to the agent is, in one line."""
    delivery, buffer = status["delivery"], status["buffer"]
    parts = [
        f"{STATES[delivery['state']]} {delivery['agent']}",
        f"{delivery['confirmed_readings']} readings confirmed by the {delivery['confirmed_by']}",
        f"last {age_text(delivery['last_confirmed_age_s'])} ago"
        if delivery["last_confirmed_age_s"] is not None
        else "none yet",
        f"{buffer['readings']} waiting",
    ]
    return ", ".join(parts)


def _head(status: Snapshot) -> list[str]:
    delivery = status["delivery"]
    lines = [
        f"collector {status['version']}, {status['mode']}, up {age_text(status['uptime_s'])}",
        f"agent: {delivery_line(status)}",
    ]
    if delivery["message"]:
        lines.append(f"  {delivery['message']}")
    if delivery["unverified_time"]:
        lines.append(
            f"  {delivery['unverified_time']} readings were sent with a time that cannot be right"
        )
    return [
        *lines,
        *certificate_lines(status["certificate"]),
        *spool_lines(status["spool"]),
        *reload_lines(status.get("last_reload")),
    ]


def _source_row(source: dict[str, Any]) -> tuple[str, ...]:
    return (
        source["name"],
        source["plugin"],
        source["isolation"],
        source["sensor"],
        source["state"],
        str(source["reads"]),
        str(source["failures"]),
        str(source["missed_ticks"]),
        f"{source['last_read_s'] * 1000:.0f} ms",
    )


def _remarks(source: dict[str, Any]) -> list[str]:
    """Return the source's last failure, and what it wants an operator to know."""
    remarks = [source["message"]] if source["message"] else []
    remarks += [f"note: {note}" for note in source["notes"]]
    return [f"  {source['name']}: {remark}" for remark in remarks]


def _link_row(link: dict[str, Any]) -> tuple[str, ...]:
    return (
        link["key"],
        ", ".join(link["sources"]),
        link["busy_with"],
        f"{link['lateness_p50_s'] * 1000:.1f} ms",
        f"{link['lateness_p99_s'] * 1000:.1f} ms",
    )


def _causes(account: dict[str, Any]) -> list[str]:
    where = f"  {account['source']}/{account['sensor']}"
    causes = [
        f"{where}: {count} {what} ({cause})"
        for what in ("refused", "filtered", "dropped")
        for cause, count in sorted(account[what].items())
    ]
    made = account["made"]
    return (
        [*causes, f"{where}: {made} of those sampled were made by transforms"] if made else causes
    )
