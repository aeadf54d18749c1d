"""Uptime, the state of the clock, and open files."""

from collections.abc import Iterator
from dataclasses import dataclass

from collector import Deadline
from collector_system.decode.cpu import parse_stat
from collector_system.decode.kernel import FileHandles, parse_file_nr, parse_uptime
from collector_system.groups.group import MetricGroup
from collector_system.table import FLAG, PERCENT, SECONDS, Measured, Quantity, Row, Table, count_of


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the group reads."""

    uptime_s: float
    boot_time_s: int
    clock_synchronized: bool
    files: FileHandles


SYSTEM: Table[Vitals] = Table(
    (
        Row("uptime", "Time since start", SECONDS, lambda vitals: vitals.uptime_s),
        Row(
            "boot_time",
            "Started at",
            Quantity(annotation="s since 1970-01-01 UTC"),
            lambda vitals: vitals.boot_time_s,
        ),
        Row("clock_synchronized", "Clock is right", FLAG, lambda vitals: vitals.clock_synchronized),
        Row("file_handles", "Open files", count_of("files"), lambda vitals: vitals.files.used),
        Row(
            "file_handles_percent",
            "Share of open files allowed",
            PERCENT,
            lambda vitals: vitals.files.used_percent,
        ),
    )
)


class SystemGroup(MetricGroup):
    """The machine as a whole."""

    metrics = SYSTEM.metrics()

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        del deadline
        proc = self.machine.proc
        yield from SYSTEM.measure(
            Vitals(
                uptime_s=parse_uptime(proc.text("uptime")),
                boot_time_s=parse_stat(proc.text("stat")).boot_time_s,
                clock_synchronized=self.machine.clock.is_synchronized(),
                files=parse_file_nr(proc.text("sys/fs/file-nr")),
            )
        )
