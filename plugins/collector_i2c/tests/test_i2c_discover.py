"""What `collector discover` makes of buses that misbehave, and of what stands below ``/sys``."""

import errno
import re
import tomllib
from contextlib import nullcontext

import pytest

from collector.testkit.i2c.chip import FakeChip
from collector_i2c.scan import discover
from collector_i2c.scan.discover import chips, kernel_devices

SENSOR = r"^[A-Za-z0-9 _-]{1,32}$"


class Bar:
    def advance(self, steps=1, note=""):
        pass


class Context:
    is_simulated = False
    ports = ()

    def __init__(self, clock):
        self.clock = clock
        self.said = []

    def say(self, text):
        self.said.append(text)

    def progress(self, label, total):
        return nullcontext(Bar())


class Acknowledging(FakeChip):
    """Takes everything, as a data line does that is held low."""

    def read(self, count):
        return bytes(count)

    def write(self, data):
        pass

    def reset(self):
        pass


class Holding(Acknowledging):
    """Holds the clock until the adapter gives up."""

    def write(self, data):
        raise OSError(errno.ETIMEDOUT, "held")

    read = write


@pytest.fixture
def context(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(discover, "SYS_ROOT", str(tmp_path))
    monkeypatch.setattr(discover, "Buses", lambda: bench.buses)
    monkeypatch.setattr(discover, "_NODE", "simulated:/dev/i2c-{}")
    return Context(bench.clock)


@pytest.fixture
def adapter(sys):
    """Have a bus of this number, under the name that its driver gives it."""
    return lambda number, name=b"bcm2835": (
        sys(f"class/i2c-dev/i2c-{number}", {}).joinpath("name").write_bytes(name)
    )


def hwmon(root, number, name, at="1-0040"):
    place = root / f"devices/i2c-1/{at}/hwmon/hwmon{number}"
    place.mkdir(parents=True)
    (place / "name").write_bytes(name)
    (root / "class/hwmon").mkdir(parents=True, exist_ok=True)
    (root / f"class/hwmon/hwmon{number}").symlink_to(place)


def test_a_bus_that_acknowledges_every_address_is_told_as_one_fault(bench, context, adapter):
    adapter(1)
    for address in range(0x08, 0x78):
        bench.bus().kernel.wires.add((), address, Acknowledging())

    assert [] == list(chips(context))
    assert "SDA is held low" in context.said[-1]


def test_a_bus_that_is_held_costs_no_other_bus(bench, context, adapter):
    adapter(1)
    adapter(2)
    for address in range(0x08, 0x78):
        bench.bus("/dev/i2c-1").kernel.wires.add((), address, Holding())
    bench.on(bench.registers({0xD0: "60"}), bus=2, device="bme280")

    [found] = list(chips(context))

    assert "bme280 at 0x76 on I2C bus 2" == found.title
    assert any("does not come free" in line for line in context.said)


def test_what_is_no_bus_is_passed_over(bench, context, adapter):
    for number in ("foo", "", "٣", 1):
        adapter(number, b"\xff\xfe")
    bench.on(bench.registers({0xD0: "60"}), device="bme280")

    assert 1 == len(list(chips(context)))


@pytest.mark.parametrize(
    "name",
    [
        *(b"ti,ads1015", b'a"b', rb"a\b", b"x" * 300, b"two\nlines", b"a\x00\x1b\x7fb"),
        b"\xff\xfe",
        *("café".encode(), "\N{THERMOMETER}".encode(), b"  spaces  ", b"-"),
    ],
)
def test_whatever_a_driver_calls_its_device_it_is_configured_under_that_name(
    context, tmp_path, name
):
    hwmon(tmp_path, 0, name)

    [found] = kernel_devices(context, "hwmon")

    [source] = tomllib.loads(found.toml)["source"]
    assert name.decode("utf-8", "replace").strip() == source["device"]
    assert source["sensor"].strip("- ")
    assert re.match(SENSOR, source["sensor"])


def test_links_that_lead_nowhere_and_folders_without_a_name_are_passed_over(context, tmp_path):
    hwmon(tmp_path, 0, b"lm75")
    hwmon(tmp_path, 1, b"")
    (tmp_path / "class/hwmon/hwmon2").symlink_to("hwmon2")
    (tmp_path / "class/hwmon/hwmon3").symlink_to("nowhere")
    (tmp_path / "class/hwmon/hwmon4").write_text("a file")

    assert ["lm75, which the kernel reads (hwmon)"] == [
        found.title for found in kernel_devices(context, "hwmon")
    ]


def test_devices_of_one_name_are_told_apart_by_their_place(context, tmp_path):
    hwmon(tmp_path, 0, b"lm75", "1-0048")
    hwmon(tmp_path, 1, b"lm75", "1-0049")

    sources = [tomllib.loads(f.toml)["source"][0] for f in kernel_devices(context, "hwmon")]

    assert ["1-0048", "1-0049"] == [source["at"] for source in sources]


@pytest.mark.parametrize("name", ["28-", "28-xyz", "10-ZZ", "w1_bus_master1", "28-0316A2794B2F"])
def test_what_is_no_number_of_a_thermometer_is_none(context, tmp_path, name):
    (tmp_path / "bus/w1/devices" / name).mkdir(parents=True)

    assert [] == list(kernel_devices(context, "w1"))
