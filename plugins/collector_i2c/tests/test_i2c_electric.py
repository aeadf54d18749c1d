"""Examples and refusals of ADS1115, ADS1015, MCP3421, INA219, INA226, PCF8591.

Bytes and values are facts of the sources named beside them. "Computed" says that the value follows
from the data sheet's formula for bytes that were recorded or chosen.
"""

import pytest

from collector import SourceFaultError


@pytest.mark.parametrize(
    ("input_", "full_scale", "word", "volts", "config"),
    [
        ("A0", 4.096, "7fff", 4.095875, "c383"),
        ("A0", 2.048, "8000", -2.048, "c583"),
        ("A1", 6.144, "3a98", 2.8125, "d183"),
    ],
)
def test_ads1115(bench, input_, full_scale, word, volts, config):
    # Codes of the data sheet's table 3; what is written for them, by its configuration register.
    chip = bench.words({0: word, 1: "8583"}, fixed=[0])
    inputs = [{"input": input_, "full_scale": full_scale}]
    source = bench.on(chip, device="ads1115", options={"inputs": inputs})

    assert {"voltage": volts} == pytest.approx(bench.first(source))
    assert f"01{config}" in chip.written


def test_ads1015(bench):
    # periph/devices ads1x15: A0 against A3, raw -176, -33 mV.
    chip = bench.words({0: "ff50", 1: "8583"}, fixed=[0])
    options = {"inputs": [{"input": "A0-A3", "full_scale": 6.144}], "rate": 128}
    source = bench.on(chip, device="ads1015", options=options)

    assert {"voltage": -0.033} == pytest.approx(bench.first(source))
    assert "019103" in chip.written


@pytest.mark.parametrize("config", ["8583", "ffff", "0000"])
def test_ads1115_without_the_settings_that_were_written_gives_nothing(bench, config):
    chip = bench.words({0: "7fff", 1: config}, fixed=[0, 1])
    source = bench.on(chip, device="ads1115")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("settings lost")


@pytest.mark.parametrize(
    ("frame", "gain", "volts"),
    [("01ffff1c", 1, 2.047984375), ("fe00001c", 1, -2.048), ("0066661d", 2, 0.204796875)],
)
def test_mcp3421(bench, frame, gain, volts):
    # The data sheet's coding: 18 bits, 15.625 µV.
    source = bench.on(bench.stream(frame), device="mcp3421", options={"gain": gain})

    assert {"voltage": volts} == pytest.approx(bench.first(source))


@pytest.mark.parametrize(
    ("frame", "reason"), [("01ffff9c", "not ready"), ("01ffff10", "settings lost")]
)
def test_mcp3421_refuses(bench, frame, reason):
    source = bench.on(bench.stream(frame), device="mcp3421")

    assert {} == bench.first(source, times=11)
    assert source.notes[0].startswith(reason)


def test_ina219_reckons_by_its_calibration(bench):
    # The data sheet's design example: 2 mΩ, 1 mA a step.
    image = {0: "399f", 1: "07d0", 2: "5d98", 3: "1766", 4: "2710", 5: "0000"}
    chip = bench.words(image, fixed=[1, 2, 3, 4])
    options = {"shunt_ohm": 0.002, "current_lsb": 0.001}
    source = bench.on(chip, device="ina219", options=options)

    values = bench.first(source)

    assert {
        "shunt_voltage": 0.02,
        "bus_voltage": 11.98,
        "current": 10.0,
        "power": 119.8,
    } == pytest.approx(values, abs=0.01)
    assert "055000" in chip.written


def test_ina219_without_calibration_is_reckoned_by_ohm(bench):
    # chrisb2/pi_ina219's tests: 4.808 V and -40 mV.
    image = {0: "399f", 1: "f060", 2: "2592"}
    source = bench.on(bench.words(image, fixed=[1, 2]), device="ina219")

    values = bench.first(source)

    assert {"shunt_voltage": -0.04, "bus_voltage": 4.808, "current": -0.4, "power": -1.9232} == (
        pytest.approx(values)
    )


def test_ina219_refuses_its_overflow(bench):
    chip = bench.words({0: "399f", 1: "f060", 2: "2593"}, fixed=[1, 2])
    source = bench.on(chip, device="ina219")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("overflow")


INA226 = {0: "4127", 1: "fc18", 2: "0fa0", 3: "0064", 4: "f830", 6: "0008", 0xFE: "5449"}


def test_ina226(bench):
    # Computed by the data sheet's formulas, and as pi_ina226 gives it.
    chip = bench.words(INA226, fixed=[1, 2, 3, 4])
    options = {"shunt_ohm": 0.1, "current_lsb": 0.0001}
    source = bench.on(chip, device="ina226", address=0x44, options=options)

    values = bench.first(source)

    assert {"shunt_voltage": -0.0025, "bus_voltage": 5.0, "current": -0.2, "power": 0.25} == (
        pytest.approx(values)
    )
    assert "050200" in chip.written


@pytest.mark.parametrize(("flags", "reason"), [("0000", "not ready"), ("000c", "overflow")])
def test_ina226_refuses(bench, flags, reason):
    chip = bench.words(INA226 | {6: flags}, fixed=[1, 2, 3, 4])
    source = bench.on(chip, device="ina226", address=0x44)

    assert {} == bench.first(source, times=11)
    assert source.notes[0].startswith(reason)


def test_ina226_knows_another_chip(bench):
    source = bench.on(bench.words(INA226 | {0xFE: "1234"}), device="ina226", address=0x44)

    with pytest.raises(SourceFaultError, match="the maker's id is 0x1234, not 0x5449"):
        source.open()


def test_pcf8591(bench):
    # The data sheet: the first byte is the conversion before; 0x80 after power came.
    chip = bench.stream("80c8")
    source = bench.on(chip, device="pcf8591", options={"inputs": [{"channel": 2}], "vref": 3.3})

    assert {"voltage": 2.578125} == pytest.approx(bench.first(source))
    assert "42" in chip.written
