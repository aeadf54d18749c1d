"""What goes wrong on buses: it is retried, counted or reported, and never becomes a value."""

import errno
import fcntl
import os
from pathlib import Path

import pytest
import smbus2

from collector import SourceFaultError, SourceUnavailableError
from collector.testkit.i2c.chip import FakeChip
from collector.testkit.i2c.twin import smbus2_on
from collector_i2c.bus import Bus
from collector_i2c.errnos import MEANINGS, UNKNOWN, meaning_of
from collector_i2c.simulated.kernel import SimulatedKernel


class Failing(FakeChip):
    """Fails as often as it is told to, and then gives a voltage of 1.5 V."""

    def __init__(self, number=errno.EREMOTEIO, times=0):
        self.number = number
        self.times = times
        self.transfers = 0

    def begin(self):
        self.transfers += 1
        if self.times:
            self.times -= 1
            raise OSError(self.number, os.strerror(self.number))

    def write(self, data):
        pass

    def read(self, count):
        return b"\x00\x80"[:count]

    def reset(self):
        pass


def opened(bench, chip):
    """Return a source of a chip that begins to fail once it was opened."""
    source = bench.on(chip, device="pcf8591", options={"vref": 3.0})
    times, chip.times = chip.times, 0
    source.open()
    chip.times, chip.transfers = times, 0
    return source


PASSING = [errno.EREMOTEIO, errno.EIO, errno.EBUSY, errno.EAGAIN, errno.ENXIO]


@pytest.mark.parametrize("number", PASSING, ids=errno.errorcode.get)
def test_a_transfer_that_fails_twice_costs_nothing(bench, number):
    chip = Failing(number, times=2)
    source = opened(bench, chip)

    assert {"voltage": 1.5} == bench.read(source)
    assert source.notes == ("2 transfers or readings had to be tried again",)


@pytest.mark.parametrize("number", PASSING, ids=errno.errorcode.get)
def test_a_third_failure_in_one_reading_is_told_with_what_to_look_at(bench, number):
    chip = Failing(number, times=1000)
    source = opened(bench, chip)

    with pytest.raises(SourceUnavailableError) as raised:
        bench.read(source)

    assert 3 == chip.transfers
    assert f"0x48: {MEANINGS[number].text} ({errno.errorcode[number]})" == str(raised.value)


def test_every_reading_has_its_retries_anew(bench):
    chip = Failing()
    source = opened(bench, chip)

    for _ in range(5):
        chip.times = 2
        assert {"voltage": 1.5} == bench.read(source)


@pytest.mark.parametrize("number", [errno.ETIMEDOUT, errno.ENODEV], ids=errno.errorcode.get)
def test_a_failing_bus_is_not_asked_again_in_the_same_reading(bench, number):
    chip = Failing(number, times=1000)
    source = opened(bench, chip)

    with pytest.raises(SourceUnavailableError, match="/dev/i2c-1 is left alone"):
        bench.read(source)

    assert 1 == chip.transfers


def test_an_unknown_error_is_one_that_may_pass():
    assert UNKNOWN == meaning_of(errno.EXDEV) == meaning_of(None)


def test_one_chip_that_does_not_answer_costs_the_others_nothing(bench):
    dead = opened(bench, Failing(times=1000))
    well = bench.simulated(device="bme280")
    well.open()

    for _ in range(10):
        with pytest.raises(SourceUnavailableError):
            bench.read(dead)
        assert bench.read(well)


def test_a_bus_that_is_held_is_asked_once_and_then_left_alone_by_all(bench):
    chip = Failing(errno.ETIMEDOUT, times=1)
    one = opened(bench, chip)
    other = bench.simulated(device="bme280")
    other.open()
    with pytest.raises(SourceUnavailableError, match="hold SDA or SCL low"):
        bench.read(one)

    with pytest.raises(SourceUnavailableError, match="hold SDA or SCL low") as raised:
        bench.read(other)

    assert 1.0 == pytest.approx(raised.value.retry_in_s, abs=0.01)
    bench.clock.advance(1.1)
    assert bench.read(other)


