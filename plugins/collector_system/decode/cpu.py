"""``/proc/stat`` and ``/proc/loadavg``."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

ALL_CPUS = "cpu"
"""The line of ``/proc/stat`` that sums up all processors."""


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """Clock ticks that a processor has spent since boot; guests are part of user and nice."""

    user: int
    nice: int
    system: int
    idle: int
    iowait: int
    irq: int
    softirq: int
    steal: int


@dataclass(frozen=True, slots=True)
class Stat:
    """What ``/proc/stat`` says.

    Attributes:
        cpus: Times by the kernel's name: ``cpu`` for all together, ``cpu0`` and so on.
        boot_time_s: Seconds since the epoch at which the machine started.
        running: Tasks that run or wait for a processor.
        blocked: Tasks that wait for a disk.
    """

    cpus: Mapping[str, CpuTimes]
    boot_time_s: int
    running: int
    blocked: int


@dataclass(frozen=True, slots=True)
class CpuShares:
    """How a processor spent the time between two samples, each 0 to 100 %; busy excludes iowait."""

    busy: float
    user: float
    system: float
    iowait: float
    idle: float
    steal: float


@dataclass(frozen=True, slots=True)
class Load:
    """Mean number of tasks that ran or waited, over 1, 5 and 15 min, and how many tasks exist."""

    over_1min: float
    over_5min: float
    over_15min: float
    tasks: int


def parse_stat(text: str) -> Stat:
    """Return what ``/proc/stat`` says."""
    lines = {name: rest.split() for name, _, rest in (row.partition(" ") for row in _rows(text))}
    return Stat(
        cpus={name: _times(words) for name, words in lines.items() if name.startswith(ALL_CPUS)},
        boot_time_s=_single(lines, "btime"),
        running=_single(lines, "procs_running"),
        blocked=_single(lines, "procs_blocked"),
    )


def parse_loadavg(text: str) -> Load:
    """Return what ``/proc/loadavg`` says, such as ``0.52 0.41 0.30 1/92 5648``."""
    words = text.split()
    if len(words) < 4 or "/" not in words[3]:  # noqa: PLR2004 - the kernel's fixed columns
        raise ValueError(f"/proc/loadavg: expected five columns, got {text!r}")
    tasks = int(words[3].partition("/")[2])
    return Load(float(words[0]), float(words[1]), float(words[2]), tasks)


def cpu_shares(before: CpuTimes, now: CpuTimes) -> CpuShares | None:
    """Return how the time between two samples was spent; None when no tick passed.

    iowait and idle may fall a little (the kernel says so); a time that fell counts as none.
    """
    spent = {
        field.name: max(0, getattr(now, field.name) - getattr(before, field.name))
        for field in fields(CpuTimes)
    }
    total = sum(spent.values())
    if total == 0:
        return None
    percent = {name: 100.0 * ticks / total for name, ticks in spent.items()}
    return CpuShares(
        busy=100.0 * (total - spent["idle"] - spent["iowait"]) / total,
        user=percent["user"] + percent["nice"],
        system=percent["system"] + percent["irq"] + percent["softirq"],
        iowait=percent["iowait"],
        idle=percent["idle"],
        steal=percent["steal"],
    )


def _rows(text: str) -> list[str]:
    # The interrupt lines are the longest of the file and of no use here.
    return [row for row in text.splitlines() if not row.startswith(("intr", "softirq"))]


def _times(words: list[str]) -> CpuTimes:
    wanted = len(fields(CpuTimes))
    if len(words) < wanted:
        raise ValueError(f"/proc/stat: expected {wanted} or more times of a processor")
    return CpuTimes(*(int(word) for word in words[:wanted]))


def _single(lines: Mapping[str, list[str]], name: str) -> int:
    words = lines.get(name)
    if not words:
        raise ValueError(f"/proc/stat: there is no line {name!r}")
    return int(words[0])
