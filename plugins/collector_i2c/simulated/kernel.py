"""A simulated bus below smbus2, with its wiring."""

from collector.testkit.i2c.kernel import I2C_AND_SMBUS, FakeI2cKernel
from collector.testkit.i2c.transfer import on_chips
from collector_i2c.simulated.wiring import Segment


class SimulatedKernel(FakeI2cKernel):
    """One simulated bus with its wiring.

    Args:
        functions: What the adapter can do, as I2C_FUNCS tells it.
        wires: What hangs on the bus; nothing yet by default.

    Attributes:
        wires: What hangs on the bus.
    """

    def __init__(self, functions: int = I2C_AND_SMBUS, wires: Segment | None = None) -> None:
        self.wires = wires or Segment()
        super().__init__(on_chips(self.wires.at), functions)
