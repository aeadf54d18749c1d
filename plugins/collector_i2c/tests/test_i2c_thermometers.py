"""Examples and refusals of MCP9808, TMP102, LM75, TMP117, DS3231, MLX90614.

Bytes and values are facts of the sources named beside them. "Computed" says that the value follows
from the data sheet's formula for bytes that were recorded or chosen.
"""

import pytest

from collector import SourceFaultError


@pytest.mark.parametrize(
    ("word", "celsius"),
    [("00a0", 10.0), ("1f60", -10.0), ("3ff0", -1.0), ("c19c", 25.75)],
)
def test_mcp9808(bench, word, celsius):
    # The first three from periph/devices mcp9808, the last computed: flags stand above 13 bits.
    source = bench.on(bench.words({5: word, 6: "0054", 7: "0400"}), device="mcp9808")

    assert {"temperature": celsius} == bench.first(source)


@pytest.mark.parametrize("registers", [{6: "0055", 7: "0400"}, {6: "0054", 7: "0500"}])
def test_mcp9808_knows_another_chip(bench, registers):
    source = bench.on(bench.words({5: "00a0", **registers}), device="mcp9808")

    with pytest.raises(SourceFaultError, match="gave"):
        source.open()


@pytest.mark.parametrize(
    ("word", "celsius"),
    [("6400", 100.0), ("e700", -25.0), ("c900", -55.0), ("1910", 25.0625), ("4b01", 150.0)],
)
def test_tmp102(bench, word, celsius):
    # Table 8 of the data sheet by way of periph/devices tmp102; the last two computed, the very
    # last in extended mode.
    source = bench.on(bench.words({0: word, 1: "60a0"}), device="tmp102")

    assert {"temperature": celsius} == bench.first(source)


@pytest.mark.parametrize("word", ["0000", "ffff"])
def test_tmp102_refuses_a_bus_that_always_gives_the_same(bench, word):
    source = bench.on(bench.words({0: word, 1: word}), device="tmp102")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("stuck")


@pytest.mark.parametrize(("word", "celsius"), [("1e80", 30.5), ("1d80", 29.5), ("ff80", -0.5)])
def test_lm75(bench, word, celsius):
    # Captures of an FM75, which has its registers (sigrok-dumps, rding_temper); the last computed.
    source = bench.on(bench.words({0: word, 3: "5000"}), device="lm75", address=0x4F)

    assert {"temperature": celsius} == bench.first(source)


@pytest.mark.parametrize("word", ["0000", "ffff"])
def test_lm75_refuses_a_bus_that_always_gives_the_same(bench, word):
    source = bench.on(bench.words({0: word, 3: word}), device="lm75")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("stuck")


@pytest.mark.parametrize(("word", "celsius"), [("0c80", 25.0), ("f380", -25.0), ("3200", 100.0)])
def test_tmp117(bench, word, celsius):
    # The data sheet's table of the format.
    source = bench.on(bench.words({0: word, 0x0F: "0117"}), device="tmp117")

    assert {"temperature": celsius} == bench.first(source)


def test_tmp117_has_nothing_before_its_first_conversion(bench):
    source = bench.on(bench.words({0: "8000", 0x0F: "0117"}), device="tmp117")

    assert {} == bench.first(source, times=11)
    assert source.notes[0].startswith("not ready")


DS3231 = {0x00: "53051401070920", 0x0E: "1c08", 0x11: "1900"}


def test_ds3231(bench):
    # A capture of clock and temperature (sigrok-dumps, rtc_dallas_ds3231).
    source = bench.on(bench.registers(DS3231), device="ds3231")

    assert {"temperature": 25.0, "rtc_time": "2020-09-07T14:05:53"} == bench.first(source)


def test_ds3231_has_quarters_of_a_degree(bench):
    # The data sheet's example.
    source = bench.on(bench.registers(DS3231 | {0x11: "1940"}), device="ds3231")

    assert 25.25 == bench.first(source)["temperature"]


def test_ds3231_that_was_stopped_gives_no_time(bench):
    source = bench.on(bench.registers(DS3231 | {0x0F: "88"}), device="ds3231")

    assert {"temperature"} == set(bench.first(source))
    assert source.notes == (
        "error flag: 1 answers refused, last: its clock has been stopped: set it",
    )


def test_ds3231_whose_bus_gives_ones_gives_nothing(bench):
    source = bench.on(bench.registers({0: "ff" * 256}), device="ds3231")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("stuck")


def test_mlx90614(bench):
    # eldruin/mlx9061x-rs for the ambient, a capture for the object (its PEC computed).
    source = bench.on(bench.words({6: "263a66", 7: "273a65"}), device="mlx90614")

    assert {"ambient_temperature": 24.57, "object_temperature": 24.59} == pytest.approx(
        bench.first(source)
    )


def test_mlx90614_asks_only_for_what_is_wanted(bench):
    chip = bench.words({7: "273a65"})
    source = bench.on(chip, device="mlx90614", metrics=["object_temperature"])

    assert {"object_temperature": 24.59} == pytest.approx(bench.first(source))
    assert ["07"] == chip.written


@pytest.mark.parametrize(
    ("word", "reason"),
    [("263a67", "wrong CRC"), ("26baef", "error flag")],  # computed: bit 15, and its PEC
)
def test_mlx90614_refuses(bench, word, reason):
    source = bench.on(bench.words({6: word, 7: "273a65"}), device="mlx90614")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith(reason)
