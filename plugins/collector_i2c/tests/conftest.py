"""A bus that does not exist, chips that play back bytes, and a clock that moves as one waits."""

import pytest
from kernel_sensors import FakeSys

from collector import Deadline, SourceContext
from collector.testkit.clock import FakeClock
from collector.testkit.i2c.chip import FakeChip, no_acknowledge
from collector.testkit.i2c.registers import RegisterChip
from collector_i2c.buses import Buses
from collector_i2c.settings import I2cSettings
from collector_i2c.simulator import I2cSimulator, SimulatedBus
from collector_i2c.source import I2cSource


class SteppingClock(FakeClock):
    """A clock that whoever waits on it moves by as much."""

    def wait(self, condition, timeout_s):
        self.advance(timeout_s)


class PlayedRegisters(RegisterChip):
    """RegisterChip of one byte; those that are fixed ignore what is written."""

    def __init__(self, image, fixed=(), mask=0xFF, on_write=None):
        self.fixed = set(fixed)
        self.mask = mask
        self.on_write = on_write or {}
        self.written = []
        super().__init__({at: bytes.fromhex(text) for at, text in image.items()})

    def pointed(self, byte):
        return byte & self.mask

    def write(self, data):
        self.written.append(data.hex())
        super().write(data)
        self.load(self.on_write.get(data.hex(), {}))

    def store(self, register, byte):
        if register not in self.fixed:
            super().store(register, byte)


class PlayedWords(FakeChip):
    """RegisterChip of two bytes (or three, with a PEC), in the order of the wire."""

    def __init__(self, image, fixed=()):
        self.registers = {at: bytes.fromhex(text) for at, text in image.items()}
        self.fixed = set(fixed)
        self.written = []
        self.pointer = 0

    def write(self, data):
        self.written.append(data.hex())
        if data:
            self.pointer = data[0]
        if len(data) == 3 and self.pointer not in self.fixed:
            self.registers[self.pointer] = data[1:]

    def read(self, count):
        if self.pointer not in self.registers:
            raise no_acknowledge()
        return self.registers[self.pointer][:count]

    def reset(self):
        raise NotImplementedError


class PlayedCommands(FakeChip):
    """Answers by the command before; to a read after any other, with that of the empty one."""

    def __init__(self, answers):
        self.answers = {text: bytes.fromhex(answer) for text, answer in answers.items()}
        self.written = []
        self.command = ""

    def write(self, data):
        self.command = data.hex()
        self.written.append(self.command)

    def read(self, count):
        answer = self.answers.get(self.command, b"") or self.answers.get("", b"")
        if not answer:
            raise no_acknowledge()
        return answer[:count].ljust(count, b"\xff")

    def reset(self):
        raise NotImplementedError


class Bench:
    """Makes sources on simulated buses, and reads them."""

    registers = PlayedRegisters
    words = PlayedWords
    commands = PlayedCommands

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.buses = Buses()

    def stream(self, text) -> FakeChip:
        """Return a chip whose every read gives the same."""
        return PlayedCommands({"": text})

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
        self.bus(made.node).kernel.wires.add(made.path, source.address, model)
        return source

    def read(self, source, seconds=5.0):
        """Return the values of one reading; none if there was none."""
        readings = list(source.read("", Deadline.after(self.clock, seconds)))
        return dict(readings[0].values) if readings else {}

    def first(self, source, times=16, every_s=1.0):
        """Return the first values that a source gives; none if it gives none."""
        source.open()
        for _ in range(times):
            self.clock.advance(every_s)
            values = self.read(source)
            if values:
                return values
        return {}


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def sys(tmp_path):
    return FakeSys(tmp_path)
