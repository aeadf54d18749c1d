"""Puts a simulated chip on a simulated bus, and lets the real source read it."""

from collector import RecordedTape, SourceContext
from collector.testkit.i2c.chip import FakeChip
from collector.testkit.i2c.twin import smbus2_on
from collector_i2c.bus import Bus
from collector_i2c.buses import Buses
from collector_i2c.chips.catalogue import chosen
from collector_i2c.settings import SIMULATED, I2cSettings
from collector_i2c.simulated.catalogue import model_of
from collector_i2c.simulated.kernel import SimulatedKernel
from collector_i2c.simulated.misdeeds import Misdeeds
from collector_i2c.simulated.replayed import ReplayedChip
from collector_i2c.simulated.setting import Setting


class SimulatedBus:
    """A bus that sources can open.

    Attributes:
        kernel: What is below it.
        own_smbus2: The smbus2 that leads to it.
    """

    def __init__(self) -> None:
        self.kernel = SimulatedKernel()
        self.own_smbus2 = smbus2_on(self.kernel)

    def open(self) -> Bus:
        """Open it, by the real smbus2."""
        return Bus("/dev/i2c-simulated", self.own_smbus2)


class _Chip:
    """A chip on a simulated bus; those of one configured bus are on the same.

    Args:
        settings: The configuration.
        model: What answers.
        buses: Where sources look for their bus.
    """

    def __init__(self, settings: I2cSettings, model: FakeChip, buses: Buses) -> None:
        self._settings = settings
        self._model = model
        self._address = _address_of(settings)
        self._node = f"{SIMULATED}{settings.node}"
        bus = buses.simulated.setdefault(self._node, SimulatedBus())
        if not isinstance(bus, SimulatedBus):
            raise TypeError(f"{self._node} is a {type(bus).__name__}")
        self._wires = bus.kernel.wires

    def start(self) -> I2cSettings:
        """Connect the chip, and return settings that lead to it."""
        self._wires.add(self._settings.path, self._address, self._model)
        return self._settings.on(self._node)

    def stop(self) -> None:
        """Take the chip away."""
        self._wires.remove(self._settings.path, self._address, self._model)


class I2cSimulator(_Chip):
    """One chip that moves by itself.

    Args:
        settings: The configuration.
        context: Its surroundings.
        buses: Where sources look for their bus.
    """

    def __init__(self, settings: I2cSettings, context: SourceContext, buses: Buses) -> None:
        setting = Setting(context.name, context.clock, settings.simulate, settings.options)
        model = model_of(settings.device, settings.device_file, _address_of(settings), setting)
        super().__init__(settings, Misdeeds(model, settings.simulate, context.clock), buses)


class I2cReplay(_Chip):
    """One chip that answers as it did when it was recorded.

    Args:
        settings: The configuration.
        tape: What was recorded.
        buses: Where sources look for their bus.
    """

    def __init__(self, settings: I2cSettings, tape: RecordedTape, buses: Buses) -> None:
        super().__init__(settings, ReplayedChip(tape), buses)
        self._tape = tape

    def start(self) -> I2cSettings:
        """Connect the chip; its tape goes along to where the source is made."""
        return super().start().on(self._node, self._tape)


def _address_of(settings: I2cSettings) -> int:
    if settings.address is not None:
        return settings.address
    return chosen(settings.device, settings.device_file).addresses[0]
