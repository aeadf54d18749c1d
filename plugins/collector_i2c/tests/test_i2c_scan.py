"""The commands: what a scan finds, what it must not do, and what it suggests."""

from dataclasses import replace

import pytest

from collector import SourceUnavailableError
from collector_i2c.chips.catalogue import NAMES
from collector_i2c.muxes import Hop
from collector_i2c.scan.found import Found
from collector_i2c.scan.scan import Scan


def scan(bench, **keys):
    bus = bench.buses.take("simulated:/dev/i2c-1", bench.clock).bus
    return Scan(bus=bus, clock=bench.clock, number=None, **keys)


def found(bench, **keys):
    return list(scan(bench, **keys).run(lambda: None))


ONE_AT_AN_ADDRESS = [
    *(
        "bme280",
        "bme680",
        "bmp180",
        "bmp280",
        "ens160",
        "bmp388",
        "bmp390",
        "ina226",
        "veml7700",
    ),
    *("adxl345", "lis3dh", "mcp9808", "mpu6050", "scd30", "sgp30", "tmp117", "vl53l0x"),
]


@pytest.mark.parametrize("name", ONE_AT_AN_ADDRESS)
def test_a_chip_that_can_tell_is_told(bench, name):
    interval_s = 1.0 if name == "sgp30" else 10.0
    bench.simulated(name, interval_s, device=name)

    [chip] = found(bench)

    assert (name, ()) == (chip.device, chip.candidates)


def test_a_tsl2561_is_told_where_no_port_expander_may_be(bench):
    bench.simulated(device="tsl2561", address=0x29)

    [chip] = found(bench)

    assert "tsl2561" == chip.device


@pytest.mark.parametrize(("name", "told"), [("sht31", "sht30"), ("sht45", "sht40")])
def test_a_family_that_cannot_tell_its_members_apart_is_told_by_its_first(bench, name, told):
    bench.simulated(device=name)

    [chip] = found(bench)

    assert told == chip.device


@pytest.mark.parametrize(
    "name",
    sorted(
        {*NAMES} - {*ONE_AT_AN_ADDRESS} - {n for n in NAMES if "sht" in n} - {"bme688", "bmp085"}
    ),
)
def test_a_chip_that_cannot_tell_is_among_the_candidates(bench, name):
    bench.simulated(device=name)

    [chip] = found(bench)

    assert "" == chip.device
    assert name in chip.candidates


def test_a_stranger_is_not_given_a_name_it_does_not_have(bench):
    source = bench.on(bench.registers({0: "ab" * 256}), device="bme280")

    [chip] = found(bench)

    assert source.address == chip.address
    assert ("", True) == (chip.device, "bme280" in chip.candidates)


def test_a_chip_that_a_kernel_driver_has_is_not_touched(bench, tmp_path):
    chip = bench.registers({0xD0: "60"})
    bench.on(chip, device="bme280")
    device = tmp_path / "bus/i2c/devices/1-0076"
    device.mkdir(parents=True)
    (device / "driver").symlink_to("../../drivers/bmp280")
    (device / "name").write_text("bme280\n")

    [only] = list(replace(scan(bench, sys_root=str(tmp_path)), number=1).run(lambda: None))

    assert Found((), 0x76, "bmp280", "bme280") == only
    assert [] == chip.written


def test_nothing_is_written_to_chips_that_are_not_to_be_asked(bench):
    chip = bench.registers({0xD0: "60"})
    bench.on(chip, device="bme280")

    [only] = found(bench, identify=False)

    assert [""] == chip.written
    assert "bme280" in only.candidates


@pytest.mark.parametrize("address", [*range(0x20, 0x28), *range(0x38, 0x40)])
def test_nothing_is_written_where_pins_would_follow(bench, address):
    chip = bench.stream("ff")
    bench.on(chip, device="pcf8574", address=address)

    [only] = found(bench)

    assert "pcf8574" in only.candidates
    assert {""} == {*chip.written}


def test_memories_are_only_read(bench):
    chip = bench.commands({"": "00"})
    bench.on(chip, device="adxl345", address=0x50)

    [only] = found(bench, identify=False)

    assert 0x50 == only.address
    assert [] == chip.written


def test_a_scan_looks_behind_multiplexers_that_are_named(bench):
    bench.simulated("one", device="bme280", mux={"address": 0x70, "channel": 2})
    bench.simulated("two", device="bmp388", mux={"address": 0x70, "channel": 5})

    assert [
        Found((), 0x70),
        Found((Hop(0x70, 2),), 0x76, device="bme280"),
        Found((Hop(0x70, 5),), 0x76, device="bmp388"),
    ] == found(bench, muxes=[0x70])
    assert ["a multiplexer (tca9548a)"] == list(Found((), 0x70).candidates)


def test_after_a_scan_no_channel_is_left_connected(bench):
    bench.simulated(device="bme280", mux={"address": 0x70, "channel": 2})

    found(bench, muxes=[0x70])

    [mux] = bench.bus().kernel.wires.at(0x70)
    assert 0 == mux.mask


def test_a_held_bus_ends_the_scan_with_its_reason(bench):
    bench.simulated(device="bme280", simulate={"nack": 1.0, "errno": "ETIMEDOUT"})

    with pytest.raises(SourceUnavailableError, match="hold SDA or SCL low"):
        found(bench)
