"""Threads, open files and children of this process, before and after something."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.clock import Clock, Deadline

_SETTLE_S = 3.0
"""For threads that were told to end, on a busy machine."""

_LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds.

    Attributes:
        threads: The threads that run.
        files: What each open file leads to, by its descriptor.
        children: The processes that it has started, with what they run; ended ones that nobody has
            waited for as well.
    """

    threads: frozenset[threading.Thread]
    files: frozenset[tuple[int, str]]
    children: frozenset[tuple[int, str]]

    @classmethod
    def now(cls) -> "Held":
        """Return what this process holds at this moment."""
        return cls(
            frozenset(threading.enumerate()), frozenset(_open_files()), frozenset(_children())
        )

    def left(self, clock: Clock) -> Sequence[str]:
        """Return what is held beyond this once everything had time to end; for people."""
        until, nothing = Deadline.after(clock, _SETTLE_S), threading.Condition()
        while (more := self._more()) and not until.has_passed():
            with nothing:
                clock.wait(nothing, _LOOK_S)
        return more

    def _more(self) -> list[str]:
        now = Held.now()
        threads = [f"the thread {thread.name!r}" for thread in now.threads - self.threads]
        files = [f"the file {name}" for _, name in sorted(now.files - self.files)]
        children = [f"the process {name}" for _, name in sorted(now.children - self.children)]
        return sorted(threads) + files + children


def _children() -> list[tuple[int, str]]:
    found = []
    for file in Path("/proc/self/task").glob("*/children"):
        try:
            pids = file.read_text("ascii").split()
            found += [(int(pid), Path(f"/proc/{pid}/comm").read_text().strip()) for pid in pids]
        except OSError:  # a thread or a child that ended just now
            continue
    return found


def _open_files() -> list[tuple[int, str]]:
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.append((int(entry.name), os.readlink(entry)))  # noqa: PTH115 - no path: socket:[1]
        except OSError:  # that of the listing itself
            continue
    return found
