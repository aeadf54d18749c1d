"""Every worked example of the hardware facts, through the real plugin, where they are at hand."""

import json
from pathlib import Path

import pytest

from collector import SourceFaultError, SourceUnavailableError
from collector_i2c.simulated.wiring import Mux

PROJECT = Path(__file__).parents[3]
FILE = PROJECT.parent / "shared" / "hardware" / "i2c_vectors.json"

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the vectors are not beside the project")

VECTORS = json.loads(FILE.read_text())["vectors"] if FILE.exists() else []


def hex_keys(table):
    return {int(key, 16): value for key, value in table.items()}


def model_of(bench, model):
    """Return a double that plays a vector's model."""
    fixed = [int(register, 16) for register in model.get("readonly", ())]
    match model["style"]:
        case "reg8":
            changes = {
                written: {at: bytes.fromhex(text) for at, text in hex_keys(image).items()}
                for written, image in model.get("on_write", {}).items()
            }
            mask = int(model.get("ptr_mask", "0xff"), 16)
            return bench.registers(hex_keys(model["mem"]), fixed, mask, changes)
        case "reg16":
            return bench.words(hex_keys(model["regs"]), fixed)
        case "reg3":
            return bench.words(hex_keys(model["regs3"]), fixed)
        case "cmd":
            return bench.commands(model["responses"])
    return bench.stream(model["data"])


def options_of(vector):
    """Return the options that stand for a vector's parameters."""
    return OPTIONS.get(vector["sensor"], lambda _params: {})(vector["params"])


MUX = ["A0-A1", "A0-A3", "A1-A3", "A2-A3", "A0", "A1", "A2", "A3"]
FULL_SCALE = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256]
RATES = {
    "ADS1115": [8, 16, 32, 64, 128, 250, 475, 860],
    "ADS1015": [128, 250, 490, 920, 1600, 2400, 3300],
}


def ads1x15_options(sensor, params):
    config = int(params["config"], 16)
    channel = {"input": MUX[config >> 12 & 7], "full_scale": FULL_SCALE[config >> 9 & 7]}
    return {"inputs": [channel], "rate": RATES[sensor][config >> 5 & 7]}


def mcp3421_options(params):
    config = int(params["config"], 16)
    return {"resolution": [12, 14, 16, 18][config >> 2 & 3], "gain": 1 << (config & 3)}


def ina2xx_options(params):
    names = {"shunt_ohm": "shunt_ohm", "current_lsb_a": "current_lsb"}
    return {names[name]: value for name, value in params.items()}


def veml7700_options(params):
    config = int(params["config"], 16)
    times = {0xC: 25, 0x8: 50, 0: 100, 1: 200, 2: 400, 3: 800}
    return {
        "gain": ["1", "2", "1/8", "1/4"][config >> 11 & 3],
        "integration_ms": times[config >> 6 & 15],
        "lux_per_count": params["lx_per_count_g2_it800"],
    }


OPTIONS = {
    "PCF8591": lambda params: {"inputs": [{"channel": params["channel"]}], "vref": params["vref"]},
    "ADS1115": lambda params: ads1x15_options("ADS1115", params),
    "ADS1015": lambda params: ads1x15_options("ADS1015", params),
    "MCP3421": mcp3421_options,
    "INA219": ina2xx_options,
    "INA226": ina2xx_options,
    "BH1750": lambda params: {"mode": "high", "measurement_time": params["mtreg"]},
    "TSL2561": lambda params: {
        "integration": params["integration"],
        "gain": params["gain"],
        "package": "T",
    },
    "VEML7700": veml7700_options,
}


def source_of(bench, vector):
    expected = [each["metric"] for each in vector["expected"]]
    return bench.on(
        model_of(bench, vector["model"]),
        interval_s=1.0,
        device=vector["sensor"].lower(),
        address=int(vector["address"], 16),
        options=options_of(vector),
        metrics=expected,
    )


def outcome_of(bench, source):
    """Return the values, and what was said about those that are missing."""
    try:
        every_s = 1.0 if source._settings.device == "sgp30" else 2.5
        return bench.first(source, every_s=every_s), source.notes
    except (SourceFaultError, SourceUnavailableError) as error:
        return {}, (str(error), *source.notes)


REASONS = {
    "crc": "wrong CRC",
    "chip_id": "wrong chip",
    "busy": "busy",
    "not_ready": "not ready",
    "overflow": "overflow",
    "range_invalid": "range invalid",
    "sensor_error_flag": "error flag",
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_worked_example_comes_out(bench, vector):
    if vector["sensor"] == "TCA9548A":
        mux = Mux()
        mux.write(bytes.fromhex(vector["transactions"][0]["w"]))
        assert bytes((vector["expected"][0]["value"],)) == mux.read(1)
        return
    source = source_of(bench, vector)

    values, notes = outcome_of(bench, source)

    for each in vector["expected"]:
        value = each["value"]
        if not isinstance(value, str):
            value = pytest.approx(value, abs=each["tol"] + 1e-12)
        assert value == values[each["metric"]]
        [metric] = [metric for metric in source.metrics if metric.id == each["metric"]]
        assert each.get("valueUnit") == (str(metric.unit) if metric.unit else None)
        if "valueType" in each:
            assert each["valueType"] == str(metric.type)
    if vector["expect_error"]:
        assert {} == values
        assert any(REASONS[vector["expect_error"]] in note for note in notes), notes
