"""Mounts, their fill level, and the traffic of block devices."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

SECTOR_BYTES = 512
"""The unit of ``/proc/diskstats``, whatever the device's own sectors are."""

_ESCAPED = re.compile(r"\\([0-7]{3})")
_STORAGE_WITHOUT_DEVICE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse.sshfs", "fuse.glusterfs", "zfs"}
)
_NOT_STORAGE = frozenset({"squashfs", "iso9660", "udf", "autofs", "devtmpfs", "erofs"})


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system.

    Attributes:
        device: The kernel's ``major:minor``; equal for mounts of one file system.
        point: Where it is mounted.
        type: Such as ``ext4``.
        source: What is mounted, such as ``/dev/mmcblk0p2``.
    """

    device: str
    point: str
    type: str
    source: str

    @property
    def is_storage(self) -> bool:
        """Whether it holds files on a disk or a server; the root always counts."""
        if self.point == "/":
            return True
        backed = self.source.startswith("/") or self.type in _STORAGE_WITHOUT_DEVICE
        return backed and self.type not in _NOT_STORAGE


@dataclass(frozen=True, slots=True)
class Usage:
    """How full a file system is; like df, the root user's reserve is neither used nor free."""

    total_bytes: int
    used_bytes: int
    free_bytes: int
    used_percent: float | None
    inodes_used_percent: float | None
    read_only: bool


def parse_mountinfo(text: str) -> list[Mount]:
    """Return the mounts of ``/proc/self/mountinfo`` that hold files, one per file system.

    Of several mounts of one file system (bind mounts) the first stays: the one it was mounted at.
    A later mount on the same point hides the earlier one.
    """
    visible = {mount.point: mount for mount in map(_mount, text.splitlines())}
    first: dict[str, Mount] = {}
    for mount in visible.values():
        if mount.is_storage:
            first.setdefault(mount.device, mount)
    return list(first.values())


def usage(stat: os.statvfs_result) -> Usage:
    """Return what a file system's figures mean."""
    used = stat.f_blocks - stat.f_bfree
    return Usage(
        total_bytes=stat.f_blocks * stat.f_frsize,
        used_bytes=used * stat.f_frsize,
        free_bytes=stat.f_bavail * stat.f_frsize,
        used_percent=_percent(used, used + stat.f_bavail),
        inodes_used_percent=_percent(stat.f_files - stat.f_ffree, stat.f_files),
        read_only=bool(stat.f_flag & os.ST_RDONLY),
    )


def parse_diskstats(text: str) -> dict[str, Mapping[str, int]]:
    """Return the counters of each block device of ``/proc/diskstats`` that was ever used.

    The counters: ``reads`` and ``writes`` (requests), ``read`` and ``written`` (sectors of 512
    bytes), ``busy`` (milliseconds with a request under way).
    """
    devices: dict[str, Mapping[str, int]] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) < 13:  # noqa: PLR2004 - up to the time busy, there since Linux 2.6
            raise ValueError(f"/proc/diskstats: too few columns in {line!r}")
        if words[3] != "0" or words[7] != "0":
            devices[words[2]] = _disk_counters(words)
    return devices


def _disk_counters(words: list[str]) -> Mapping[str, int]:
    columns = {"reads": 3, "read": 5, "writes": 7, "written": 9, "busy": 12}
    return {name: int(words[column]) for name, column in columns.items()}


def _mount(line: str) -> Mount:
    # Optional fields stand before a lone dash: "27 1 254:0 / / rw shared:1 - ext4 /dev/vda rw"
    words = line.split(" ")
    if "-" not in words[6:-2]:
        raise ValueError(f"/proc/self/mountinfo: not a mount: {line!r}")
    dash = words.index("-", 6)
    return Mount(words[2], _unescaped(words[4]), words[dash + 1], _unescaped(words[dash + 2]))


def _unescaped(path: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), path)


def _percent(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole > 0 else None
