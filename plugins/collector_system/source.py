"""The system source: reads its groups of metrics and keeps one's trouble from the others."""

from collections.abc import Iterable, Sequence

from collector import (
    Deadline,
    Group,
    Metric,
    MetricValue,
    ReadCost,
    Reading,
    Resources,
    Source,
    SourceContext,
    SourceFaultError,
    SourceUnavailableError,
)
from collector_system.groups.catalogue import make_group
from collector_system.groups.group import Machine, MetricGroup
from collector_system.groups.raspberry import FIRMWARE, asks_firmware
from collector_system.guard import Guard
from collector_system.settings import SystemSettings
from collector_system.tree import Tree

COMMON = ""
"""The group of everything that is read at the source's own interval."""


class SystemSource(Source):
    """Reads the figures of the machine that it runs on."""

    def __init__(self, settings: SystemSettings, context: SourceContext) -> None:
        self._settings = settings
        self._context = context
        guard = Guard(context.clock, settings.answer_within, context.log)
        self._machine = Machine(
            Tree(settings.proc_root), Tree(settings.sys_root), settings, context.clock, guard
        )
        self._parts: dict[str, MetricGroup] = {}
        self._failing: dict[str, str] = {}
        self._metrics: dict[str, Metric] = {}
        self._make_parts()

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`. Grows when a disk, an interface or a sensor turns up."""
        return tuple(self._metrics.values())

    @property
    def resources(self) -> Resources:
        """See `Source`. Nothing that not everybody may read, but for the firmware of a Pi.

        Which of them is asked follows from the machine, so that is looked at.
        """
        is_asked = "raspberry" in self._settings.groups and asks_firmware(self._machine)
        return Resources(devices=[FIRMWARE]) if is_asked else Resources()

    @property
    def may_learn_metrics(self) -> bool:
        """See `Source`."""
        return True

    @property
    def groups(self) -> Sequence[Group]:
        """See `Source`. One for all that share the source's interval, and one per other."""
        own = [Group(name, interval_s) for name, interval_s in self._settings.intervals.items()]
        return own if not self._members(COMMON) else [Group(COMMON), *own]

    def cost(self, group: str) -> ReadCost:
        """See `Source`. There is no link; what disks and interfaces there are shows when it reads.

        Until then the metrics are those that every machine has.
        """
        members = [self._parts[name] for name in self._members(group)]
        return ReadCost(
            requests=0,
            metrics=tuple(metric.id for part in members for metric in part.metrics),
            has_more=not all(part.metrics for part in members),
        )

    def open(self) -> None:
        """See `Source`. Takes the first look that figures over time start from.

        Raises:
            SourceFaultError: There is no process file system at ``proc_root``.
        """
        stat = f"{self._settings.proc_root}/stat"
        if not self._machine.proc.has("stat"):
            raise SourceFaultError(f"{stat} is not there: proc_root has to be a mounted procfs")
        self._make_parts()
        for name, part in self._parts.items():
            if part.needs_baseline:
                deadline = Deadline.after(self._context.clock, self._settings.answer_within)
                self._attempt(name, part, deadline)

    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        """See `Source`. What cannot be read is left out, and said once.

        Raises:
            SourceUnavailableError: Every part of the group failed.
        """
        values: dict[str, MetricValue] = {}
        members = self._members(group)
        for name in members:
            values |= self._attempt(name, self._parts[name], deadline)
        if members and all(name in self._failing for name in members):
            raise SourceUnavailableError(self._failing[members[0]])
        return (Reading(values=values),) if values else ()

    def close(self) -> None:
        """See `Source`."""
        self._machine.guard.close()

    def _make_parts(self) -> None:
        self._parts = {name: make_group(name, self._machine) for name in self._settings.groups}
        for part in self._parts.values():
            self._metrics.update((metric.id, metric) for metric in part.metrics)

    def _members(self, group: str) -> list[str]:
        if group != COMMON:
            return [group]
        return [name for name in self._settings.groups if name not in self._settings.intervals]

    def _attempt(self, name: str, part: MetricGroup, deadline: Deadline) -> dict[str, MetricValue]:
        values: dict[str, MetricValue] = {}
        try:
            for metric, value in part.read(deadline):
                values[metric.id] = value
                self._metrics.setdefault(metric.id, metric)
        except (OSError, ValueError) as error:
            self._failed(name, error)
        else:
            self._succeeded(name)
        return values

    def _failed(self, name: str, error: Exception) -> None:
        if name not in self._failing:
            self._context.log.warning("%s cannot be read: %s", name, error)
        self._failing[name] = f"{name} cannot be read: {error}"

    def _succeeded(self, name: str) -> None:
        if self._failing.pop(name, None) is not None:
            self._context.log.info("%s can be read again", name)
