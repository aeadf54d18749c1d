"""Processes: how many, and how the chosen ones fare."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from collector import Deadline
from collector_system.counters import SHORTEST_S
from collector_system.decode.cpu import Load, Stat, parse_loadavg, parse_stat
from collector_system.groups.group import Machine, MetricGroup
from collector_system.table import BITS, FLAG, PERCENT, Measured, Row, Table, count_of

if TYPE_CHECKING:
    from collector_system.process_table import ProcessTable, Program

_PROCESSES = count_of("processes")
_TASKS = count_of("tasks")


ALL: Table[int] = Table((Row("process_count", "Processes", _PROCESSES, lambda count: count),))
TASKS: Table[Load] = Table((Row("task_count", "Tasks", _TASKS, lambda load: load.tasks),))
QUEUES: Table[Stat] = Table(
    (
        Row("tasks_running", "Tasks running", _TASKS, lambda stat: stat.running),
        Row("tasks_blocked", "Tasks waiting for disks", _TASKS, lambda stat: stat.blocked),
    )
)


@dataclass(frozen=True, slots=True)
class _Baseline:
    program: "Program"
    at_s: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A program that is watched.

    Attributes:
        program: Its processes; None while there are none.
        cpu_percent: Share of one processor's time since the last look; None without one. Over
            100 % when it keeps several busy.
    """

    program: "Program | None"
    cpu_percent: float | None


PROGRAM: Table[Watched] = Table(
    (
        Row("proc_{}_running", "{} runs", FLAG, lambda watched: watched.program is not None),
        Row(
            "proc_{}_count",
            "{} processes",
            _PROCESSES,
            lambda watched: len(watched.program.cpu_s) if watched.program else 0,
        ),
        Row("proc_{}_cpu_percent", "{} CPU", PERCENT, lambda watched: watched.cpu_percent),
        Row(
            "proc_{}_memory",
            "{} memory",
            BITS,
            lambda watched: watched.program.memory_bytes * 8 if watched.program else None,
        ),
    )
)


class ProcessGroup(MetricGroup):
    """The number of processes and tasks, and the chosen programs."""

    metrics = (*ALL.metrics(), *TASKS.metrics(), *QUEUES.metrics())
    needs_baseline = True

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._table = _process_table(machine) if machine.settings.processes else None
        self._before: dict[str, _Baseline] = {}

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        proc = self.machine.proc
        yield from ALL.measure(sum(map(str.isdigit, proc.names(""))))
        yield from TASKS.measure(parse_loadavg(proc.text("loadavg")))
        yield from QUEUES.measure(parse_stat(proc.text("stat")))
        if self._table is None:
            return
        # A process in an uninterruptible call can hold whoever asks for its command line.
        work = partial(self._table.read, self.machine.clock.monotonic_s())
        programs = self.machine.guard.call("process table", work, deadline)
        if programs is None:
            return
        for name in self.machine.settings.processes:
            yield from PROGRAM.measure(self._watched(name, programs.get(name)), of=name)

    def _watched(self, name: str, program: "Program | None") -> Watched:
        if program is None:
            self._before.pop(name, None)
            return Watched(None, None)
        return Watched(program, self._cpu_percent(name, program))

    def _cpu_percent(self, name: str, program: "Program") -> float | None:
        now = _Baseline(program, self.machine.clock.monotonic_s())
        before = self._before.get(name)
        if before is not None and now.at_s - before.at_s < SHORTEST_S:
            return None
        self._before[name] = now
        if before is None:
            return None
        # A process that is new since then has spent all its time since then.
        spent_s = sum(
            max(0.0, cpu_s - before.program.cpu_s.get(process, 0.0))
            for process, cpu_s in program.cpu_s.items()
        )
        return 100.0 * spent_s / (now.at_s - before.at_s)


def _process_table(machine: Machine) -> "ProcessTable":
    # psutil is loaded for those who watch programs only.
    from collector_system.process_table import ProcessTable  # noqa: PLC0415

    return ProcessTable(machine.settings.proc_root, frozenset(machine.settings.processes))
