"""Processor time, load and frequency."""

from collections.abc import Iterator
from statistics import fmean

from collector import Deadline
from collector_system.counters import SHORTEST_S
from collector_system.decode.cpu import (
    ALL_CPUS,
    CpuShares,
    CpuTimes,
    Load,
    cpu_shares,
    parse_loadavg,
    parse_stat,
)
from collector_system.groups.group import MetricGroup
from collector_system.table import HERTZ, PERCENT, Measured, Row, Table, count_of
from collector_system.tree import Tree

_KHZ = 1000.0

TOTAL: Table[CpuShares] = Table(
    (
        Row("cpu_percent", "CPU busy", PERCENT, lambda cpu: cpu.busy),
        Row("cpu_user_percent", "CPU in programs", PERCENT, lambda cpu: cpu.user),
        Row("cpu_system_percent", "CPU in the kernel", PERCENT, lambda cpu: cpu.system),
        Row("cpu_iowait_percent", "CPU waiting for disks", PERCENT, lambda cpu: cpu.iowait),
        Row("cpu_idle_percent", "CPU idle", PERCENT, lambda cpu: cpu.idle),
        Row("cpu_steal_percent", "CPU taken by the host", PERCENT, lambda cpu: cpu.steal),
    )
)
CORE: Table[CpuShares] = Table(
    (Row("cpu_{}_percent", "CPU {} busy", PERCENT, lambda cpu: cpu.busy),)
)
LOAD: Table[Load] = Table(
    (
        Row("load_1min", "Load over 1 min", count_of("tasks"), lambda load: load.over_1min),
        Row("load_5min", "Load over 5 min", count_of("tasks"), lambda load: load.over_5min),
        Row("load_15min", "Load over 15 min", count_of("tasks"), lambda load: load.over_15min),
    )
)
FREQUENCY: Table[float] = Table(
    (Row("cpu_frequency", "CPU frequency", HERTZ, lambda hertz: hertz),)
)


class CpuGroup(MetricGroup):
    """The processors together, and each core when asked for."""

    metrics = (*TOTAL.metrics(), *LOAD.metrics())
    needs_baseline = True

    _before: dict[str, CpuTimes] | None = None
    _before_at_s = 0.0

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        yield from self._shares()
        yield from LOAD.measure(parse_loadavg(self.machine.proc.text("loadavg")))
        # On some boards the firmware is asked, and may take its time.
        sys = self.machine.sys
        hertz = self.machine.guard.call("CPU frequency", lambda: mean_frequency(sys), deadline)
        if hertz is not None:
            yield from FREQUENCY.measure(hertz)

    def _shares(self) -> Iterator[Measured]:
        now = dict(parse_stat(self.machine.proc.text("stat")).cpus)
        at_s = self.machine.clock.monotonic_s()
        before = self._before
        if before is not None and at_s - self._before_at_s < SHORTEST_S:
            return
        self._before, self._before_at_s = now, at_s
        for name in before or ():
            shares = cpu_shares(before[name], now[name]) if before and name in now else None
            if shares is not None:
                yield from self._measure(name, shares)

    def _measure(self, name: str, shares: CpuShares) -> Iterator[Measured]:
        if name == ALL_CPUS:
            yield from TOTAL.measure(shares)
        elif self.machine.settings.per_core:
            yield from CORE.measure(shares, of=name.replace(ALL_CPUS, "core"))


def mean_frequency(sys: Tree) -> float | None:
    """Return the mean of the cores' frequencies in Hz; None where they are not known."""
    cpus = (name for name in sys.names("devices/system/cpu") if name.removeprefix("cpu").isdigit())
    given = (sys.number(f"devices/system/cpu/{cpu}/cpufreq/scaling_cur_freq") for cpu in cpus)
    known = [khz * _KHZ for khz in given if khz]
    return fmean(known) if known else None