def test_a_bus_that_stays_held_is_asked_less_and_less(bench):
    chip = Failing(errno.ETIMEDOUT, times=1000)
    source = opened(bench, chip)

    pauses_s = []
    for _ in range(8):
        with pytest.raises(SourceUnavailableError) as raised:
            bench.read(source)
        pauses_s.append(raised.value.retry_in_s)
        bench.clock.advance(raised.value.retry_in_s)

    assert [2, 4, 8, 16, 32, 64, 120, 120] == pauses_s
    assert 8 == chip.transfers


def test_a_transfer_that_fails_only_after_a_second_is_a_held_bus(bench):
    class Slow(Failing):
        def begin(self):
            bench.clock.advance(1.0)
            super().begin()

    chip = Slow(errno.EIO, times=1000)
    source = opened(bench, chip)

    with pytest.raises(SourceUnavailableError, match="is left alone"):
        bench.read(source)

    assert 1 == chip.transfers


def test_another_bus_goes_on_while_one_is_held(bench):
    held = opened(bench, Failing(errno.ETIMEDOUT, times=1000))
    free = bench.simulated(device="bme280", bus=3)
    free.open()
    with pytest.raises(SourceUnavailableError):
        bench.read(held)

    assert bench.read(free)
    assert held.link != free.link


def test_an_adapter_that_was_unplugged_is_opened_again(bench):
    chip = Failing(errno.ENODEV, times=1)
    source = opened(bench, chip)
    with pytest.raises(SourceUnavailableError, match="the bus adapter is gone"):
        bench.read(source)
    source.close()
    bench.clock.advance(1.1)
    source.open()

    assert {"voltage": 1.5} == bench.read(source)


def test_the_bus_is_locked_against_other_processes_only_while_it_is_used(bench, tmp_path):
    class OnFile(SimulatedKernel):
        def open(self, path, flags):
            return os.open(tmp_path / "bus", os.O_RDWR | os.O_CREAT)

    bench.bus().kernel = OnFile()
    bench.bus().own_smbus2 = smbus2_on(bench.bus().kernel)
    source = opened(bench, Failing())
    with Path(tmp_path, "bus").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

        with pytest.raises(SourceUnavailableError, match="another process keeps the bus"):
            bench.read(source)
        fcntl.flock(other, fcntl.LOCK_UN)
        assert bench.read(source)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_register_is_asked_and_read_in_one_transaction_that_none_can_enter(bench):
    asked = []

    class Watching(SimulatedKernel):
        def ioctl(self, descriptor, request, argument):
            if request == 0x0707:
                asked.append([bool(argument.msgs[n].flags & 1) for n in range(argument.nmsgs)])
            return super().ioctl(descriptor, request, argument)

    kernel = Watching()
    kernel.wires.add((), 0x48, bench.words({5: "00a0"}))

    answer = Bus("/dev/i2c-x", smbus2_on(kernel)).transfer(0x48, b"\x05", 2)

    assert b"\x00\xa0" == answer
    assert [[False, True]] == asked


def test_a_node_that_is_not_there_says_how_to_get_it():
    with pytest.raises(SourceUnavailableError, match=r"no /dev/i2c-99: switch I2C on"):
        Bus("/dev/i2c-99")


def test_a_node_that_may_not_be_opened_names_the_group():
    class Forbidding(SimulatedKernel):
        def open(self, path, flags):
            raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(SourceFaultError, match="put the collector's user into its group"):
        Bus("/dev/i2c-1", smbus2_on(Forbidding()))


def test_a_simulated_bus_leaves_the_real_library_alone():
    library = smbus2_on(SimulatedKernel())

    assert smbus2.smbus2.ioctl is fcntl.ioctl
    assert smbus2.smbus2.os is os
    assert smbus2.SMBus is not library.SMBus
