"""Processes by name. The only import of psutil, which knows them best.

psutil restores names that the kernel cuts off, and tells a process from a later one with the same
number.
"""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

# psutil has one root for the whole program, so those who move it take turns.
_ROOT_IN_USE = threading.Lock()


_LOOK_AGAIN_S = 60.0
"""Looking at every process costs more than all other figures of the machine together."""

_LOOKS = 2
"""A program that has just been started may still go by the name of who started it."""


@dataclass(frozen=True, slots=True)
class Program:
    """All processes of one name.

    Attributes:
        cpu_s: Processor time that each has spent since it was started, by process number and
            start time.
        memory_bytes: What they hold in main memory together; pages they share count for each.
    """

    cpu_s: dict[str, float]
    memory_bytes: int


@dataclass(slots=True)
class ProcessTable:
    """Finds the processes of certain names, cheaply when asked again and again.

    A process whose name is not wanted is looked at twice. While a wanted name cannot be found, all
    are looked at again every minute: a number may have passed to another process between two reads.

    Args:
        root: Where the process file system is.
        wanted: The names, as ``ps -o comm`` or the program's file name give them.
    """

    root: str
    wanted: Collection[str]
    _watched: dict[int, tuple[str, psutil.Process]] = field(default_factory=dict)
    _unwanted: dict[int, int] = field(default_factory=dict)
    _looked_afresh_at_s: float = float("-inf")

    def read(self, at_s: float) -> dict[str, Program]:
        """Return every wanted name that has processes, with their figures, at a monotonic time."""
        with _procfs(self.root):
            self._look(psutil.pids())
            found = self._programs()
            if len(found) < len(self.wanted) and at_s - self._looked_afresh_at_s >= _LOOK_AGAIN_S:
                self._looked_afresh_at_s = at_s
                self._unwanted.clear()
                self._look(psutil.pids())
                found = self._programs()
            return found

    def _look(self, pids: Collection[int]) -> None:
        self._unwanted = {pid: self._unwanted[pid] for pid in pids if pid in self._unwanted}
        for pid in pids:
            if pid in self._watched or self._unwanted.get(pid, 0) >= _LOOKS:
                continue
            named = _process(pid)
            if named is not None and named[0] in self.wanted:
                self._watched[pid] = named
                self._unwanted.pop(pid, None)
            else:
                self._unwanted[pid] = self._unwanted.get(pid, 0) + 1

    def _programs(self) -> dict[str, Program]:
        found: dict[str, Program] = {}
        for pid, (name, process) in list(self._watched.items()):
            figures = _figures(process, name)
            if figures is None:
                del self._watched[pid]
                continue
            cpu_s, memory_bytes = figures
            known = found.get(name, Program({}, 0))
            times = known.cpu_s | {f"{pid}-{process.create_time()}": cpu_s}
            found[name] = Program(times, known.memory_bytes + memory_bytes)
        return found


def _process(pid: int) -> tuple[str, psutil.Process] | None:
    try:
        process = psutil.Process(pid)
        return process.name(), process
    except psutil.Error:  # it has ended since it was listed
        return None


def _figures(process: psutil.Process, name: str) -> tuple[float, int] | None:
    try:
        if not process.is_running():
            return None
        with process.oneshot():
            if process.status() == psutil.STATUS_ZOMBIE or process.name() != name:
                return None
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss
    except psutil.Error:  # it has ended meanwhile
        return None


@contextmanager
def _procfs(root: str) -> Iterator[None]:
    with _ROOT_IN_USE:
        before = psutil.PROCFS_PATH
        psutil.PROCFS_PATH = root
        try:
            yield
        finally:
            psutil.PROCFS_PATH = before
