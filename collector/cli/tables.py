"""Prints tables: with lines and colours on a terminal, as plain columns elsewhere."""

import importlib
import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from collector.wire.units import MetricValue

_WRITTEN_OUT_BELOW = 1e15
"""Up to here a double holds the digits that are shown."""


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their columns' titles to standard output."""
    if sys.stdout.isatty():
        _print_rich(columns, rows)
        return
    print("\n".join(plain_table(columns, rows)))


def plain_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return rows as lines of aligned columns under their titles."""
    lines = [columns, *rows]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def readable(value: MetricValue) -> str:
    """Return a value as people read it: at most three digits behind the point, or three in all."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, float) or not math.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) < _WRITTEN_OUT_BELOW:
        return f"{value:.0f}"
    return f"{value:.3f}" if 1 <= abs(value) < _WRITTEN_OUT_BELOW else f"{value:.3g}"


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print a value as JSON to standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    console = importlib.import_module("rich.console").Console()
    table = importlib.import_module("rich.table").Table(*columns)
    text = importlib.import_module("rich.text").Text
    for row in rows:
        table.add_row(*(text(cell) for cell in row))
    console.print(table)
