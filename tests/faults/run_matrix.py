"""Runs the fault matrix and writes it down: ``packaging/faults`` starts it.

Rows that run replace their lines in docs/fault-matrix.md; the others stay as they are there.
"""

import argparse
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from faults.fault_catalogue import CATALOGUE  # noqa: E402 - found by the line above
from faults.fault_plugin import Matrix  # noqa: E402
from faults.fault_table import FILE, table_of, text_of  # noqa: E402


def main() -> int:
    """Run, print and write; return the exit code of pytest."""
    arguments = _parser().parse_args()
    wanted = frozenset(filter(None, arguments.rows.upper().split(",")))
    if unknown := wanted - CATALOGUE.keys():
        sys.exit(f"there is no row {', '.join(sorted(unknown))}; there are A1 to I16")
    matrix = Matrix(is_stated=not arguments.short, wanted=wanted)
    code = pytest.main([str(HERE), "-p", "no:cacheprovider", "-q"], plugins=[matrix])
    former = FILE.read_text("utf-8") if FILE.exists() else ""
    print(table_of(matrix.rows))
    if not arguments.dry:
        FILE.write_text(text_of(matrix.rows, former), "utf-8")
    return int(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="packaging/faults", description=__doc__)
    parser.add_argument("--rows", default="", metavar="A1,G5", help="these rows only")
    parser.add_argument("--short", action="store_true", help="as the gate runs them")
    parser.add_argument("--dry", action="store_true", help="print the table, and write nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
