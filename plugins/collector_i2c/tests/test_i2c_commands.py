"""The commands: what a scan shows and suggests, and the list of chips."""

import argparse
import contextlib
import tomllib
from dataclasses import replace

import pytest

from collector import ConfiguredSource, SourceUnavailableError, UsageError
from collector_i2c.chips.catalogue import NAMES, chosen
from collector_i2c.muxes import Hop
from collector_i2c.plugin import collector_command
from collector_i2c.scan.found import Found
from collector_i2c.scan.kernel import KernelDevice, devices
from collector_i2c.scan.suggest import kernel_suggestions, suggestion
from collector_i2c.settings import I2cSettings
from collector_i2c.simulator import I2cSimulator
from collector_i2c.source import I2cSource


class Context:
    """What the collector lends a command, kept for a test to look at."""

    def __init__(self, bench, *settings):
        self.bench = bench
        self.clock = bench.clock
        self.settings = settings
        self.lines = []
        self.shown = None

    def add_config(self, parser):
        parser.add_argument("--config")
        parser.add_argument("--simulate", action="store_true")

    def sources(self, arguments):
        return [
            ConfiguredSource(
                name=f"chip{number}",
                sensor="cabinet",
                settings=made,
                interval_s=10.0,
                timeout_s=5.0,
                source=I2cSource(made, self.bench.context(), self.bench.buses),
            )
            for number, made in enumerate(self.settings)
        ]

    @contextlib.contextmanager
    def simulated(self, source):
        simulator = I2cSimulator(source.settings, self.bench.context(), self.bench.buses)
        started = simulator.start()
        made = I2cSource(started, self.bench.context(), self.bench.buses)
        yield replace(source, settings=started, source=made)
        simulator.stop()

    def print(self, text=""):
        self.lines.append(text)

    def table(self, headers, rows):
        self.shown = list(rows)

    def json(self, value):
        self.shown = value

    @contextlib.contextmanager
    def progress(self, label, total):
        yield argparse.Namespace(advance=lambda: None)


def run(context, *words):
    command = collector_command()
    parser = argparse.ArgumentParser()
    command.configure(parser, context)
    return command.run(parser.parse_args(words), context)


def chips(*names, **keys):
    return [I2cSettings(device=name, **keys) for name in names]


def test_a_multiplexer_that_is_not_there_is_told(bench):
    context = Context(bench, *chips("bme280"))

    assert 0 == run(context, "scan", "--simulate", "--mux", "0x71")

    assert "bus 1: no multiplexer at 0x71" == context.lines[0]


def test_the_command_scans_simulated_chips_and_suggests_a_configuration(bench):
    context = Context(bench, *chips("bme280", "sht31", "ads1115"))

    assert 0 == run(context, "scan", "--simulate")

    assert [("1", "0x44"), ("1", "0x48"), ("1", "0x76")] == [row[:2] for row in context.shown]
    sources = tomllib.loads("\n".join(context.lines))["source"]
    assert ["sht30", "bme280"] == [source["device"] for source in sources]


def test_what_is_suggested_is_a_configuration_of_the_kind(bench):
    context = Context(bench, *chips("bme280", "mpu6050"))
    run(context, "scan", "--simulate")

    for source in tomllib.loads("\n".join(context.lines))["source"]:
        assert "i2c" == source.pop("plugin")
        assert {"sensor", "interval"} <= source.keys()
        own = {key: source[key] for key in source.keys() - {"sensor", "interval"}}
        assert own["device"] == I2cSettings.model_validate(own).device


def test_the_command_gives_json_for_programs(bench):
    context = Context(bench, *chips("bme280"))

    run(context, "scan", "--simulate", "--json")

    found = {
        "bus": 1,
        "address": 0x76,
        "mux": [],
        "device": "bme280",
        "candidates": [],
        "driver": None,
    }
    assert {"found": [found], "remarks": []} == context.shown


def test_a_bus_that_fails_costs_the_others_nothing(bench):
    held = chips("bme280", simulate={"nack": 1.0, "errno": "ETIMEDOUT"})
    context = Context(bench, *held, *chips("bmp388", bus=2))

    assert 0 == run(context, "scan", "--simulate")

    assert [("2", "0x76")] == [row[:2] for row in context.shown]
    assert context.lines[0].startswith("bus 1: simulated:/dev/i2c-1 is left alone: 0x76: the bus")


