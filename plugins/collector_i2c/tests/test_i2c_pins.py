"""PCF8574, PCF8575 and MCP23017: pins are read, and nothing is ever written to them."""

import pytest


def high(values):
    return {pin for pin, is_high in values.items() if is_high}


def test_pcf8574(bench):
    chip = bench.stream("a5")
    source = bench.on(chip, device="pcf8574")

    values = bench.first(source)

    assert 8 == len(values)
    assert {"pin0", "pin2", "pin5", "pin7"} == high(values)
    assert all(isinstance(value, bool) for value in values.values())
    assert [] == chip.written


def test_pcf8575(bench):
    chip = bench.stream("0180")
    source = bench.on(chip, device="pcf8575")

    assert {"pin0", "pin17"} == high(bench.first(source))
    assert [] == chip.written


MCP23017 = {0x00: "ffff", 0x12: "0180"}


def test_mcp23017(bench):
    chip = bench.registers(MCP23017)
    source = bench.on(chip, device="mcp23017", metrics=["pin0", "pin1", "pin15"])

    assert {"pin0": True, "pin1": False, "pin15": True} == bench.first(source)
    assert {"00"} == set(chip.written)


@pytest.mark.parametrize("image", [{0x00: "0000"}, {0x0A: "ff"}])
def test_mcp23017_refuses_a_bus_that_always_gives_the_same(bench, image):
    source = bench.on(bench.registers(MCP23017 | image), device="mcp23017")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith("stuck")
