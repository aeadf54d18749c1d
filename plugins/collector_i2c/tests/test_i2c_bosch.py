"""Examples and refusals of BMP388 and BME680, and whatever is no chip of the name.

Bytes and values are facts of the sources named beside them. "Computed" says that the value follows
from the data sheet's formula for bytes that were recorded or chosen.
"""

import pytest

from collector import SourceFaultError, SourceUnavailableError
from collector.testkit.i2c.registers import RegisterChip
from collector_i2c.decode import bme680


@pytest.mark.parametrize("device", ["adxl345", "lis3dh", "mpu6050", "tmp117", "vl53l0x", "bmp388"])
def test_another_chip_is_a_fault(bench, device):
    source = bench.on(bench.registers({0x00: "77" * 256}), device=device)

    with pytest.raises(SourceFaultError):
        source.open()


BMP388 = {
    0x00: "50",
    0x03: "70006070001081",
    0x31: "246b9c49f668ffbdf523009765b87af3f6d3400ec4",
}


def test_bmp388(bench):
    # The calibration of a real chip (gobot), other readings; as Adafruit's driver gives it.
    source = bench.on(bench.registers(BMP388, fixed=range(3, 10)), device="bmp388")

    assert {"temperature": 25.140039, "pressure": 100317.769316} == pytest.approx(
        bench.first(source), abs=1e-3
    )


@pytest.mark.parametrize(
    ("image", "reason"), [({0x03: "10"}, "not ready"), ({0x03: "70ffffffffffff"}, "stuck")]
)
def test_bmp388_refuses(bench, image, reason):
    source = bench.on(bench.registers(BMP388 | image, fixed=range(3, 10)), device="bmp388")

    assert {} == bench.first(source, times=11)
    assert source.notes[0].startswith(reason)


BME680 = {
    0x00: "3000100000",
    0x89: "0065670300418fedd658008e1c7fff2e1e000097f3b5f61e00",
    0xE1: "40542a002d14789cb9654e9fe2120000",
    0xD0: "61",
    0x1D: "80",
    0x1F: "564cd07a5f804a4b",
    0x2A: "9635",
}


BME680_FIXED = range(0x1D, 0x2E)


def test_bme680(bench):
    # pimoroni/bme680-python's tests: a real calibration, 26.69 °C, 98712 Pa, 42.402 %RH; the gas
    # resistance computed by Bosch's formula.
    source = bench.on(bench.registers(BME680, fixed=BME680_FIXED), device="bme680")

    values = bench.first(source)

    assert 26.69 == pytest.approx(values["temperature"], abs=0.02)
    assert 98712 == pytest.approx(values["pressure"], abs=20)
    assert 42.402 == pytest.approx(values["humidity"], abs=0.1)
    assert 232818.17 == pytest.approx(values["gas_resistance"], abs=1)


def test_bme680_whose_gas_sensor_was_cold_gives_the_rest(bench):
    chip = bench.registers(BME680 | {0x2A: "9625"}, fixed=BME680_FIXED)
    source = bench.on(chip, device="bme680")

    assert {"temperature", "pressure", "humidity"} == set(bench.first(source))
    assert "the gas sensor was not hot enough" in source.notes[0]


def test_bme680_heats_only_for_those_who_want_gas(bench):
    chip = bench.registers(BME680, fixed=BME680_FIXED)
    source = bench.on(chip, device="bme680", metrics=["temperature"])

    assert {"temperature"} == set(bench.first(source))
    assert "7100" in chip.written
    assert not [each for each in chip.written if each.startswith("5a")]


@pytest.mark.parametrize(("field", "reason"), [("00" * 17, "not ready"), ("ff" * 17, "stuck")])
def test_bme680_refuses(bench, field, reason):
    image = BME680 | {0x1F: field[4:], 0x2A: field[26:], 0x1D: field}
    source = bench.on(bench.registers(image, fixed=BME680_FIXED), device="bme680")

    assert {} == bench.first(source, times=11)
    assert source.notes[0].startswith(reason)


@pytest.mark.parametrize("device", ["bmp388", "bme680", "bme280"])
def test_a_calibration_of_ones_is_not_taken_for_one(bench, device):
    chip_id = {"bmp388": {0: "50"}, "bme680": {0xD0: "61"}, "bme280": {0xD0: "60"}}[device]
    chip = bench.registers({1: "ff" * 255, 0xF3: "00"} | chip_id)
    source = bench.on(chip, device=device)

    with pytest.raises(SourceUnavailableError, match="the calibration reads 0xff"):
        source.open()


def test_bme688_reckons_its_gas_resistance_otherwise():
    # Computed by the formula of Bosch's API for variant 1: 10^6 * (262144 >> 5) / (4096 + 3 * 88).
    constants = bme680.calibration(bytes(range(25)), bytes(16), bytes(5))

    assert 1878899.08 == pytest.approx(bme680.gas_ohm(constants, 600, 5, variant=1), abs=0.01)


@pytest.mark.parametrize(("milliseconds", "code"), [(0, 0x00), (63, 0x3F), (150, 0x65)])
def test_bme680_writes_its_heating_time_in_six_bits_and_a_factor(milliseconds, code):
    # Bosch's API: 150 ms are 37 times 4 ms, as far as the bits go.
    assert code == bme680.wait_code(milliseconds)


# Bosch BST-BMP180-DS000 section 3.5, the example of its calculation.
BMP180 = {0xD0: "55", 0xAA: "0198ffb8c7d17fe57ff55a71182e00048000ddf90b34"}


class ConvertingBmp180(RegisterChip):
    """Has the raw temperature and pressure of the data sheet's example."""

    def store(self, register, byte):
        super().store(register, byte & ~0x20)
        self.load({0xF6: bytes.fromhex("6cfa00" if byte == 0x2E else "5d2300")})


def test_bmp180(bench):
    chip = ConvertingBmp180({at: bytes.fromhex(text) for at, text in BMP180.items()})
    source = bench.on(chip, device="bmp180")

    assert {"temperature": 15.0, "pressure": 69964.0} == bench.first(source)


def test_bmp180_shifts_its_reading_by_its_oversampling(bench):
    chip = ConvertingBmp180({at: bytes.fromhex(text) for at, text in BMP180.items()})
    source = bench.on(chip, device="bmp180", options={"oversampling": 8})

    assert 69964 == pytest.approx(bench.first(source)["pressure"], abs=3)


@pytest.mark.parametrize(("control", "reason"), [("34", "busy"), ("00", "settings lost")])
def test_bmp180_refuses(bench, control, reason):
    source = bench.on(bench.registers(BMP180 | {0xF4: control}, fixed=[0xF4]), device="bmp180")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith(reason)


@pytest.mark.parametrize("word", ["0000", "ffff"])
def test_bmp180_takes_no_word_of_its_calibration_that_a_failed_transfer_gives(bench, word):
    chip = bench.registers(BMP180 | {0xB0: word})

    with pytest.raises(SourceUnavailableError, match="the calibration reads"):
        bench.on(chip, device="bmp180").open()
