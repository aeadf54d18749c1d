"""The fault matrix as Markdown: written from rows, and read back to keep those of other runs."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from faults.fault_catalogue import CATALOGUE
from faults.fault_row import Row

FILE = Path(__file__).parents[2] / "docs" / "fault-matrix.md"

HEAD = """\
# The fault matrix

What each fault of the catalogue costs. `packaging/faults` runs the rows with the figures stated
here and writes this table; `packaging/faults --short` runs them as the gate does, and takes the
place of no stated row.

In every row: what was accepted is stored at the agent or counted as dropped, with the cause;
nothing is stored that was not accepted, nor with another time; a repetition is identical; the
collector stays below 100 MiB, prints no traceback, names a lasting fault within 30 s, and
`collector status --audit` agrees. Counts are values; *detected* is the time until the status names
the fault, *recovered* from the end of the fault to the next confirmation.

"""
COLUMNS = (
    "id", "fault", "has to hold", "accepted", "stored", "dropped", "duplicates", "detected",
    "recovered", "also measured", "verdict", "form", "run at", "test",
)  # fmt: skip
NUMERIC = {"accepted", "stored", "duplicates", "detected", "recovered"}
LINE = re.compile(r"\| ([A-I]\d+) \|")


def lines_by_id(text: str) -> dict[str, str]:
    """Return the lines of the table that stand in a text."""
    found = {}
    for line in text.splitlines():
        if match := LINE.match(line):
            found[match[1]] = line
    return found


def cells(line: str) -> dict[str, str]:
    """Return what a line of the table holds, by column."""
    return dict(zip(COLUMNS, (cell.strip() for cell in line.strip("|").split("|")), strict=True))


def text_of(rows: Iterable[Row], former: str = "") -> str:
    """Return the whole document: these rows, and those that a former one has beside them."""
    lines = {row_id: _line(Row(id=row_id)) for row_id in CATALOGUE}
    kept = {row_id: line for row_id, line in lines_by_id(former).items() if row_id in CATALOGUE}
    stated = {row_id for row_id, line in kept.items() if cells(line)["form"] == "stated"}
    lines |= kept
    lines |= {row.id: _line(row) for row in rows if row.form == "stated" or row.id not in stated}
    return f"{HEAD}{_summary(lines)}\n\n{_table(lines.values())}\n"


def table_of(rows: Iterable[Row]) -> str:
    """Return a table of these rows alone."""
    return _table(map(_line, rows))


def _table(lines: Iterable[str]) -> str:
    ruler = "|".join(" ---: " if name in NUMERIC else " --- " for name in COLUMNS)
    return "\n".join([f"| {' | '.join(COLUMNS)} |", f"|{ruler}|", *lines])


def _summary(lines: Mapping[str, str]) -> str:
    verdicts = [cells(line)["verdict"].split(":")[0] for line in lines.values()]
    passing, failing = verdicts.count("passes"), verdicts.count("fails")
    left = len(lines) - passing - failing
    return (
        f"{passing} of {len(lines)} rows pass. What fails ({failing}) or was not run ({left}) "
        "says why in its verdict."
    )


def _line(row: Row) -> str:
    has_run = row.verdict == "passes" or bool(row.accepted)
    dropped = ", ".join(f"{number} {cause}" for cause, number in row.dropped.items())
    counts = [row.accepted, row.stored, dropped or 0, row.duplicates] if has_run else [""] * 4
    words = [
        row.id, *CATALOGUE[row.id], *counts, _seconds(row.detected_s), _seconds(row.recovered_s),
        row.figures, row.verdict, row.form, row.ran_at, f"`{row.test}`" if row.test else "",
    ]  # fmt: skip
    return f"| {' | '.join(str(word).replace('|', '/') for word in words)} |"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
