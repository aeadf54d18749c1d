"""The settings of a system source."""

from fnmatch import fnmatchcase
from typing import Literal, Self

from pydantic import Field, model_validator

from collector import ConfigModel, Duration

GroupName = Literal[
    "cpu",
    "memory",
    "swap",
    "disk",
    "diskio",
    "network",
    "wireless",
    "temperature",
    "fan",
    "battery",
    "process",
    "system",
    "pressure",
    "raspberry",
    "wear",
]


class Selection(ConfigModel):
    """Which of several objects to read, by shell patterns (``*``, ``?``, ``[...]``)."""

    include: list[str] = Field(default_factory=lambda: ["*"])
    """Patterns of names to read."""

    exclude: list[str] = Field(default_factory=list)
    """Patterns of names to leave out, even if they are included."""

    def takes(self, name: str) -> bool:
        """Tell whether an object of this name is to be read."""
        return _matches(name, self.include) and not _matches(name, self.exclude)


class SystemSettings(ConfigModel):
    """What a ``[[source]]`` of kind ``system`` takes."""

    groups: list[GroupName] = Field(
        default=[
            "cpu",
            "memory",
            "swap",
            "disk",
            "diskio",
            "network",
            "temperature",
            "process",
            "system",
            "pressure",
            "raspberry",
        ],
        min_length=1,
    )
    """What to read. Groups that this machine does not have give no values."""

    intervals: dict[GroupName, Duration] = Field(default_factory=dict)
    """Groups with an interval of their own; the others are read at the source's."""

    per_core: bool = False
    """Give the load of each processor core too."""

    processes: list[str] = Field(default_factory=list)
    """Names of programs to watch: running or not, processor time, memory."""

    disks: Selection = Selection()
    """File systems to read, by mount point."""

    devices: Selection = Selection(exclude=["loop*", "ram*", "zram*"])
    """Block devices to read for disk traffic, by name."""

    interfaces: Selection = Selection(exclude=["lo", "veth*", "ifb*"])
    """Network interfaces to read, by name."""

    answer_within: Duration = Field(
        default=1.0, validate_default=False, json_schema_extra={"default": "1s"}
    )
    """How long a mount or a sensor may take before it counts as stuck and is left out."""

    vcgencmd: str = "/usr/bin/vcgencmd"
    """The Raspberry Pi's firmware command, asked once a minute where the kernel does not tell."""

    proc_root: str = "/proc"
    """Where the kernel's process file system is mounted."""

    sys_root: str = "/sys"
    """Where sysfs is mounted."""

    fs_root: str = "/"
    """Where the root file system is mounted, seen from the collector; mount points lie below it."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.groups)) < len(self.groups):
            raise ValueError("groups: every group can be named once")
        for group, interval_s in self.intervals.items():
            if group not in self.groups:
                raise ValueError(f"intervals: {group!r} is not among the groups of this source")
            if interval_s <= 0:
                raise ValueError(f"intervals: that of {group!r} must be longer than 0 s")
        if self.processes and "process" not in self.groups:
            raise ValueError('processes: also needs "process" among the groups of this source')
        if self.answer_within <= 0:
            raise ValueError("answer_within: must be longer than 0 s")
        return self


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
