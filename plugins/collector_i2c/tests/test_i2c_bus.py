"""Transfers: as one transaction, or those of SMBus where the adapter knows no others."""

import pytest

from collector.testkit.i2c.kernel import SMBUS_ALONE
from collector.testkit.i2c.twin import smbus2_on
from collector_i2c.bus import Bus, TransferError
from collector_i2c.chips.catalogue import NAMES
from collector_i2c.simulated.kernel import SimulatedKernel


def bus_with(model, address=0x48, functions=None):
    kernel = SimulatedKernel() if functions is None else SimulatedKernel(functions)
    kernel.wires.add((), address, model)
    return Bus("/dev/i2c-x", smbus2_on(kernel))


@pytest.mark.parametrize("functions", [None, SMBUS_ALONE], ids=["i2c", "smbus"])
@pytest.mark.parametrize(
    ("data", "count", "expected"),
    [
        (b"\x20", 1, b"\x11"),
        (b"\x20", 3, b"\x11\x22\x33"),
        (b"\x20", 32, bytes.fromhex("112233") + bytes(29)),
        (b"", 1, b"\x11"),
        (b"\x20", 0, b""),
        (b"\x21\xab", 0, b""),
        (b"\x21\xab\xcd\xef", 0, b""),
    ],
)
def test_a_transfer_does_the_same_by_either_way(bench, functions, data, count, expected):
    chip = bench.registers({0x20: "112233"})
    bus = bus_with(chip, functions=functions)
    bus.transfer(0x48, b"\x20", 0)

    assert expected == bus.transfer(0x48, data, count)
    assert data[1:] == bytes(chip.memory[data[0] + 0 : data[0] + len(data) - 1]) if data else True


@pytest.mark.parametrize(("data", "count"), [(b"", 6), (b"\x36\x82", 3), (b"\x20", 33)])
def test_what_smbus_cannot_do_is_said(bench, data, count):
    bus = bus_with(bench.registers({}), functions=SMBUS_ALONE)

    with pytest.raises(TransferError, match="the bus adapter cannot make this kind of transfer"):
        bus.transfer(0x48, data, count)


@pytest.mark.parametrize("functions", [None, SMBUS_ALONE], ids=["i2c", "smbus"])
def test_a_touch_writes_nothing(bench, functions):
    chip = bench.registers({})
    bus_with(chip, functions=functions).touch(0x48)

    assert [""] == chip.written


@pytest.mark.parametrize("name", ["bme280", "bmp388", "ads1115", "ina226", "mpu6050", "lm75"])
def test_chips_with_registers_are_read_through_an_smbus_adapter_too(bench, name):
    source = bench.simulated(device=name)
    bus = bench.bus()
    bus.own_smbus2 = smbus2_on(SimulatedKernel(SMBUS_ALONE, bus.kernel.wires))
    source.open()

    assert {metric.id for metric in source.metrics} == set(bench.read(source))


UNCHECKED = {"bh1750", "pcf8574", "pcf8575", "pcf8591"}
"""Chips that have no register, flag or CRC by which such a bus could be told from a reading."""


@pytest.mark.parametrize("byte", ["00", "ff"])
@pytest.mark.parametrize("name", sorted({*NAMES} - UNCHECKED))
def test_a_bus_that_always_gives_the_same_byte_gives_no_value(bench, name, byte):
    interval_s = 1.0 if name == "sgp30" else 10.0
    source = bench.simulated(name, interval_s, device=name)
    source.open()
    bench.clock.advance(60.0)
    wires = bench.bus().kernel.wires
    wires._models[source.address][:] = [bench.commands({"": byte * 64})]

    for _ in range(3):
        assert {} == bench.read(source)
    assert source.notes
