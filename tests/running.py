"""The programs of the kit, with the packages of `end_to_end/site` installed, and more questions."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from collector.testkit import programs
from collector.testkit.programs import DEADLINE_S, STOP_S, wait_until

__all__ = ("DEADLINE_S", "STOP_S", "wait_until")

SITE = Path(__file__).parent / "end_to_end" / "site"
COLUMNS = re.compile(r" {2,}")
"""Between the columns of a table: names may hold single spaces."""


def site(python_path: Path | None) -> Sequence[Path]:
    return [SITE] if python_path is None else [python_path, SITE]


class Program(programs.Program):
    """A command of ours as a process; ``python_path`` is one more directory of modules."""

    def __init__(
        self,
        directory: Path,
        *words: object,
        python_path: Path | None = None,
        through: Sequence[str] = (),
    ) -> None:
        super().__init__(directory, *words, python_path=site(python_path), through=through)


class Agent(programs.AgentProgram):
    """``collector agent run`` on free ports, or on given ones."""

    def __init__(self, directory: Path, *options: object, ports: tuple[int, int] = (0, 0)) -> None:
        super().__init__(directory, *options, ports=ports, python_path=site(None))
        self.journal_file = self.values.file

    def journal(self) -> list[dict[str, Any]]:
        """Return all values that were accepted, over all lives of this agent."""
        return self.values.rows()

    def series(self, sensor: str, metric: str = "count") -> dict[float, int]:
        """Return the values of a metric with their timestamps, in the order they first came.

        Fails when a value came again with another timestamp.
        """
        first: dict[float, int] = {}
        for row in self.journal():
            if (row["sensor"], row["metric"]) == (sensor, metric):
                assert first.setdefault(row["value"], row["timestamp_ms"]) == row["timestamp_ms"]
        return first


class Collector(programs.CollectorProgram):
    """``collector run``."""

    def __init__(
        self,
        directory: Path,
        config: Path,
        state_dir: Path,
        *options: object,
        python_path: Path | None = None,
        through: Sequence[str] = (),
    ) -> None:
        super().__init__(
            directory, config, state_dir, *options,
            python_path=site(python_path), through=through,
        )  # fmt: skip

    def ledger(self) -> dict[str, dict[str, int]]:
        """Return the ledger that it printed at its end, by source; each account balances."""
        lines = self.complaints.splitlines()
        start = max(n for n, line in enumerate(lines) if line.startswith("source  "))
        header = lines[start].split()
        rows = [
            COLUMNS.split(line) for line in lines[start + 1 :] if line.endswith(("  yes", "  NO"))
        ]
        assert rows
        assert {row[-1] for row in rows} == {"yes"}
        return {row[0]: dict(zip(header[2:-1], map(int, row[2:-1]), strict=True)) for row in rows}


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children, whichever thread has started them."""
    words: list[str] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has ended since
            words += file.read_text().split()
    return [int(word) for word in words]


def workers_of(pid: int) -> list[int]:
    """Return the processes of a collector's isolated sources, by what they were forked from."""
    words = {child: Path(f"/proc/{child}/cmdline").read_text() for child in children_of(pid)}
    servers = [child for child, line in words.items() if "collector.isolation.forking" in line]
    return [worker for server in servers for worker in children_of(server)]


def agents_of(pid: int) -> list[int]:
    """Return which children of a collector are embedded agents; others hold isolated sources."""
    words = {child: Path(f"/proc/{child}/cmdline").read_text() for child in children_of(pid)}
    return [child for child, line in words.items() if "\0agent\0run\0" in line]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has only to be reaped does not."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_text())
    except OSError:
        return False


def run_command(
    directory: Path,
    *words: object,
    python_path: Path | None = None,
    through: Sequence[str] = (),
) -> tuple[int, str, str]:
    """Run a command to its end; return exit code, standard output and standard error."""
    program = Program(directory / "command", *words, python_path=python_path, through=through)
    try:
        return program.wait(), program.output, program.complaints
    finally:
        program.kill()


def environment(python_path: Path | None) -> Mapping[str, str]:
    """Return the environment of a program: the packages of the site are installed in it."""
    return programs.environment(site(python_path))
