"""The collector and the agent as the processes that users start, and waits for what they do.

Nothing here waits for a guessed time: everything waits for an event, and fails after a deadline.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from collector.clock import Deadline, SystemClock
from collector.testkit.journal import Journal

DEADLINE_S = 50.0
"""For what a machine that is busy with other tests is still given."""

STOP_S = 10.0
"""Within which a collector has to end (docs/operating.md)."""

_LOOKS_EVERY_S = 0.03
_READY = re.compile(r"ready provision=[\d.]+:(\d+) mqtt=[\d.]+:(\d+)\n")

T = TypeVar("T")


def wait_until(condition: Callable[[], T | None], what: str, timeout_s: float = DEADLINE_S) -> T:
    """Return the first true answer of a condition.

    Raises:
        AssertionError: There was none in time; says what was waited for.
    """
    deadline, never = Deadline.after(SystemClock(), timeout_s), threading.Event()
    while not (answer := condition()):
        if deadline.has_passed():
            raise AssertionError(f"not within {timeout_s:g} s: {what}")
        never.wait(_LOOKS_EVERY_S)
    return answer


class Program:
    """A command of the collector as a process. Usable in a ``with``, which kills it.

    Args:
        directory: Where it runs, and where its output goes; made if it is not there.
        words: Its command line.
        python_path: Directories that its modules are looked for in, before all others.
        through: The command line of another program that starts it, such as ``strace``.
    """

    def __init__(
        self,
        directory: Path,
        *words: object,
        python_path: Sequence[Path] = (),
        through: Sequence[str] = (),
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._output, self._complaints = directory / "stdout", directory / "stderr"
        with self._output.open("w") as output, self._complaints.open("w") as complaints:
            self.process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                [*through, sys.executable, "-m", "collector", *map(str, words)],
                cwd=directory, env=environment(python_path), stdin=subprocess.DEVNULL,
                stdout=output, stderr=complaints, text=True,
            )  # fmt: skip

    @property
    def output(self) -> str:
        """What it wrote to standard output so far."""
        return self._output.read_text("utf-8")

    @property
    def complaints(self) -> str:
        """What it wrote to standard error so far.

        Raises:
            AssertionError: A traceback is in it.
        """
        text = self._complaints.read_text("utf-8")
        if "Traceback" in text:
            raise AssertionError(text)
        return text

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code; it has the ten seconds that are promised."""
        self.process.send_signal(number)
        return self.wait(STOP_S)

    def wait(self, timeout_s: float = DEADLINE_S) -> int:
        """Return the exit code once it has ended by itself.

        Raises:
            AssertionError: It has not, in time.
        """
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            message = f"still running after {timeout_s:g} s; it says: {self.complaints}"
            raise AssertionError(message) from None

    def kill(self) -> None:
        """End it at once. May be called twice."""
        self.process.kill()
        self.process.wait(STOP_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def environment(python_path: Sequence[Path] = ()) -> Mapping[str, str]:
    """Return the environment of a program: ours, with these directories in front."""
    places = [*map(str, python_path), os.environ.get("PYTHONPATH", "")]
    changes = {"PYTHONPATH": os.pathsep.join(filter(None, places)), "PYTHONDEVMODE": ""}
    inherited = {name: value for name, value in os.environ.items() if name != "COLLECTOR_DEBUG"}
    return inherited | changes


class AgentProgram(Program):
    """``collector agent run`` on free ports, or on given ones.

    Attributes:
        directory: Where its authority lies, ``ca.crt`` in it.
        values: What it accepted.
        ports: Where it certifies, and where it takes values.
    """

    def __init__(
        self,
        directory: Path,
        *options: object,
        ports: tuple[int, int] = (0, 0),
        python_path: Sequence[Path] = (),
    ) -> None:
        self.directory = directory / "agent"
        self.values = Journal(directory / "journal")
        super().__init__(
            directory, "agent", "run", "--directory", self.directory,
            "--provision-port", ports[0], "--port", ports[1],
            "--journal", self.values.file, *options, python_path=python_path,
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
        if not self.is_running:
            raise AssertionError(f"the agent has ended: {self.complaints}")
        return _READY.fullmatch(self.output)


class CollectorProgram(Program):
    """``collector run``.

    Args:
        directory: See `Program`.
        config: Its configuration.
        state_dir: As in that.
        options: More of its command line.
        python_path: See `Program`.
        through: See `Program`.
    """

    def __init__(
        self,
        directory: Path,
        config: Path,
        state_dir: Path,
        *options: object,
        python_path: Sequence[Path] = (),
        through: Sequence[str] = (),
    ) -> None:
        self._state_dir = state_dir
        super().__init__(
            directory, "run", "--config", config, *options,
            python_path=python_path, through=through,
        )  # fmt: skip

    @property
    def socket(self) -> Path | None:
        """Its status socket; None before there is one."""
        places = (self._state_dir / sub / "run" / "status.sock" for sub in _PLACES_OF_STATE)
        return next((place for place in places if place.exists()), None)

    def status(self) -> dict[str, Any]:
        """Return what `collector status --json` prints; empty before it can be asked."""
        from collector.cli.calling import call  # noqa: PLC0415 - not for whoever only has a fake
        from collector.errors import AgentUnreachableError  # noqa: PLC0415

        if self.socket is None:
            return {}
        try:
            reply: dict[str, Any] = next(call(self.socket, {"request": "status"}))["reply"]
        except (AgentUnreachableError, StopIteration):
            return {}
        return reply

    def wait_for(
        self, fits: Callable[[dict[str, Any]], Any], what: str, timeout_s: float = DEADLINE_S
    ) -> dict[str, Any]:
        """Return the first status that fits.

        Raises:
            AssertionError: None did in time, or it has ended; with its status and its log.
        """
        seen: dict[str, Any] = {}

        def look() -> bool:
            if not self.is_running:
                raise AssertionError(f"it has ended: {what}")
            seen.update(self.status())
            return bool(seen and fits(seen))

        try:
            wait_until(look, what, timeout_s)
        except AssertionError as failure:
            told = f"its status: {json.dumps(seen)}; its log: {self.complaints}"
            raise AssertionError(f"{failure}; {told}") from None
        return seen

    def wait_until_confirmed(self, readings: int = 1) -> dict[str, Any]:
        """Return the first status in which the agent has confirmed so many readings."""
        return self.wait_for(
            lambda status: status["delivery"]["confirmed_readings"] >= readings,
            f"{readings} readings are confirmed",
        )


_PLACES_OF_STATE = (".", "embedded", "simulate")
