"""The source as the collector sees it: opening, notes, and leaving the kernel's chips alone."""

import pickle

import pytest

from collector import Deadline, SourceFaultError, SourceUnavailableError
from collector_i2c.plugin import collector_source_kinds
from collector_i2c.settings import I2cSettings
from collector_i2c.source import I2cSource


def bind(root, device, driver):
    folder = root / "bus/i2c/devices" / device
    folder.mkdir(parents=True)
    (folder / "driver").symlink_to(f"../../../../bus/i2c/drivers/{driver}")


def real(bench, **settings):
    return I2cSource(I2cSettings(**settings), bench.context(), bench.buses)


def test_a_chip_that_a_kernel_driver_has_is_left_to_it(bench, tmp_path):
    bind(tmp_path, "7-0076", "bmp280")
    source = real(bench, device="bme280", bus=7, sys_root=str(tmp_path))

    with pytest.raises(SourceFaultError) as raised:
        source.open()

    assert (
        '0x76 belongs to the kernel driver \'bmp280\': read it with plugin "iio" or "hwmon", or'
        " take it away from the kernel: echo 7-0076 > /sys/bus/i2c/drivers/bmp280/unbind"
    ) == str(raised.value)


def test_a_multiplexer_that_a_kernel_driver_has_is_left_to_it(bench, tmp_path):
    bind(tmp_path, "7-0070", "pca954x")
    mux = {"address": 0x70, "channel": 1}
    source = real(bench, device="bme280", bus=7, mux=mux, sys_root=str(tmp_path))

    with pytest.raises(SourceFaultError, match="0x70 belongs to the kernel driver 'pca954x'"):
        source.open()


def test_a_chip_that_no_driver_has_is_opened(bench, tmp_path):
    bind(tmp_path, "7-0077", "bmp280")
    source = real(bench, device="bme280", bus=7, sys_root=str(tmp_path))

    with pytest.raises(SourceUnavailableError, match="no /dev/i2c-7"):
        source.open()


def test_making_a_source_touches_nothing(bench):
    real(bench, device="bme280", bus=99, sys_root="/nonexistent")


def test_a_source_may_be_closed_twice_and_before_it_is_opened(bench):
    source = bench.simulated(device="bme280")

    source.close()
    source.open()
    source.close()
    source.close()


def test_a_source_that_is_not_open_is_unavailable(bench):
    with pytest.raises(SourceUnavailableError, match="not open"):
        bench.read(bench.simulated(device="bme280"))


def test_the_last_source_of_a_bus_closes_it(bench):
    sources = [bench.simulated(f"chip{at}", device="bme280", address=at) for at in (0x76, 0x77)]
    for source in sources:
        source.open()
        bench.read(source)
    bus = sources[0]._turns.bus

    sources[0].close()
    assert bus._bus is not None
    sources[1].close()

    assert bus._bus is None


def test_a_chip_that_has_nothing_yet_after_its_start_is_not_counted(bench):
    source = bench.on(bench.commands({"e4b8": "8000a2"}), device="scd41")
    source.open()

    assert {} == bench.read(source)
    assert () == source.notes


def test_refusals_are_counted_by_their_reason_with_the_last_of_each(bench):
    source = bench.on(bench.commands({"2400": "beef00beef92"}), device="sht31")
    source.open()

    bench.read(source)
    bench.read(source)

    assert (
        "wrong CRC: 6 answers refused, last: be ef came with 0x00 instead of 0x92",
        "4 transfers or readings had to be tried again",
    ) == source.notes


def test_a_chip_that_is_refused_for_long_is_opened_anew(bench):
    source = bench.on(bench.commands({"2400": "beef00beef92"}), device="sht31")
    source.open()

    for _ in range(3):
        assert {} == bench.read(source)
        bench.clock.advance(10.0)

    with pytest.raises(SourceUnavailableError, match=r"0x44: wrong CRC: be ef came with"):
        bench.read(source)


def test_a_reading_bears_the_instant_of_its_conversion(bench):
    source = bench.simulated(device="bme280")
    source.open()
    values, taken_at = source._turns.result(source._turn, _deadline(bench))

    assert values
    assert bench.clock.now() == taken_at


def _deadline(bench):
    return Deadline.after(bench.clock, 5)


def test_the_kind_makes_sources_that_share_their_bus(bench):
    [kind] = collector_source_kinds()
    made = []
    for address in (0x76, 0x77):
        context = bench.context(f"chip{address}")
        simulator = kind.simulate(I2cSettings(device="bme280", address=address), context)
        source = kind.create(simulator.start(), context)
        source.open()
        made.append(source)

    assert made[0]._turns is made[1]._turns
    assert "i2c://simulated:/dev/i2c-1" == made[0].link == made[1].link


def test_simulated_chips_are_there_in_another_process_too(bench):
    [kind], [kind_elsewhere] = collector_source_kinds(), collector_source_kinds()
    for address in (0x76, 0x77):
        context = bench.context(f"chip{address}")
        settings = kind.simulate(I2cSettings(device="bme280", address=address), context).start()

        source = kind_elsewhere.create(pickle.loads(pickle.dumps(settings)), context)
        source.open()

        assert "pressure" in bench.read(source)


def test_a_source_that_is_made_twice_has_one_simulated_chip(bench):
    [kind], [kind_elsewhere] = collector_source_kinds(), collector_source_kinds()
    settings = kind.simulate(I2cSettings(device="bme280"), bench.context()).start()

    sources = [kind_elsewhere.create(settings, bench.context()) for _ in range(2)]

    wires = sources[0].buses.simulated[settings.node].kernel.wires
    assert 1 == len(list(wires.at(0x76)))


def test_a_simulated_chip_is_gone_when_its_simulator_stops(bench):
    [kind] = collector_source_kinds()
    context = bench.context()
    simulator = kind.simulate(I2cSettings(device="bme280"), context)
    source = kind.create(simulator.start(), context)
    simulator.stop()

    with pytest.raises(SourceUnavailableError, match="nothing acknowledges"):
        source.open()
