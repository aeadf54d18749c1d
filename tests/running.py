"""Starts the collector and the agent as the processes that users start, and waits for what they do.

Nothing here sleeps for a guessed time: everything waits for an event and fails after a deadline.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest

from collector.cli.calling import call
from collector.errors import AgentUnreachableError

DEADLINE_S = 50.0  # a machine busy with other tests takes its time
STOP_S = 10.0
SITE = Path(__file__).parent / "end_to_end" / "site"
COLUMNS = re.compile(r" {2,}")
"""Between the columns of a table: names may hold single spaces."""

READY = re.compile(r"ready provision=[\d.]+:(\d+) mqtt=[\d.]+:(\d+)\n")

T = TypeVar("T")


def wait_until(condition: Callable[[], T], what: str, timeout_s: float = DEADLINE_S) -> T:
    """Return the first true answer of a condition; fail the test when there is none in time."""
    limit_s = time.monotonic() + timeout_s
    while not (answer := condition()):
        if time.monotonic() > limit_s:
            pytest.fail(f"not within {timeout_s:g} s: {what}")
        time.sleep(0.03)
    return answer


class Program:
    """A command of ours as a process; it finds the package in `end_to_end/site` as installed.

    Args:
        directory: Where it runs, and where its output goes.
        words: Its command line.
        python_path: One more directory that its modules are looked for in.
        through: The command line of another program that starts it, such as ``strace``.
    """

    def __init__(
        self,
        directory: Path,
        *words: object,
        python_path: Path | None = None,
        through: Sequence[str] = (),
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._output, self._complaints = directory / "stdout", directory / "stderr"
        with self._output.open("w") as output, self._complaints.open("w") as complaints:
            self.process = subprocess.Popen(
                [*through, sys.executable, "-m", "collector", *map(str, words)],
                cwd=directory, env=environment(python_path), stdin=subprocess.DEVNULL,
                stdout=output, stderr=complaints, text=True,
            )  # fmt: skip

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def complaints(self) -> str:
        """What it wrote to standard error; also checks that none of it is a traceback."""
        text = self._complaints.read_text()
        assert "Traceback" not in text, text
        return text

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code; it has the ten seconds that are promised."""
        self.process.send_signal(number)
        return self.wait(STOP_S)

    def wait(self, timeout_s: float = DEADLINE_S) -> int:
        """Return the exit code once it has ended by itself."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            pytest.fail(f"still running after {timeout_s:g} s; it says: {self.complaints}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(STOP_S)


class Agent(Program):
    """``collector agent run`` on free ports, or on given ones."""

    def __init__(self, directory: Path, *options: object, ports: tuple[int, int] = (0, 0)) -> None:
        self.directory = directory / "agent"
        self.journal_file = directory / "journal"
        super().__init__(
            directory, "agent", "run", "--directory", self.directory,
            "--provision-port", ports[0], "--port", ports[1],
            "--journal", self.journal_file, *options,
        )  # fmt: skip
        self.ports = self._ports_when_ready()

    def _ports_when_ready(self) -> tuple[int, int]:
        """Return both ports. An agent that never tells them is ended here: nobody else gets it."""
        try:
            ready = wait_until(self._ready, "the agent is ready")
        except BaseException:
            self.kill()
            raise
        return int(ready[1]), int(ready[2])

    def _ready(self) -> re.Match[str] | None:
        assert self.is_running, self.complaints
        return READY.fullmatch(self.output)

    def journal(self) -> list[dict[str, Any]]:
        """Return all values that were accepted, over all lives of this agent."""
        if not self.journal_file.exists():
            return []
        lines = self.journal_file.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def series(self, sensor: str, metric: str = "count") -> dict[float, int]:
        """Return the values of a metric with their timestamps, in the order they first came.

        Fails when a value came again with another timestamp.
        """
        first: dict[float, int] = {}
        for row in self.journal():
            if (row["sensor"], row["metric"]) == (sensor, metric):
                assert first.setdefault(row["value"], row["timestamp_ms"]) == row["timestamp_ms"]
        return first


class Collector(Program):
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
        self._state_dir = state_dir
        super().__init__(
            directory, "run", "--config", config, *options,
            python_path=python_path, through=through,
        )  # fmt: skip

    @property
    def socket(self) -> Path | None:
        places = (self._state_dir / sub / "run" / "status.sock" for sub in (".", *SUBDIRECTORIES))
        return next((place for place in places if place.exists()), None)

    def status(self) -> dict[str, Any]:
        """Return what `collector status --json` prints; empty before it can be asked."""
        if self.socket is None:
            return {}
        try:
            return next(call(self.socket, {"request": "status"}))["reply"]
        except (AgentUnreachableError, StopIteration):
            return {}

    def wait_for(
        self, fits: Callable[[dict[str, Any]], Any], what: str, timeout_s: float = DEADLINE_S
    ) -> dict[str, Any]:
        """Return the first status that fits."""
        seen: dict[str, Any] = {}

        def look() -> bool:
            assert self.is_running, f"{what}: it ended: {self.complaints}"
            seen.update(self.status())
            return bool(seen and fits(seen))

        try:
            wait_until(look, what, timeout_s)
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure}; its status: {json.dumps(seen)}; its log: {self.complaints}")
        return seen

    def wait_until_confirmed(self, readings: int = 1) -> dict[str, Any]:
        return self.wait_for(
            lambda status: status["delivery"]["confirmed_readings"] >= readings,
            f"{readings} readings are confirmed",
        )

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


SUBDIRECTORIES = ("embedded", "simulate")


def run_command(
    directory: Path, *words: object, python_path: Path | None = None
) -> tuple[int, str, str]:
    """Run a command to its end; return exit code, standard output and standard error."""
    program = Program(directory / "command", *words, python_path=python_path)
    try:
        return program.wait(), program.output, program.complaints
    finally:
        program.kill()


def environment(python_path: Path | None) -> Mapping[str, str]:
    """Return the environment of a program: the packages of the site are installed in it."""
    places = [SITE] if python_path is None else [python_path, SITE]
    changes = {"PYTHONPATH": os.pathsep.join(map(str, places)), "PYTHONDEVMODE": ""}
    inherited = {name: value for name, value in os.environ.items() if name != "COLLECTOR_DEBUG"}
    return inherited | changes
