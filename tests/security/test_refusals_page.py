"""The page of refusals: each row is held by tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| what | how |")
]
TEST = re.compile(r"`(tests/[a-z_/0-9]+\.py)::(test_\w+)`")


def _tests_in(file):
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_every_row_is_held_by_tests_that_exist(row):
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    named = TEST.findall(cells[-1])

    assert 3 == len(cells), row
    assert named, row
    assert [] == [(file, test) for file, test in named if test not in _tests_in(file)]
    assert "" == TEST.sub("", cells[-1]).replace(",", "").strip(), "nothing but tests"


def test_every_refusal_that_is_tested_for_itself_is_on_the_page():
    here = Path(__file__).parent
    refusals = {
        (f"tests/security/{file.name}", test)
        for file in here.glob("test_*.py")
        if file != Path(__file__)
        for test in _tests_in(file.relative_to(ROOT))
        if re.search(
            r"refused|secret|never|cuts|not_taken|verification|open_to_others|lie_in", test
        )
    }

    assert set() == refusals - set(TEST.findall(PAGE))
