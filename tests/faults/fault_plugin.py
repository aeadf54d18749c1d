"""What the fault tests need of pytest: a row per file, its verdict, and no silent skip."""

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from faults.fault_catalogue import CATALOGUE
from faults.fault_row import Row, RowRun

FILE_NAME = re.compile(r"test_([a-i]\d+)_\w+\.py")
STATED_TIMEOUT_S = 3600
ROOT = Path(__file__).parents[2]


class Matrix:
    """A plugin of pytest that collects the rows of one session.

    Args:
        is_stated: Run the figures of the catalogue.
        wanted: The ids to run; all when empty.
    """

    def __init__(self, *, is_stated: bool = False, wanted: frozenset[str] = frozenset()) -> None:
        self.is_stated = is_stated
        self.wanted = wanted
        self._runs: dict[str, RowRun] = {}

    def run_of(self, path: Path) -> RowRun:
        """Return the row that a test file holds."""
        row_id = row_id_of(path)
        assert row_id is not None, f"{path.name} names no row: test_a1_words.py"
        return self._runs.setdefault(
            row_id, RowRun(row_id, str(path.relative_to(ROOT)), is_stated=self.is_stated)
        )

    @property
    def rows(self) -> list[Row]:
        """The rows whose tests ran or were skipped."""
        ran_at = f"{datetime.now(UTC):%Y-%m-%d} {_commit()}"
        return [run.row(ran_at) for run in self._runs.values() if run.verdicts]

    @pytest.hookimpl
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        kept = [item for item in items if not self.wanted or row_id_of(item.path) in self.wanted]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        if self.is_stated:
            for item in items:
                item.add_marker(pytest.mark.timeout(STATED_TIMEOUT_S))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]):
        report = yield
        if row_id_of(item.path) and (verdict := _verdict(report)):
            self.run_of(item.path).verdicts.append(verdict)
        return report


def row_id_of(path: Path) -> str | None:
    """Return the id of the row that a test file holds; None for other tests."""
    match = FILE_NAME.fullmatch(path.name)
    row_id = match[1].upper() if match else None
    return row_id if row_id in CATALOGUE else None


def fail_if_skipped(item: pytest.Item, report: pytest.TestReport) -> None:
    """Have CI fail when a row does not run that could run everywhere."""
    is_skipped = report.skipped and not hasattr(report, "wasxfail")
    if is_skipped and os.environ.get("CI") and item.get_closest_marker("needs_root") is None:
        report.outcome = "failed"
        report.longrepr = f"skipped where all must run: {report.longrepr}"


def _verdict(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return f"fails: {report.wasxfail.removeprefix('reason: ')}" if report.skipped else ""
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        return f"not run: {str(reason).removeprefix('Skipped: ')}"
    if report.failed:
        return f"fails: {str(report.longreprtext).strip().splitlines()[-1]}"
    return "passes" if report.when == "call" else ""


def _commit() -> str:
    words = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
