"""Has system calls of a program fail, or kill it, by strace."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from running import wait_until

FILE_OF_A_CALL = re.compile(r"\(\d+<(?P<name>[^>]*)>(?P<rest>.*)")


class FailingCalls:
    """While it lasts, calls of a running program fail with an error.

    Args:
        pid: The program's.
        calls: As strace names them, such as ``fdatasync``, separated by commas.
        error: As errno names it.
        log: A file for what strace notes.
        when: Which of them: ``3`` the third, ``3+`` from then on, ``1+2`` every other.
    """

    def __init__(self, pid: int, calls: str, error: str, log: Path, *, when: str = "1+") -> None:
        fault = f"inject={calls}:error={error}:when={when}"
        words = ["strace", "-f", "-y", "-p", str(pid), "-e", f"trace={calls}", "-e", fault]
        self._words = [*words, "-o", str(log)]
        self._log = log
        self._pid = pid
        self._strace: subprocess.Popen[str]

    def __enter__(self) -> Self:
        self._strace = subprocess.Popen(self._words, stderr=subprocess.DEVNULL, text=True)
        wait_until(self._is_attached, "strace is attached")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._strace.terminate()
        self._strace.wait(10)

    def files(self) -> list[tuple[str, bool]]:
        """Return on which files the calls were made, in order, and whether they failed."""
        found = FILE_OF_A_CALL.finditer(self._log.read_text())
        return [(match["name"], "INJECTED" in match["rest"]) for match in found]

    def _is_attached(self) -> bool:
        tasks = list(Path(f"/proc/{self._pid}/task").glob("*/status"))
        return all("TracerPid:\t0\n" not in task.read_text() for task in tasks)


def killing(calls: str, log: Path, *, when: int) -> Sequence[str]:
    """Return the words to start a program through that is killed as it makes such a call.

    The tracer is the grandchild, so the process that is started is the program itself.
    """
    return [
        "strace", "-D", "-f", "-qq", "-o", str(log), "-e", f"trace={calls}",
        "-e", f"inject={calls}:signal=SIGKILL:when={when}",
    ]  # fmt: skip
