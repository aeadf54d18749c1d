"""Finds out who holds a port."""

import os
from pathlib import Path


def holder_of(device: Path) -> str:
    """Return who has locked or opened a device, ``minicom (pid 1234)``; empty if not knowable.

    Locks are listed for everybody; who merely has it open can be seen of one's own programs alone,
    unless one is root.
    """
    try:
        status = device.stat()
    except OSError:
        return ""
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    pid = _locked_by(place) or _opened_by(device.resolve())
    if pid == str(os.getpid()):
        return "another source of this collector"
    return f"{_program(pid)} (pid {pid})" if pid else ""


def _locked_by(place: str) -> str:
    """Return the process of a row such as ``1: FLOCK ADVISORY WRITE 1234 00:05:67 0 EOF``."""
    for line in _text(Path("/proc/locks")).splitlines():
        words = line.split()
        if place in words and "->" not in words:
            return words[words.index(place) - 1]
    return ""


def _opened_by(device: Path) -> str:
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        if _holds(descriptors, device):
            return descriptors.parent.name
    return ""


def _holds(descriptors: Path, device: Path) -> bool:
    try:
        return any(entry.readlink() == device for entry in descriptors.iterdir())
    except OSError:  # it has ended, or belongs to somebody else
        return False


def _program(pid: str) -> str:
    return _text(Path("/proc", pid, "comm")).strip() or "another program"


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
