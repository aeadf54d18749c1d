"""Simulated chips that do wrong what real ones do: none of it becomes a value."""

import pytest

from collector import SourceFaultError, SourceUnavailableError


def attempt(bench, source):
    """Return the values of one reading; open the source anew after a failure, as a link does."""
    try:
        return bench.read(source)
    except SourceUnavailableError:
        source.close()
        source.open()
        return {}


@pytest.mark.parametrize("percent", [1, 10, 30, 60, 100])
@pytest.mark.parametrize("device", ["bme280", "sht31", "ads1115"])
def test_no_share_of_failing_transfers_makes_a_wrong_value(bench, device, percent):
    settings = {"device": device, "simulate": {"nack": percent / 100, "seed": percent}}
    source = bench.simulated(**settings)
    reference = bench.simulated(device=device, bus=2)
    reference.open()
    good = 0

    for _ in range(200):
        bench.clock.advance(10.0)
        try:
            source.open()
            values = bench.read(source)
        except SourceUnavailableError:
            continue
        finally:
            source.close()
        good += bool(values)
        for metric, value in bench.read(reference).items():
            assert value == pytest.approx(values[metric], rel=0.01, abs=0.05)

    assert good >= {1: 195, 10: 150, 30: 20}.get(percent, 0)
    assert good == 0 or percent < 100


@pytest.mark.parametrize("device", ["sht31", "sht40", "htu21d", "aht20", "scd41", "mlx90614"])
def test_a_damaged_answer_is_never_a_value_where_the_chip_has_a_crc(bench, device):
    source = bench.simulated(device=device, simulate={"crc": 0.3})
    reference = bench.simulated(device=device, bus=2)
    source.open()
    reference.open()
    bench.clock.advance(20.0)
    good = 0

    for _ in range(300):
        bench.clock.advance(10.0)
        values, right = attempt(bench, source), bench.read(reference)
        for metric, value in values.items():
            assert right[metric] == pytest.approx(value, rel=0.01, abs=0.05)
        good += bool(values)

    assert 30 < good < 300
    assert source.notes[0].startswith("wrong CRC")


@pytest.mark.parametrize(
    "device",
    [
        *("bme280", "bmp388", "bme680", "ads1115", "mcp3421", "ina219", "ina226"),
        *("tsl2561", "veml7700", "mpu6050", "adxl345", "lis3dh", "aht20"),
    ],
)
def test_a_chip_that_was_reset_is_set_up_again_before_it_gives_a_value(bench, device):
    source = bench.simulated(device=device, simulate={"reset": 0.05})
    reference = bench.simulated(device=device, bus=2)
    source.open()
    reference.open()
    good = 0

    for _ in range(200):
        bench.clock.advance(10.0)
        values, right = attempt(bench, source), bench.read(reference)
        good += bool(values)
        for metric, value in values.items():
            assert right[metric] == pytest.approx(value, rel=0.05, abs=0.1)

    assert good > 150


@pytest.mark.parametrize(
    "device", ["bme280", "bmp388", "bme680", "ads1115", "mcp3421", "ina226", "aht20", "scd41"]
)
def test_a_chip_that_never_finishes_gives_nothing_and_in_the_end_is_unavailable(bench, device):
    source = bench.simulated(device=device, simulate={"not_ready": True})
    source.open()

    assert {} == bench.read(source)
    assert source.notes == () or "busy" in source.notes[0] or "not ready" in source.notes[0]
    for _ in range(2):
        bench.clock.advance(10.0)
        assert {} == bench.read(source)
    bench.clock.advance(10.0)
    with pytest.raises(SourceUnavailableError, match=r"busy|not ready"):
        bench.read(source)


@pytest.mark.parametrize("device", ["bme280", "bmp388", "bme680", "ina226", "tmp117", "mpu6050"])
def test_another_chip_is_a_fault_that_waits_for_a_human(bench, device):
    source = bench.simulated(device=device, simulate={"wrong_id": True})

    with pytest.raises(SourceFaultError):
        source.open()
    source.close()
