"""Two who read one chip with different settings: in one process, in two, and never each other's."""

import contextlib
import os

import pytest

from collector import Deadline, SourceUnavailableError
from collector.testkit.i2c.chip import FakeChip
from collector.testkit.i2c.twin import smbus2_on
from collector_i2c.bus import Bus
from collector_i2c.buses import Buses
from collector_i2c.settings import I2cSettings
from collector_i2c.simulated.kernel import SimulatedKernel
from collector_i2c.source import I2cSource

READINGS = 2000


class Steady(FakeChip):
    """A BH1750 in steady light: it counts in proportion to the time that was set last."""

    def __init__(self):
        self.time = 69

    def write(self, data):
        if data and data[0] >> 5 == 2:
            self.time = (data[0] & 7) << 5 | self.time & 0x1F
        elif data and data[0] >> 5 == 3:
            self.time = self.time & 0xE0 | data[0] & 0x1F

    def read(self, count):
        return (100 * self.time).to_bytes(2, "big")

    def reset(self):
        self.time = 69


RIGHT = {"illuminance": pytest.approx(5750)}


class OnFile(SimulatedKernel):
    """A bus whose node is a real file, so that those who open it can lock each other out."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def open(self, path, flags):
        return os.open(self.path, os.O_RDWR | os.O_CREAT)


class Opened:
    def __init__(self, kernel):
        self.own_smbus2 = smbus2_on(kernel)

    def open(self):
        return Bus("/dev/i2c-x", self.own_smbus2)


def process(bench, kernel, time):
    """Return the source of one of two processes: nothing is shared but the node."""
    buses = Buses()
    buses.simulated["simulated:/dev/i2c-1"] = Opened(kernel)
    settings = I2cSettings(device="bh1750", options={"measurement_time": time})
    settings = settings.model_copy(update={"bus": "simulated:/dev/i2c-1"})
    source = I2cSource(settings, bench.context(f"time{time}"), buses)
    source.open()
    return source


@pytest.fixture
def kernel(tmp_path):
    kernel = OnFile(tmp_path / "bus")
    kernel.wires.add((), 0x23, Steady())
    return kernel


def interfere(bench, work):
    """Do something whenever somebody waits, but not while that is being done."""
    plain = type(bench.clock).wait

    def wait(condition, timeout_s):
        bench.clock.wait = lambda condition, timeout_s: plain(bench.clock, condition, timeout_s)
        work()
        plain(bench.clock, condition, timeout_s)
        bench.clock.wait = wait

    bench.clock.wait = wait


def test_another_process_cannot_come_between_a_question_and_its_answer(bench, kernel):
    mine, theirs = process(bench, kernel, 69), process(bench, kernel, 138)
    refused = []

    def meddle():
        try:
            theirs.read("", Deadline.after(bench.clock, 0.0))
        except SourceUnavailableError as error:
            refused.append(str(error))

    interfere(bench, meddle)

    for _ in range(READINGS):
        assert RIGHT == bench.read(mine)

    assert READINGS <= len(refused)
    assert "another process keeps the bus" in refused[0]


def test_two_processes_that_take_turns_each_get_their_own(bench, kernel):
    mine, theirs = process(bench, kernel, 69), process(bench, kernel, 138)

    for _ in range(READINGS):
        assert RIGHT == bench.read(mine)
        assert RIGHT == bench.read(theirs)


def test_without_the_lock_values_would_be_mixed_up(bench, kernel, monkeypatch):
    # Shows that the tests above would see it.
    monkeypatch.setattr(Bus, "try_to_lock", lambda bus: True)
    mine, theirs = process(bench, kernel, 69), process(bench, kernel, 138)

    def meddle():
        with contextlib.suppress(SourceUnavailableError):
            theirs.read("", Deadline.after(bench.clock, 1.0))

    interfere(bench, meddle)

    assert {"illuminance": pytest.approx(11500)} == bench.read(mine)
