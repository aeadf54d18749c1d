"""Examples and refusals of BH1750, TSL2561, VEML7700.

Bytes and values are facts of the sources named beside them. "Computed" says that the value follows
from the data sheet's formula for bytes that were recorded or chosen.
"""

import pytest

from collector import SourceFaultError
from collector.testkit.i2c.chip import FakeChip


def test_bh1750(bench):
    # A capture: raw 41 in the one-time high-resolution mode, time 69 (sigrok-dumps, rohm_bh1750).
    chip = bench.stream("0029")
    source = bench.on(chip, device="bh1750")

    assert {"illuminance": 34.166666667} == pytest.approx(bench.first(source))
    assert ["01", "42", "65", "20"] == chip.written[-4:]


@pytest.mark.parametrize(
    ("options", "lux"),
    [
        ({}, 28066.67),  # the data sheet's example
        ({"mode": "high2"}, 14033.33),
        ({"measurement_time": 138}, 14033.33),
        ({"counts_per_lux": 0.96}, 35083.33),
    ],
)
def test_bh1750_reckons_with_its_settings(bench, options, lux):
    source = bench.on(bench.stream("8390"), device="bh1750", options=options)

    assert {"illuminance": lux} == pytest.approx(bench.first(source))


def test_bh1750_refuses_more_light_than_it_can_count(bench):
    source = bench.on(bench.stream("ffff"), device="bh1750")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("overflow")


@pytest.mark.parametrize(
    ("data", "options", "lux"),
    [
        ("f4019600", {}, 151.271233),
        ("d0074c04", {"gain": 16}, 10.7),
        ("b80b3408", {}, 100.32),
        ("20038403", {"gain": 16, "integration": "101ms"}, 0.636832),
    ],
)
def test_tsl2561(bench, data, options, lux):
    # Computed by the data sheet's equation for the T, FN and CL packages.
    chip = bench.registers({0x0A: "50", 0x0C: data}, mask=0x0F)
    source = bench.on(chip, device="tsl2561", options=options)

    values = bench.first(source)

    assert lux == pytest.approx(values["illuminance"], abs=1e-3)
    assert int.from_bytes(bytes.fromhex(data[:4]), "little") == values["ch0"]


@pytest.mark.parametrize(
    ("image", "reason"),
    [({0x0C: "ffff9600"}, "overflow"), ({0x0C: "f4019600", 0x00: "00"}, "settings lost")],
)
def test_tsl2561_refuses(bench, image, reason):
    chip = bench.registers({0x0A: "50", **image}, fixed=[0x00] if 0 in image else [], mask=0x0F)
    source = bench.on(chip, device="tsl2561")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith(reason)


def test_tsl2561_knows_another_package(bench):
    source = bench.on(bench.registers({0x0A: "10"}, mask=0x0F), device="tsl2561")

    with pytest.raises(SourceFaultError, match="another package"):
        source.open()


@pytest.mark.parametrize(
    ("options", "config", "lux"),
    [
        ({}, "000000", 99.456),
        ({"gain": "1/4"}, "000018", 397.824),
        ({"gain": "2", "integration_ms": 800}, "00c008", 6.216),
        ({"lux_per_count": 0.0036}, "000000", 85.248),
    ],
)
def test_veml7700(bench, options, config, lux):
    # Computed by the constants of Vishay's note; 1480 counts.
    chip = bench.words({0: "0100", 4: "c805", 7: "81c4"})
    source = bench.on(chip, device="veml7700", options=options)

    assert {"illuminance": lux} == pytest.approx(bench.first(source))
    assert config in chip.written


@pytest.mark.parametrize(
    ("image", "reason"), [({4: "ffff"}, "overflow"), ({0: "0100"}, "settings lost")]
)
def test_veml7700_refuses(bench, image, reason):
    chip = bench.words({0: "0000", 4: "c805", 7: "81c4"} | image, fixed=[0])
    source = bench.on(chip, device="veml7700")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith(reason)


class Bh1750ThatFails(FakeChip):
    """Measures 41 counts, but not in its first conversion."""

    def __init__(self):
        self.conversions = 0

    def write(self, data):
        self.conversions += data == b"\x20"

    def read(self, count):
        return b"\x00\x00" if self.conversions == 1 else b"\x00\x29"

    def reset(self):
        raise NotImplementedError


def test_bh1750_that_was_reset_while_it_measured_is_not_taken_for_darkness(bench):
    source = bench.on(Bh1750ThatFails(), device="bh1750")

    assert {"illuminance": 34.166666667} == pytest.approx(bench.first(source))


def test_bh1750_believes_in_darkness_that_lasts(bench):
    source = bench.on(bench.stream("0000"), device="bh1750")

    assert {"illuminance": 0.0} == bench.first(source)
