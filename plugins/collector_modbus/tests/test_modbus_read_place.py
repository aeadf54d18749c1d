"""``collector modbus read``: which link and unit it asks, by options or by a configuration."""

import json

import pytest

from collector.cli import main
from collector.clock import SystemClock
from collector_modbus.registers.table import Table
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.registers import DeviceRegisters

SOURCE = """
[[source]]
plugin = "modbus"
sensor = "{sensor}"
interval = "10s"
link = {{ type = "tcp", host = "127.0.0.1", port = {port} }}
unit_id = {unit_id}
profile = "eastron-sdm120"
"""


@pytest.fixture
def gateway():
    with SimulatedBus("tcp", SystemClock()) as made:
        yield made


def holding(words, address=52, unit_id=1):
    """A device with these holding registers, and no others."""
    registers = DeviceRegisters(strict=True)
    registers.set_words(Table.HOLDING, address, words)
    return SimulatedDevice(unit_id, registers=registers)


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Write a configuration with these sources; give its name."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "ca.crt").write_text("x")

    def write(*sources):
        file = tmp_path / "collector.toml"
        tables = "".join(SOURCE.format(**source) for source in sources)
        file.write_text(f'[agent]\nca_file = "ca.crt"\n{tables}', "utf-8")
        return str(file)

    return write


def test_link_and_unit_can_be_those_of_a_source(gateway, capsys, config):
    gateway.add(holding([0x4366, 0x6666], unit_id=5))
    port = gateway.link().port
    file = config(
        {"sensor": "hall", "port": port, "unit_id": 4},
        {"sensor": "roof", "port": port, "unit_id": 5},
    )
    options = ["--config", file, "--source", "roof", "--address", "52", "--count", "2"]

    assert 0 == main(["modbus", "read", *options])

    assert capsys.readouterr().out.startswith(f"tcp://127.0.0.1:{port} unit 5, holding 52-53\n")


def test_a_single_source_needs_no_name_and_another_unit_may_be_asked(gateway, config):
    gateway.add(holding([1], unit_id=9))
    file = config({"sensor": "hall", "port": gateway.link().port, "unit_id": 4})

    options = ["--config", file, "--unit", "9", "--address", "52", "--count", "1"]
    assert 0 == main(["modbus", "read", *options])
    assert 9 == gateway.requests[0].unit_id


def test_the_simulated_device_of_a_source_can_be_read(capsys, config):
    file = config({"sensor": "hall", "port": 1, "unit_id": 4})
    options = ["--config", file, "--simulate", "--register", "input", "--address", "70"]

    assert 0 == main(["modbus", "read", *options, "--count", "2", "--json"])

    document = json.loads(capsys.readouterr().out)
    values = [each["value"] for each in document["interpretations"] if each["type"] == "float32"]
    assert 45 < values[0] < 65


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--config", "{file}"], "which source? give --source, one of hall, roof"),
        (["--config", "{file}", "--source", "hal"], "--source: there is no 'hal'; there are hall"),
        (["--config", "nowhere.toml"], "where? nowhere.toml does not exist"),
        (["--config", "{file}", "--baudrate", "9600"], "--baudrate needs --port or --host"),
        (["--host", "h", "--source", "hall"], "--source is about the configuration: leave out"),
        (["--host", "h", "--simulate"], "--simulate is about the configuration: leave out"),
        (["--port", "/dev/x", "--unit", "0"], "--unit: 1 to 247 on a serial line, not 0"),
        (["--host", "h", "--unit", "256"], "argument --unit: must be a number from 0 to 255"),
        (["--host", "h", "--count", "126"], "--count: a holding read takes 1 to 125, not 126"),
        (["--host", "h", "--count", "0"], "argument --count: must be a number from 1 to 2000"),
        (["--host", "h", "--shown", "x"], "argument --shown: must be a number as the device shows"),
        (["--host", "h", "--shown", "nan"], "argument --shown: must be a number as the device sho"),
        (
            ["--host", "h", "--register", "coil", "--shown", "1"],
            "--shown is for registers; a coil shows only on and off",
        ),
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_is_opened(
    capsys, config, monkeypatch, tmp_path, options, said
):
    monkeypatch.chdir(tmp_path)
    sources = ({"sensor": name, "port": 1, "unit_id": 1} for name in ("hall", "roof"))
    file = config(*sources)
    words = [option.format(file=file) for option in options]

    assert 64 == main(["modbus", "read", "--address", "65535", *words])

    out, err = capsys.readouterr()
    assert "" == out
    assert err.startswith(f"collector: {said}")
