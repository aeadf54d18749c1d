"""Tables of `collector top`: on a narrow terminal what matters less gives way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from collector.cli.tables import plain_table

Row = dict[str, Any]

_GAP = 2
_LEAST_WIDTH = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        title: Above it.
        cell: What stands in it, from a row.
        rank: The highest is the first to be left out; 0 is never left out.
        is_cut: Whether its cells are shortened where even the rest does not fit.
    """

    title: str
    cell: Callable[[Row], str]
    rank: int = 0
    is_cut: bool = False


def table_lines(columns: Sequence[Column], rows: Sequence[Row], width: int) -> list[str]:
    """Return a table of at most this width as lines, the titles first."""
    cells = {column.title: [column.cell(row) for row in rows] for column in columns}
    widths = {title: max(map(len, [title, *cells[title]])) for title in cells}
    kept = _kept(columns, widths, width)
    excess = _total(kept, widths) - width
    for column in kept:
        if column.is_cut and excess > 0:
            room = max(_LEAST_WIDTH, widths[column.title] - excess)
            excess -= widths[column.title] - room
            cells[column.title] = [_cut(cell, room) for cell in cells[column.title]]
    titles = [column.title for column in kept]
    return plain_table(titles, [*zip(*(cells[title] for title in titles), strict=True)])


def _kept(columns: Sequence[Column], widths: dict[str, int], width: int) -> list[Column]:
    kept = [*columns]
    while _total(kept, widths) > width:
        last = max(kept, key=lambda column: column.rank)
        if last.rank == 0:
            break
        kept.remove(last)
    return kept


def _total(columns: Sequence[Column], widths: dict[str, int]) -> int:
    return sum(widths[column.title] + _GAP for column in columns) - _GAP


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
