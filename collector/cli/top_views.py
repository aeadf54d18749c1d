"""What `collector top` can show: the rows and columns of each of its views."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from collector.cli.report import value_row
from collector.cli.top_columns import Column, Row
from collector.cli.top_rates import Flow
from collector.cli.wording import age_text

Status = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """One table that fills what the screen has left.

    Attributes:
        title: For the line of keys.
        columns: Those of it.
        rows: What stands in it, with ``style`` for how it is drawn.
    """

    title: str
    columns: Sequence[Column]
    rows: Callable[[Status, Flow], list[Row]]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def source_rows(status: Status, flow: Flow) -> list[Row]:
    """Return the sources, those that are not well first."""
    late = {name: link["lateness_p99_s"] for link in status["links"] for name in link["sources"]}
    rows = [
        {
            **source,
            "per_s": flow.reads.get(source["name"], 0.0),
            "late_s": late.get(source["name"], 0.0),
            "style": "red" if source["message"] else "",
        }
        for source in status["sources"]
    ]
    return sorted(rows, key=lambda row: not row["message"])


def value_rows(status: Status, flow: Flow) -> list[Row]:
    """Return the values; those that wait for the agent stand out."""
    del flow
    return [
        {"cells": value_row(value), "style": "" if value["confirmed"] else "yellow"}
        for value in status["values"]
    ]


def link_rows(status: Status, flow: Flow) -> list[Row]:
    """Return the links, the latest first."""
    del flow
    rows = [{**link, "style": ""} for link in status["links"]]
    return sorted(rows, key=lambda row: -row["lateness_p99_s"])


def loss_rows(status: Status, flow: Flow) -> list[Row]:
    """Return the accounts of the ledger, those with losses first."""
    del flow
    rows = [
        {
            **account,
            "lost": sum(account["dropped"].values()),
            "why": ", ".join(
                f"{count} {cause}"
                for what in ("dropped", "refused", "filtered")
                for cause, count in sorted(account[what].items())
            ),
            "style": "red" if account["dropped"] else "yellow" if account["refused"] else "",
        }
        for account in status["ledger"]
    ]
    return sorted(rows, key=lambda row: (-row["lost"], not row["refused"]))


SOURCES = View(
    "sources",
    (
        Column("source", lambda row: row["name"], is_cut=True),
        Column("state", lambda row: row["state"]),
        Column("reads/s", lambda row: f"{row['per_s']:.1f}", rank=1),
        Column("failed", lambda row: str(row["failures"]), rank=2),
        Column("missed", lambda row: str(row["missed_ticks"]), rank=4),
        Column("late p99", lambda row: _ms(row["late_s"]), rank=3),
        Column("read in", lambda row: _ms(row["last_read_s"]), rank=6),
        Column("refused", lambda row: str(row["refused"]), rank=5),
        Column("last good", lambda row: age_text(row["last_good_age_s"]), rank=7),
        Column("link", lambda row: row["link"], rank=8),
    ),
    source_rows,
)
VALUES = View(
    "values",
    (
        Column("sensor", lambda row: row["cells"][0], rank=1, is_cut=True),
        Column("metric", lambda row: row["cells"][1], is_cut=True),
        Column("value", lambda row: row["cells"][2]),
        Column("unit", lambda row: row["cells"][3], rank=2),
        Column("age", lambda row: row["cells"][4], rank=3),
        Column("confirmed", lambda row: row["cells"][5], rank=4),
    ),
    value_rows,
)
LINKS = View(
    "links",
    (
        Column("link", lambda row: row["key"], is_cut=True),
        Column("busy with", lambda row: row["busy_with"] or "-"),
        Column("late p50", lambda row: _ms(row["lateness_p50_s"]), rank=2),
        Column("late p99", lambda row: _ms(row["lateness_p99_s"]), rank=1),
        Column("sources", lambda row: ", ".join(row["sources"]), rank=3),
    ),
    link_rows,
)
LOSSES = View(
    "losses",
    (
        Column("source", lambda row: row["source"], is_cut=True),
        Column("sensor", lambda row: row["sensor"], rank=5),
        Column("sampled", lambda row: str(row["sampled"]), rank=3),
        Column("pending", lambda row: str(row["pending"]), rank=2),
        Column("dropped", lambda row: str(row["lost"])),
        Column("refused", lambda row: str(sum(row["refused"].values())), rank=1),
        Column("filtered", lambda row: str(sum(row["filtered"].values())), rank=4),
        Column("why", lambda row: row["why"], rank=6),
    ),
    loss_rows,
)
VIEWS: Sequence[View | None] = (None, SOURCES, VALUES, LINKS, LOSSES)
"""By the key that shows it, from 1; the first is the overview, which has two."""
