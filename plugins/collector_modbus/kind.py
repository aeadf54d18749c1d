"""Makes sources and simulated devices of one kind, which share their links."""

from collections.abc import Sequence

from collector import Source, SourceContext
from collector_modbus.bus.buses import Buses
from collector_modbus.profiles.library import Library
from collector_modbus.profiles.merge import MergedDevice, points_of
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.source import ModbusSource
from collector_modbus.sunspec import source as sunspec
from collector_modbus.unit import Unit


class ModbusKind:
    """The kind ``modbus``: what its sources have in common."""

    def __init__(self) -> None:
        self._buses = Buses()
        self._library = Library()

    def create(self, settings: ModbusSettings, context: SourceContext) -> Source:
        """Make a source.

        Raises:
            ValueError: Its profile and points do not fit.
            ConfigError: Its profile cannot be read.
        """
        unit = Unit(settings, self._buses.of(settings.link, context.clock))
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

    def points(self, settings: ModbusSettings) -> Sequence[PointSettings]:
        """Return the points of a device."""
        return self.device(settings).points
