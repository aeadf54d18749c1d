"""Makes sources and simulated devices of one kind, which share their links."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from collector import RecordedTape, Simulator, Source, SourceContext
from collector_modbus.bus.buses import Buses
from collector_modbus.profiles.device_library import Library
from collector_modbus.profiles.merge import MergedDevice, points_of
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes, ModbusSettings
from collector_modbus.source import ModbusSource
from collector_modbus.sunspec import source as sunspec
from collector_modbus.unit import Unit

if TYPE_CHECKING:
    from collector_modbus.simulator.simulator import SimulatedBuses


class ModbusKind:
    """The kind ``modbus``: what its sources have in common."""

    def __init__(self) -> None:
        self._buses = Buses()
        self._library = Library()
        self._simulated: SimulatedBuses | None = None

    def create(self, settings: ModbusSettings, context: SourceContext) -> Source:
        """Make a source.

        Raises:
            ValueError: Its profile and points do not fit.
            ConfigError: Its profile cannot be read.
        """
        bus = self._buses.of(settings.link, context.clock)
        unit = Unit(settings, bus, context.tape)
        if settings.profile == sunspec.PROFILE:
            return sunspec.SunSpecSource(settings, context, unit)
        return ModbusSource(settings, self.device(settings), context, unit)

    def device(self, settings: ModbusSettings) -> MergedDevice:
        """Return what is read of a device: its profile and the source's own points."""
        profile = None
        if settings.profile_file is not None:
            profile = self._library.load_file(settings.profile_file)
        elif settings.profile:
            profile = self._library.load(settings.profile)
        return points_of(settings, profile)

    def simulate(self, settings: ModbusSettings, context: SourceContext) -> Simulator:
        """Make the simulated device of a source."""
        # Imported here: no other run needs pymodbus.
        from collector_modbus.simulator.simulator import SimulatedBuses  # noqa: PLC0415

        if self._simulated is None:
            self._simulated = SimulatedBuses(self._points, self._codes)
        return self._simulated.simulator(settings, context)

    def replay(
        self, settings: ModbusSettings, context: SourceContext, tape: RecordedTape
    ) -> Simulator:
        """Make a device that answers as it did when it was recorded."""
        from collector_modbus.simulator.replayed import ReplayedDevice  # noqa: PLC0415 - likewise

        return ReplayedDevice(settings, context.clock, tape)

    def _points(self, settings: ModbusSettings) -> Sequence[PointSettings]:
        if settings.profile != sunspec.PROFILE:
            return self.device(settings).points
        from collector_modbus.sunspec.simulated import simulated_points  # noqa: PLC0415 - likewise

        return simulated_points()

    def _codes(self, settings: ModbusSettings) -> InvalidCodes:
        if settings.profile == sunspec.PROFILE:
            return settings.invalid
        return self.device(settings).invalid
