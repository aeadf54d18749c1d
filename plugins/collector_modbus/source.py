"""The source: one device, its groups, on the bus that it shares with others."""

from collections.abc import Sequence

from collector import (
    Deadline,
    Group,
    Metric,
    MetricValue,
    Reading,
    Source,
    SourceContext,
    SourceFaultError,
    SourceUnavailableError,
)
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import RETRY_S
from collector_modbus.errors import LinkError, LinkFaultError, NoAnswerError
from collector_modbus.profiles.merge import MergedDevice
from collector_modbus.reading.group import GroupReader
from collector_modbus.registers.table import Block
from collector_modbus.settings.source import ModbusSettings

_LOOK_AGAIN_S = 5.0
"""How soon to ask the breaker again: the link may have come back to life meanwhile."""

_NEXT_TICK_S = 0.05
_ALL_REFUSED_S = 60.0


class ModbusSource(Source):
    """Reads one Modbus device.

    Args:
        settings: Its settings.
        device: Its points and limits.
        context: Its surroundings.
        bus: The bus of its link.

    Attributes:
        device: Its points and limits.
    """

    def __init__(
        self, settings: ModbusSettings, device: MergedDevice, context: SourceContext, bus: Bus
    ) -> None:
        self._settings = settings
        self.device = device
        self._context = context
        self._bus = bus
        self._is_open = False
        self._last_failure = ""
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
    def groups(self) -> Sequence[Group]:
        """See `Source`. One for the points without a group, and those of the settings."""
        intervals_s = {group.name: group.interval for group in self._settings.groups}
        return [Group(name, intervals_s.get(name)) for name in self._readers]

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`."""
        notes = self._bus.records[self._settings.unit_id].notes()
        for reader in self._readers.values():
            notes += reader.notes()
        return notes

    def open(self) -> None:
        """See `Source`. Joins the link; that is opened with the first request."""
        if not self._is_open:
            self._bus.join(self._settings.unit_id)
            self._is_open = True

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        """See `Source`. What the device refuses is left out, and said once."""
        wait_s = self._bus.breaker.wait_s(self._settings.unit_id)
        if wait_s > 0:
            raise SourceUnavailableError(self._last_failure, retry_in_s=min(wait_s, _LOOK_AGAIN_S))
        values = self._values(self._readers[group], deadline)
        if not values and (why := self._readers[group].refuses_all()):
            message = f"{self._name} refuses all of its registers: {why}"
            raise SourceUnavailableError(message, retry_in_s=_ALL_REFUSED_S)
        return [Reading(values=values)] if values else ()

    def close(self) -> None:
        """See `Source`. Leaves the link; the last source closes it."""
        if self._is_open:
            self._is_open = False
            self._bus.leave(self._settings.unit_id)

    def _values(self, reader: GroupReader, deadline: Deadline) -> dict[str, MetricValue]:
        unit_id, bus = self._settings.unit_id, self._bus

        def ask(block: Block) -> bytes:
            return bus.read(unit_id, block, deadline)

        try:
            values = reader.read(ask, deadline, bus.turnaround.measured_s)
        except NoAnswerError as error:
            raise self._unanswered(error) from error
        except LinkFaultError as error:
            raise SourceFaultError(str(error)) from error
        except LinkError as error:
            self._last_failure = str(error)
            raise SourceUnavailableError(str(error), retry_in_s=RETRY_S) from error
        bus.breaker.answered(unit_id)
        return values

    def _unanswered(self, error: NoAnswerError) -> SourceUnavailableError:
        unit_id, breaker = self._settings.unit_id, self._bus.breaker
        breaker.failed(unit_id, error.cost_s)
        self._last_failure = f"{self._settings.link.key}: {error}"
        wait_s = min(breaker.wait_s(unit_id), _LOOK_AGAIN_S)
        return SourceUnavailableError(self._last_failure, retry_in_s=max(wait_s, _NEXT_TICK_S))

    @property
    def _name(self) -> str:
        return f"{self._settings.link.key} unit {self._settings.unit_id}"
