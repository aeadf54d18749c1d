"""The source: one device, read group by group."""

from collections.abc import Sequence

from collector import (
    Deadline,
    Group,
    Instant,
    Metric,
    ReadCost,
    Reading,
    Resources,
    Source,
    SourceContext,
    SourceUnavailableError,
)
from collector_modbus.profiles.merge import MergedDevice
from collector_modbus.reading.group import GroupReader
from collector_modbus.registers.table import Block
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.unit import Unit

_ALL_REFUSED_S = 60.0


class ModbusSource(Source):
    """Reads one Modbus device.

    Args:
        settings: Its settings.
        device: Its points and limits.
        context: Its surroundings.
        unit: The unit on the bus of its link.

    Attributes:
        device: Its points and limits.
    """

    def __init__(
        self, settings: ModbusSettings, device: MergedDevice, context: SourceContext, unit: Unit
    ) -> None:
        self.device = device
        self._settings = settings
        self._clock = context.clock
        self._unit = unit
        self._readers = {
            name: GroupReader(
                [point for point in device.points if point.group == name],
                device,
                settings.link,
                context.clock,
                context.log,
            )
            for name in dict.fromkeys(point.group for point in device.points)
        }

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`."""
        return [point.as_metric() for point in self.device.points if not point.hidden]

    @property
    def link(self) -> str:
        """See `Source`."""
        return self._settings.link.key

    @property
    def resources(self) -> Resources:
        """See `Source`. The link."""
        return self._settings.link.resources

    @property
    def groups(self) -> Sequence[Group]:
        """See `Source`. One for the points without a group, and those of the settings."""
        intervals_s = {group.name: group.interval for group in self._settings.groups}
        return [Group(name, intervals_s.get(name)) for name in self._readers]

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`."""
        notes = self._unit.notes()
        for reader in self._readers.values():
            notes += reader.notes()
        return notes

    def cost(self, group: str) -> ReadCost:
        """See `Source`. What its requests take; on a serial line that is certain."""
        from collector_modbus.reading.read_cost import read_cost  # noqa: PLC0415 - no daemon needs it

        return read_cost(self._settings.link, self.device, group)

    def open(self) -> None:
        """See `Source`. Joins the bus, whose link is opened with the first request."""
        self._unit.join()

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        """See `Source`. What the device refuses is left out, and said once."""
        reader = self._readers.get(group)
        if reader is None:  # a device that describes itself may have nothing for a group
            return ()

        came_at: Instant | None = None  # a wait for what never comes makes no value newer

        def ask(block: Block) -> bytes:
            nonlocal came_at
            deadline.give_way()
            data = self._unit.read(block, deadline)
            came_at = self._clock.now()
            return data

        with self._unit.answering():
            values = reader.read(ask, deadline, self._unit.turnaround_s)
        if not values and (why := reader.refuses_all()):
            message = f"{self._unit} refuses all of its registers: {why}"
            raise SourceUnavailableError(message, retry_in_s=_ALL_REFUSED_S)
        return [Reading(values=values, taken_at=came_at)] if values else ()

    def close(self) -> None:
        """See `Source`. Leaves the bus; the last source closes the link."""
        self._unit.leave()
