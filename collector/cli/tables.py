"""Prints tables: with lines and colours on a terminal, as plain columns elsewhere."""

import importlib
import json
import sys
from collections.abc import Sequence
from typing import Any


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their columns' titles to standard output."""
    if sys.stdout.isatty():
        _print_rich(columns, rows)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())


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
