"""File systems: how full they are, and whether they are in order."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from collector import Deadline, MetricValue
from collector_system.decode.disk import Mount, Usage, parse_mountinfo, usage
from collector_system.groups.group import Machine, MetricGroup
from collector_system.names import mount_part
from collector_system.table import BITS, FLAG, PERCENT, Measured, Row, Table, count_of


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system.

    Attributes:
        usage: None when it does not answer or has no blocks.
        answers: Whether it does.
        errors: What ext4 (ext2 and ext3 too) has counted since the last check; None for others.
    """

    usage: Usage | None
    answers: bool
    errors: int | None


def _usage(get: Callable[[Usage], MetricValue | None]) -> Callable[[Disk], MetricValue | None]:
    return lambda disk: None if disk.usage is None else get(disk.usage)


DISK: Table[Disk] = Table(
    (
        Row("disk_{}_total", "Disk {} size", BITS, _usage(lambda disk: disk.total_bytes * 8)),
        Row("disk_{}_used", "Disk {} used", BITS, _usage(lambda disk: disk.used_bytes * 8)),
        Row("disk_{}_free", "Disk {} free", BITS, _usage(lambda disk: disk.free_bytes * 8)),
        Row(
            "disk_{}_used_percent",
            "Share of disk {} used",
            PERCENT,
            _usage(lambda disk: disk.used_percent),
        ),
        Row(
            "disk_{}_inodes_used",
            "Share of disk {} inodes used",
            PERCENT,
            _usage(lambda disk: disk.inodes_used_percent),
        ),
        Row("disk_{}_read_only", "Disk {} read-only", FLAG, _usage(lambda disk: disk.read_only)),
        Row("disk_{}_answers", "Disk {} answers", FLAG, lambda disk: disk.answers),
        Row(
            "disk_{}_errors", "File system {} errors", count_of("errors"), lambda disk: disk.errors
        ),
    ),
    mount_part,
)


class DiskGroup(MetricGroup):
    """Every mounted file system that holds files."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._root = machine.settings.fs_root.rstrip("/")

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        for mount in parse_mountinfo(self.machine.proc.text("self/mountinfo")):
            if self.machine.settings.disks.takes(mount.point):
                yield from DISK.measure(self._mount(mount, deadline), of=mount.point)

    def _mount(self, mount: Mount, deadline: Deadline) -> Disk:
        path = f"{self._root}{mount.point}"
        stat = self.machine.guard.call(f"disk {mount.point}", partial(_statvfs, path), deadline)
        return Disk(
            usage=usage(stat) if stat is not None and stat.f_blocks else None,
            answers=stat is not None,
            errors=self._ext4_errors(mount),
        )

    def _ext4_errors(self, mount: Mount) -> int | None:
        # The source may be /dev/root or a mapper's name; the number always leads to the device.
        device = self.machine.sys.target(f"dev/block/{mount.device}")
        return self.machine.sys.number(f"fs/ext4/{device}/errors_count") if device else None


def _statvfs(path: str) -> os.statvfs_result | None:
    try:
        return os.statvfs(path)
    except OSError:  # gone since the list of mounts was read, or its server says no
        return None
