"""BMP280 and BME280: the arithmetic of the data sheets, and the whole way from the bus."""

import pytest

from collector import SourceFaultError, SourceUnavailableError
from collector.testkit.i2c.registers import RegisterChip
from collector_i2c.decode import bmx280
from collector_i2c.refusal import RefusedError

# Bosch BST-BMP280-DS001, worked example of section 3.12: the calibration words 27504 26435 -1000
# 36477 -10685 3024 2855 140 -7 15500 -14600 6000, raw T 519888 and raw P 415148 give 25.08 °C and
# 100653.27 Pa.
SHEET_CALIBRATION = bytes.fromhex("706b436718fc7d8e43d6d00b270b8c00f9ff8c3cf8c67017")
SHEET_DATA = bytes.fromhex("655ac07eed00")

# A bus recording in periph/devices, bmxx80/bmx280_test.go: 23.72 °C, 100942.695 Pa, 65.3056 %RH by
# its arithmetic in integers.
RECORDED_LOW = bytes.fromhex("106e6c6632005d95b8d5d00b771e9dfff9ffac260ad8bd10004b")
RECORDED_HIGH = bytes.fromhex("6e01001305001e")
RECORDED_DATA = bytes.fromhex("4a52c08096c07a76")


class Played(RegisterChip):
    """A chip whose data registers do not change."""

    def __init__(self, chip_id=0x60, data=RECORDED_DATA, status=0x00, loses=()):
        self.loses = loses
        super().__init__(
            {0xD0: bytes((chip_id,)), 0x88: RECORDED_LOW, 0xE1: RECORDED_HIGH, 0xF7: data}
        )
        self.memory[0xF3] = status

    def store(self, register, byte):
        if register not in self.loses:
            super().store(register, byte)


def test_the_example_of_the_data_sheet_gives_its_temperature_and_pressure():
    constants, raw = bmx280.calibration(SHEET_CALIBRATION), bmx280.raw(SHEET_DATA)

    t_fine = bmx280.fine_temperature(constants, raw.temperature)

    assert 25.08 == pytest.approx(bmx280.celsius(t_fine), abs=0.005)
    assert 100653.27 == pytest.approx(bmx280.pascal(constants, raw.pressure, t_fine), abs=0.01)


def test_a_recorded_bme280_is_read_with_all_three_quantities(bench):
    source = bench.on(Played(), device="bme280")
    source.open()

    values = bench.read(source)

    assert 23.72 == pytest.approx(values["temperature"], abs=0.02)
    assert 100942.695 == pytest.approx(values["pressure"], abs=8)
    assert 65.3056 == pytest.approx(values["humidity"], abs=0.1)


def test_a_bmp280_has_no_humidity(bench):
    source = bench.on(Played(0x58, RECORDED_DATA[:6]), device="bmp280")
    source.open()

    assert {"temperature", "pressure"} == set(bench.read(source))
    assert ["temperature", "pressure"] == [metric.id for metric in source.metrics]


@pytest.mark.parametrize(
    "data", ["8000008096c07a76", "4a52c08000007a76", "4a52c08096c08000"], ids=["p", "t", "h"]
)
def test_a_quantity_that_was_not_measured_refuses_the_reading(data):
    with pytest.raises(RefusedError, match="not ready"):
        bmx280.raw(bytes.fromhex(data))


@pytest.mark.parametrize("byte", [0x00, 0xFF])
def test_a_calibration_of_nothing_is_refused(byte):
    with pytest.raises(RefusedError, match="stuck"):
        bmx280.calibration(bytes([byte]) * 26, RECORDED_HIGH)


def test_another_chip_at_the_address_is_a_fault_that_names_it(bench):
    source = bench.on(Played(0x61), device="bme280")

    with pytest.raises(SourceFaultError, match=r"0x76: the chip id is 0x61 \(BME680\), not 0x60"):
        source.open()


def test_a_chip_that_only_gives_ones_is_no_fault_of_the_settings(bench):
    source = bench.on(Played(0xFF), device="bme280")

    with pytest.raises(SourceUnavailableError, match="reads 0xff"):
        source.open()


def test_a_chip_that_never_finishes_gives_nothing_and_is_counted(bench):
    source = bench.on(Played(status=0x08), device="bme280")
    source.open()

    assert {} == bench.read(source)
    assert "busy: 3 answers refused" in source.notes[0]


def test_a_chip_without_its_settings_gives_nothing(bench):
    source = bench.on(Played(loses={0xF4}), device="bme280")
    source.open()

    assert {} == bench.read(source)
    assert "settings lost: 3 answers refused" in source.notes[0]


@pytest.mark.parametrize(("oversampling", "wait_s"), [(1, 0.0093), (16, 0.1128)])
def test_the_wait_is_that_of_the_oversampling(bench, oversampling, wait_s):
    source = bench.on(Played(), device="bme280", options={"oversampling": oversampling})
    source.open()
    before_s = bench.clock.monotonic_s()

    bench.read(source)

    assert wait_s == pytest.approx(bench.clock.monotonic_s() - before_s, abs=0.001)


def test_the_simulated_chip_moves_within_what_is_plausible(bench):
    source = bench.simulated(device="bme280")
    source.open()

    seen = []
    for _ in range(60):
        bench.clock.advance(60)
        seen.append(bench.read(source))

    for values in seen:
        assert 15 < values["temperature"] < 35
        assert 95_000 < values["pressure"] < 106_000
        assert 20 < values["humidity"] < 90
    assert len({values["temperature"] for values in seen}) > 50
