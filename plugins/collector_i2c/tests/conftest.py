"""A bus that does not exist and a clock that moves when somebody waits."""

import pytest

from collector import Deadline, SourceContext
from collector.testkit.clock import FakeClock
from collector_i2c.buses import Buses
from collector_i2c.settings import I2cSettings
from collector_i2c.simulator import I2cSimulator, SimulatedBus
from collector_i2c.source import I2cSource


class SteppingClock(FakeClock):
    """A clock that whoever waits on it moves by as much."""

    def wait(self, condition, timeout_s):
        self.advance(timeout_s)


class Bench:
    """Makes sources on simulated buses, and reads them."""

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.buses = Buses()

    def bus(self, node="/dev/i2c-1") -> SimulatedBus:
        return self.buses.simulated.setdefault(f"simulated:{node}", SimulatedBus())

    def context(self, name="chip", interval_s=10.0) -> SourceContext:
        return SourceContext(name, "cabinet", interval_s, self.clock)

    def simulated(self, name="chip", interval_s=10.0, **settings) -> I2cSource:
        """Return a source that reads a simulated chip."""
        context = self.context(name, interval_s)
        simulator = I2cSimulator(I2cSettings(**settings), context, self.buses)
        return I2cSource(simulator.start(), context, self.buses)

    def on(self, model, name="chip", interval_s=10.0, **settings) -> I2cSource:
        """Return a source that reads this model."""
        made = I2cSettings(**settings)
        node = f"simulated:{made.node}"
        source = I2cSource(
            made.model_copy(update={"bus": node}), self.context(name, interval_s), self.buses
        )
        self.bus(made.node).kernel.wires.add(made.path, source._address, model)
        return source

    def read(self, source, seconds=5.0):
        """Return the values of one reading; none if there was none."""
        readings = list(source.read("", Deadline.after(self.clock, seconds)))
        return dict(readings[0].values) if readings else {}


@pytest.fixture
def bench():
    return Bench()
