"""How a worker confines itself before it imports the plugin, and how it is seen from outside."""

import ctypes
import faulthandler
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

MEMORY_BYTES = 64 * 1024 * 1024
"""How much a worker may grow beyond its size after its sources were opened for the first time."""

MAX_THREADS = 64
_MAX_FILES = 256
_ROOM_BYTES = 256 * 1024 * 1024
"""Stacks of threads count as data although little of them is resident."""

_NICE = 5
_OOM_SCORE = 500

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15  # linux/prctl.h
_STAT_THREADS, _STAT_RESIDENT = 17, 21  # proc(5), fields 20 and 24, behind pid and name


def confine(parent: int, title: str) -> None:
    """End with the parent, leave signals to the collector, and stand back behind it.

    Args:
        parent: The process that this one was forked from.
        title: What this one is called in lists of processes; 15 bytes of it are shown.
    """
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    prctl(_PR_SET_NAME, title.encode("utf-8", "replace").replace(b"\0", b""), 0, 0, 0)
    if os.getppid() != parent:  # it ended before that held
        raise SystemExit
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave_it)  # not SIG_IGN, which programs that it starts would inherit
    faulthandler.enable()  # a crash says where, on the standard error
    os.nice(_NICE)
    with suppress(OSError):  # where /proc can only be read
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE), "ascii")
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, _MAX_FILES)


def _leave_it(number: int, frame: FrameType | None) -> None:
    """Do nothing: a whole group was told to end, and the collector ends this process in order."""


def bound_memory() -> None:
    """Refuse what is asked for far beyond the present size, as a MemoryError, at once.

    The collector watches what is resident; this holds between two looks.
    """
    status = Path("/proc/self/status").read_text("ascii", "replace")
    for line in status.splitlines():
        if line.startswith("VmData:"):  # in KiB; not every container tells it
            size = int(line.split()[1]) * 1024
            _lower(resource.RLIMIT_DATA, size + MEMORY_BYTES + _ROOM_BYTES)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process uses at one moment."""

    resident_bytes: int
    threads: int

    def excess_over(self, start: "Usage") -> str:
        """Return what is too much, in words; empty if nothing is."""
        grown = self.resident_bytes - start.resident_bytes
        if grown > MEMORY_BYTES:
            return (
                f"uses {grown / 2**20:.0f} MiB of memory more than at its start:"
                f" {MEMORY_BYTES / 2**20:.0f} MiB are allowed"
            )
        if self.threads > MAX_THREADS:
            return f"has {self.threads} threads: {MAX_THREADS} are allowed"
        return ""


def usage_of(pid: int) -> Usage | None:
    """Return what a process uses; None if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    pages = int(fields[_STAT_RESIDENT])
    return Usage(pages * resource.getpagesize(), int(fields[_STAT_THREADS]))


def _lower(limit: int, soft: int) -> None:
    _, hard = resource.getrlimit(limit)
    wanted = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(limit, (wanted, wanted))
