"""The source of a device that describes itself: asks what it has, then reads that."""

import struct
from collections.abc import Sequence

from collector import (
    Deadline,
    Group,
    Metric,
    Reading,
    Resources,
    Source,
    SourceContext,
    SourceFaultError,
)
from collector_modbus.errors import (
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    DeviceError,
)
from collector_modbus.profiles.merge import points_of
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.source import ModbusSource
from collector_modbus.sunspec.models import Models
from collector_modbus.sunspec.points import described
from collector_modbus.sunspec.walk import DeviceMap, walk
from collector_modbus.unit import Unit

PROFILE = "sunspec"
"""The profile of devices that describe themselves."""

_AWAY_S = 10.0
"""A device that was away so long may have got other firmware: its models may lie elsewhere."""


class SunSpecSource(Source):
    """Reads a SunSpec device. Its map is read with the first read, and again after it was away.

    Where that takes longer than a read may, the next one goes on with it.

    Args:
        settings: Its settings.
        context: Its surroundings.
        unit: The unit on the bus of its link.
    """

    def __init__(self, settings: ModbusSettings, context: SourceContext, unit: Unit) -> None:
        self._settings = settings
        self._context = context
        self._unit = unit
        self._map = DeviceMap(())
        self._known: ModbusSource | None = None
        self._walked: dict[Span, Sequence[int]] = {}
        self._read_at_s = context.clock.monotonic_s()

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`. None before the device has told them."""
        return self._known.metrics if self._known else ()

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
        """See `Source`. What none of the settings' groups names is read at the interval."""
        return [Group(), *(Group(group.name, group.interval) for group in self._settings.groups)]

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`."""
        notes = [*self._known.notes] if self._known else self._unit.notes()
        return [*notes, self._map.problem] if self._map.problem else notes

    def open(self) -> None:
        """See `Source`."""
        if self._context.clock.monotonic_s() - self._read_at_s >= _AWAY_S:
            self._known = None
            self._walked.clear()
        self._unit.join()

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        """See `Source`.

        Raises:
            SourceFaultError: It is no SunSpec device, or has none of the models that are known.
        """
        if self._known is None:
            self._known = self._describe(deadline)
        readings = self._known.read(group, deadline)
        self._read_at_s = self._context.clock.monotonic_s()
        return readings

    def close(self) -> None:
        """See `Source`."""
        self._unit.leave()

    def _describe(self, deadline: Deadline) -> ModbusSource:
        def registers(address: int, count: int) -> Sequence[int]:
            span = Span(address, count)
            if span not in self._walked:
                self._walked[span] = self._registers(span, deadline)
                self._read_at_s = self._context.clock.monotonic_s()
            return self._walked[span]

        try:
            # Not at the opening, and not again after a short absence: who records must have it.
            noted = self._context.tape.setting_up(resumes=bool(self._walked))
            with noted, self._unit.answering():
                self._map = walk(registers)
            device = points_of(self._settings, described(self._map.blocks, Models()))
        except ValueError as error:
            self._walked.clear()
            raise SourceFaultError(f"{self._unit}: {error}") from error
        self._walked.clear()
        return ModbusSource(self._settings, device, self._context, self._unit)

    def _registers(self, span: Span, deadline: Deadline) -> Sequence[int]:
        try:
            data = self._unit.read(Block(Table.HOLDING, span), deadline)
        except DeviceError as error:
            if error.code in (ILLEGAL_ADDRESS, ILLEGAL_VALUE):
                return ()
            if error.code == ILLEGAL_FUNCTION:
                raise SourceFaultError(f"{self._unit}: {error}") from error
            raise
        return struct.unpack(f">{span.count}H", data)
