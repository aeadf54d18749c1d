"""Examples and refusals of MPU6050, ADXL345, LIS3DH, VL53L0X.

Bytes and values are facts of the sources named beside them. "Computed" says that the value follows
from the data sheet's formula for bytes that were recorded or chosen.
"""

import pytest

G = 9.80665


def test_mpu6050(bench):
    # hybridgroup/gobot's mpu6050 test; it reckons with 131.072 steps for a degree per second.
    chip = bench.registers({0x75: "68", 0x3B: "0001020408163264160804020100"})
    source = bench.on(chip, device="mpu6050")

    assert {
        "acceleration_x": 0.000599,
        "acceleration_y": 0.308852,
        "acceleration_z": 1.238999,
        "angular_rate_x": 0.751011,
        "angular_rate_y": 0.13662,
        "angular_rate_z": 0.034088,
        "temperature": 74.471176,
    } == pytest.approx(bench.first(source), abs=1e-3)


def test_mpu6050_that_fell_asleep_gives_nothing(bench):
    chip = bench.registers({0x75: "68", 0x6B: "40"}, fixed=[0x6B])
    source = bench.on(chip, device="mpu6050")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("settings lost")


def test_adxl345(bench):
    # A capture of the three axes (sigrok-dumps, adxl345_axis); 256 steps for 1 g.
    chip = bench.registers({0x00: "e5", 0x32: "cfffe90091ff"})
    source = bench.on(chip, device="adxl345")

    assert {
        "acceleration_x": -49 / 256 * G,
        "acceleration_y": 233 / 256 * G,
        "acceleration_z": -111 / 256 * G,
    } == pytest.approx(bench.first(source))


def test_lis3dh(bench):
    # Computed: 12 bits at the left, 1 mg a digit.
    chip = bench.registers({0x0F: "33", 0x28: "80fe40034041"}, mask=0x7F)
    source = bench.on(chip, device="lis3dh")

    assert {
        "acceleration_x": -0.024 * G,
        "acceleration_y": 0.052 * G,
        "acceleration_z": 1.044 * G,
    } == pytest.approx(bench.first(source))


@pytest.mark.parametrize(
    ("device", "image", "fixed"),
    [("adxl345", {0x00: "e5"}, [0x2D]), ("lis3dh", {0x0F: "33"}, [0x20])],
)
def test_an_accelerometer_that_lost_its_settings_gives_nothing(bench, device, image, fixed):
    source = bench.on(bench.registers(image, fixed=fixed, mask=0x7F), device=device)

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("settings lost")


VL53L0X = {0xC0: "eeaa10", 0x13: "44", 0x14: "5c00000000001200002401a7"}


def test_vl53l0x(bench):
    # The result block as public drivers read it.
    source = bench.on(bench.registers(VL53L0X, fixed=[0x13]), device="vl53l0x")

    assert {"distance": 0.423} == pytest.approx(bench.first(source))


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ({0x13: "40"}, "not ready"),
        ({0x14: "2400000000001200002401a7"}, "range invalid"),  # computed: status 4, out of phase
    ],
)
def test_vl53l0x_refuses(bench, image, reason):
    source = bench.on(bench.registers(VL53L0X | image, fixed=[0x13]), device="vl53l0x")

    assert {} == bench.first(source, times=11)
    assert source.notes[0].startswith(reason)
