"""What a process takes of the machine: memory, files, threads, time of the processor."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLOCK_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def rss_kib(pid: int) -> int:
    """Return how much memory it has now."""
    return _kib(pid, "VmRSS")


def peak_rss_kib(pid: int) -> int:
    """Return how much memory it had at most."""
    return _kib(pid, "VmHWM")


def _kib(pid: int, key: str) -> int:
    found = re.search(rf"{key}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def files(pid: int) -> int:
    """Return how many files and sockets it has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> list[int]:
    """Return the kernel's ids of its threads."""
    return [int(each.name) for each in Path(f"/proc/{pid}/task").iterdir()]


def cpu_s(pid: int) -> float:
    """Return for how long it had a processor."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]
    return (int(user) + int(system)) * CLOCK_TICK_S


def cores(pid: int) -> set[int]:
    """Return the cores that its threads may run on."""
    return set().union(*map(os.sched_getaffinity, threads(pid)))


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Have what is started meanwhile, and whatever that starts, run on one core alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
