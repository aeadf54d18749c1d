"""``collector serial`` and configurations, with words that are wrong."""

import pytest

from collector.cli import main
from collector_serial.making import make_source
from collector_serial.port.ports import Ports
from collector_serial.settings.source import SerialSettings

USAGE = 64


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--baudrate", "0", "must be 50 to 4000000"),
        ("--baudrate", "fast", "must be 50 to 4000000"),
        ("--seconds", "0", "must be more than 0"),
        ("--seconds", "nan", "must be more than 0"),
        ("--send", "hex:zz", "needs two hexadecimal digits"),
        ("--send", "20 €", "holds a character that is no byte"),
        ("--send", "SI\\x", "ends in an escape"),
    ],
)
def test_an_option_of_the_sniffer_that_makes_no_sense_is_refused(option, value, message, capsys):
    found = main(["serial", "sniff", "/dev/null", option, value])

    assert USAGE == found
    assert f"argument {option}: " in (told := capsys.readouterr().err)
    assert message in told


@pytest.mark.parametrize("name", ["binary", "csv", "regex", "modbus-sniff"])
def test_a_format_that_needs_more_than_its_name_cannot_be_sniffed_by_it(name, device, capsys):
    found = main(["serial", "sniff", device.path, "--format", name, "--seconds", "0.1"])

    assert USAGE == found
    assert f"{name} needs more than its name" in capsys.readouterr().err


def test_what_is_no_port_is_told_once(tmp_path, capsys):
    found = main(["serial", "sniff", str(tmp_path), "--baudrate", "9600"])

    assert 1 == found
    assert f"collector: {tmp_path}: Is a directory\n" == capsys.readouterr().err


def test_columns_become_the_nearest_metrics(context):
    settings = SerialSettings(port="/dev/ttyX", format="csv", columns=["Temp (°C)", "a/b"])

    source = make_source(settings, context, Ports())

    assert ["Temp_C", "a_b"] == [metric.id for metric in source.metrics]


@pytest.mark.parametrize("columns", [["a", "a"], ["a/b", "a b"], ["°"]])
def test_a_column_needs_a_metric_of_its_own(context, columns):
    settings = SerialSettings(port="/dev/ttyX", format="csv", columns=columns)

    with pytest.raises(ValueError, match=r"^columns: '.*' cannot be a metric of its own"):
        make_source(settings, context, Ports())


def test_one_of_two_ways_to_name_a_format_is_enough():
    with pytest.raises(ValueError, match="either format or format_file, not both"):
        SerialSettings(port="/dev/ttyX", format="dsmr", format_file="x.toml")
