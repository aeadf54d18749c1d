"""Threads and open files of this process, before and after something."""

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
    """

    threads: frozenset[threading.Thread]
    files: frozenset[tuple[int, str]]

    @classmethod
    def now(cls) -> "Held":
        """Return what this process holds at this moment."""
        return cls(frozenset(threading.enumerate()), frozenset(_open_files()))

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
        return sorted(threads) + [f"the file {name}" for _, name in sorted(now.files - self.files)]


def _open_files() -> list[tuple[int, str]]:
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.append((int(entry.name), os.readlink(entry)))  # noqa: PTH115 - no path: socket:[1]
        except OSError:  # that of the listing itself
            continue
    return found
