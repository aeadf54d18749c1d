"""Every worked example of the hardware facts, through the real plugin, where they are at hand."""

import json
from pathlib import Path

import pytest

from collector import SourceFaultError, SourceUnavailableError
from collector_i2c.simulated.model import Model, no_acknowledge
from collector_i2c.simulated.registers import Registers
from collector_i2c.simulated.wiring import Mux

PROJECT = Path(__file__).parents[3]
FILE = PROJECT.parent / "shared" / "hardware" / "i2c_vectors.json"

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the vectors are not beside the project")

VECTORS = json.loads(FILE.read_text())["vectors"] if FILE.exists() else []


class Reg8(Registers):
    def __init__(self, model):
        self.mask = int(model.get("ptr_mask", "0xff"), 16)
        self.readonly = {int(register, 16) for register in model.get("readonly", ())}
        self.on_write = model.get("on_write", {})
        super().__init__({int(at, 16): bytes.fromhex(text) for at, text in model["mem"].items()})

    def pointed(self, byte):
        return byte & self.mask

    def write(self, data):
        super().write(data)
        changed = self.on_write.get(data.hex(), {})
        self.load({int(at, 16): bytes.fromhex(text) for at, text in changed.items()})

    def store(self, register, byte):
        if register not in self.readonly:
            super().store(register, byte)


class Reg16(Model):
    def __init__(self, model, name="regs"):
        self.registers = {int(at, 16): bytes.fromhex(text) for at, text in model[name].items()}
        self.readonly = {int(register, 16) for register in model.get("readonly", ())}
        self.pointer = 0

    def write(self, data):
        if data:
            self.pointer = data[0]
        if len(data) == 3 and self.pointer not in self.readonly:
            self.registers[self.pointer] = data[1:]

    def read(self, count):
        if self.pointer not in self.registers:
            raise no_acknowledge()
        return self.registers[self.pointer][:count]

    def reset(self):
        raise NotImplementedError


class Commands(Model):
    def __init__(self, model):
        self.responses = {text: bytes.fromhex(r) for text, r in model["responses"].items()}
        self.command = ""

    def write(self, data):
        self.command = data.hex()

    def read(self, count):
        answer = self.responses.get(self.command, b"") or self.responses.get("", b"")
        if not answer:
            raise no_acknowledge()
        return (answer + b"\xff" * count)[:count]

    def reset(self):
        raise NotImplementedError


class Stream(Model):
    def __init__(self, model):
        self.data = bytes.fromhex(model["data"])

    def write(self, data):
        pass

    def read(self, count):
        return self.data[:count]

    def reset(self):
        raise NotImplementedError


MODELS = {
    "reg8": Reg8,
    "reg16": Reg16,
    "reg3": lambda model: Reg16(model, "regs3"),
    "cmd": Commands,
    "stream": Stream,
}


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
    "PCF8591": lambda params: {"channel": params["channel"], "vref": params["vref"]},
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
        MODELS[vector["model"]["style"]](vector["model"]),
        interval_s=1.0,
        device=vector["sensor"].lower(),
        address=int(vector["address"], 16),
        options=options_of(vector),
        metrics=expected,
    )


def outcome_of(bench, source):
    """Return the values, or in one word why there are none."""
    try:
        source.open()
        for _ in range(16):  # some chips warm up
            bench.clock.advance(1.0)
            values = bench.read(source)
            if values:
                return values, source.notes
    except (SourceFaultError, SourceUnavailableError) as error:
        return {}, (str(error), *source.notes)
    return {}, source.notes


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