def test_buses_of_displays_are_left_alone_unless_they_are_named(bench, tmp_path):
    for number, name in ((1, "bcm2835 (i2c@7e804000)"), (20, "fef04500.i2c vc4 hdmi")):
        place = tmp_path / f"class/i2c-dev/i2c-{number}"
        place.mkdir(parents=True)
        (place / "name").write_text(f"{name}\n")
    context = Context(bench)

    assert 1 == run(context, "scan", "--sys-root", str(tmp_path))

    assert [
        "nothing answers",
        "bus 20: fef04500.i2c vc4 hdmi: name its number to look at it",
        "bus 1: there is no /dev/i2c-1: switch I2C on (raspi-config) or load i2c-dev",
    ] == context.lines


def test_a_scan_that_finds_nothing_says_so(bench):
    context = Context(bench, *chips("bme280", bus=3))

    assert 1 == run(context, "scan", "4", "--simulate", "--sys-root", "/nonexistent")
    assert "nothing answers" == context.lines[0]


def test_without_any_bus_the_command_tells_how_to_get_one(bench):
    with pytest.raises(SourceUnavailableError, match="no I2C bus here"):
        run(Context(bench), "scan", "--sys-root", "/nonexistent")


def test_an_address_that_no_multiplexer_has_is_refused(bench, capsys):
    with pytest.raises(SystemExit):
        run(Context(bench), "scan", "--mux", "0x20")
    assert "must be 0x70 to 0x77" in capsys.readouterr().err


def test_all_chips_are_listed(bench):
    context = Context(bench)

    run(context, "chips")

    assert list(NAMES) == [row[0] for row in context.shown]


def test_one_chip_is_shown_with_the_meaning_of_its_options(bench):
    context = Context(bench)

    run(context, "chips", "bh1750")

    assert "bh1750: ROHM BH1750" == context.lines[0]
    assert {"mode", "measurement_time", "counts_per_lux"} == {row[0] for row in context.shown}


def test_a_chip_that_is_not_known_is_told_with_the_nearest(bench):
    with pytest.raises(UsageError, match="did you mean 'bme280'"):
        run(Context(bench), "chips", "bme208")


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_means(name):
    assert all(chosen(name).options.values())


def test_a_chip_behind_two_multiplexers_is_suggested_with_both():
    text = suggestion(Found((Hop(0x70, 1), Hop(0x71, 2)), 0x76, device="bme280"), "/dev/i2c-x")

    [source] = tomllib.loads(text)["source"]

    assert "/dev/i2c-x" == source["bus"]
    assert [{"address": 0x70, "channel": 1}, {"address": 0x71, "channel": 2}] == source["mux"]


def test_devices_of_the_kernel_are_suggested_for_their_kinds(tmp_path):
    for place, link in [
        ("devices/platform/i2c-1/1-0076/iio:device0", "bus/iio/devices/iio:device0"),
        ("devices/platform/i2c-1/1-0044/hwmon/hwmon2", "class/hwmon/hwmon2"),
        ("devices/platform/thermal/hwmon/hwmon0", "class/hwmon/hwmon0"),
    ]:
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "name").write_text(f"{place[-6:-1]}\n".replace(":", ""))
        (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / link).symlink_to(tmp_path / place)
    (tmp_path / "bus/w1/devices/28-0316a2794b2f").mkdir(parents=True)
    (tmp_path / "bus/w1/devices/w1_bus_master1").mkdir(parents=True)

    seen = list(devices(str(tmp_path)))

    assert [
        KernelDevice("iio", "evice", "1-0076"),
        KernelDevice("hwmon", "hwmon", "1-0044"),
        KernelDevice("w1", "28-0316a2794b2f"),
    ] == seen
    texts = [text for _, text in kernel_suggestions(seen)]
    assert ["iio", "hwmon", "w1"] == [tomllib.loads(text)["source"][0]["plugin"] for text in texts]
