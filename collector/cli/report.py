"""A status snapshot as text for people."""

from typing import Any

from collector.cli.reading import reading
from collector.cli.report_delivery import certificate_lines, clock_lines, delivery_lines
from collector.cli.report_headline import headline_lines
from collector.cli.report_ledger import drop_lines, ledger_lines
from collector.cli.report_spool import spool_lines
from collector.cli.tables import plain_table
from collector.cli.wording import age_text

Snapshot = dict[str, Any]

_SOURCE_COLUMNS = (
    *("source", "plugin", "runs in", "sensor", "state", "reads", "failed", "missed", "last"),
    "since",
)


def status_lines(status: Snapshot) -> list[str]:
    """Return what `collector status` prints: what matters most first, the figures last."""
    return [
        f"collector {status['version']}, {status['mode']}, up {age_text(status['uptime_s'])}",
        *headline_lines(status),
        "",
        *plain_table(_SOURCE_COLUMNS, (_source_row(source) for source in status["sources"])),
        *(line for source in status["sources"] for line in source_remarks(source)),
        "",
        *delivery_lines(status),
        *certificate_lines(status["certificate"]),
        *clock_lines(status["clock"]),
        *spool_lines(status["spool"]),
        *drop_lines(status["drops"]),
        *reload_lines(status["last_reload"]),
        "",
        *plain_table(("link", "sources", "busy with", "late p50", "late p99"),
               (_link_row(link) for link in status["links"])),
        "",
        *plain_table(("sensor", "metric", "value", "unit", "age", "confirmed"),
               (value_row(value) for value in status["values"])),
        "",
        *ledger_lines(status["ledger"]),
    ]  # fmt: skip


def reload_lines(last: dict[str, Any] | None) -> list[str]:
    """Return what became of the last reload; nothing before the first."""
    if last is None:
        return []
    verdict = "" if last["ok"] else "refused: "
    return [f"last reload: {age_text(last['age_s'])} ago, {verdict}{last['message']}"]


def value_row(value: dict[str, Any]) -> tuple[str, ...]:
    """Return one metric's newest value as cells: sensor, metric, value, unit, age, confirmed."""
    return (
        value["sensor"],
        value["metric"],
        *reading(value["value"], value["unit"]),
        age_text(value["age_s"]),
        "yes" if value["confirmed"] else "not yet",
    )


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
        age_text(source["state_age_s"]) if source["state_age_s"] is not None else "",
    )


def source_remarks(source: dict[str, Any]) -> list[str]:
    """Return the source's last failure, and what it wants an operator to know."""
    failure = [f"{source['name']}: {_failure(source)}"] if source["message"] else []
    return [f"  {remark}" for remark in [*failure, *note_lines(source)]]


def note_lines(source: dict[str, Any]) -> list[str]:
    """Return what the source wants an operator to know although values come."""
    return [f"{source['name']}: note: {note}" for note in source["notes"]]


def _link_row(link: dict[str, Any]) -> tuple[str, ...]:
    return (
        link["key"],
        ", ".join(link["sources"]),
        link["busy_with"],
        f"{link['lateness_p50_s'] * 1000:.1f} ms",
        f"{link['lateness_p99_s'] * 1000:.1f} ms",
    )


def _failure(source: dict[str, Any]) -> str:
    good_age_s = source["last_good_age_s"]
    good = (
        "never gave anything yet" if good_age_s is None else f"last good {age_text(good_age_s)} ago"
    )
    return f"{source['message']} ({good})"
