"""The README says what the code does."""

import re
import tomllib
from importlib import resources

import pytest

from collector_serial.decode.channel import make_channel
from collector_serial.decode.make import make_decoder
from collector_serial.decode.mbus_units import EXTENDED, PRIMARY
from collector_serial.decode.teleinfo import _HISTORIC, _STANDARD
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.making import make_source
from collector_serial.plugin import collector_source_kinds
from collector_serial.port.ports import Ports
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.source import SerialSettings

README = resources.files("collector_serial").joinpath("README.md").read_text("utf-8")
METERS = ("dsmr", "dsmr-v3", "iec62056-21", "iec62056-21-push", "sml")
_ROW = re.compile(r"^\| `([^`]+)` \| (\w+) \| ([^|]*) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
_FORMAT = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| (\d+ \d[NEO]\d) \| ", re.MULTILINE)


def documented():
    return {
        (metric, kind, unit.strip("`"), format_)
        for metric, kind, unit, formats in _ROW.findall(README)
        for format_ in formats.replace("meters", ", ".join(METERS)).split(", ")
    }


def metrics_of(name):
    if name == "mbus":
        tables = (PRIMARY, EXTENDED[0xFB], EXTENDED[0xFD])
        quantities = [found for table in tables for found in table.values()]
        fields = [FieldSettings(metric=found.metric, unit=found.unit) for found in quantities]
        return [make_channel(field).metric for field in fields]
    if name.startswith("teleinfo"):
        table = _STANDARD if name.endswith("standard") else _HISTORIC
        return [known.metric for known in table.values()]
    if name in {"number", "scpi"}:  # their one metric is the user's
        return []
    try:
        return make_decoder(format_named(name)).metrics
    except ValueError:  # its metrics are the user's
        return []


def test_the_table_of_metrics_is_that_of_the_code():
    coded = {
        (metric.id, str(metric.type), str(metric.unit or metric.annotation or "-"), name)
        for name in format_names()
        for metric in metrics_of(name)
    }

    assert coded == documented()


def line_of(found):
    bits = f"{found.bytesize or 8}{found.parity or 'N'}{found.stopbits or 1}"
    return f"{found.baudrate or 9600} {bits}"


def test_the_table_of_formats_is_that_of_the_code():
    coded = {
        (
            name,
            found.summary,
            line_of(found),
        )
        for name in format_names()
        for found in [format_named(name)]
    }

    assert coded == set(_FORMAT.findall(README))


@pytest.mark.parametrize("name", sorted(FieldSettings.model_fields))
def test_every_key_of_a_field_is_told(name):
    assert re.search(rf"`{name}`|^(# )?{name} = |\{{ {name} = ", README, re.MULTILINE)


BLOCKS = [
    block for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL) if "[[source]]" in block
]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_source_in_it_can_be_made(block, context):
    [source] = tomllib.loads(block)["source"]
    common = ("plugin", "sensor", "interval")
    own = {key: value for key, value in source.items() if key not in common}

    make_source(SerialSettings.model_validate(own), context, Ports())


def test_what_the_example_comments_out_is_valid_too():
    [kind] = collector_source_kinds()
    lines = [re.sub(r"^# (?=[a-z_0-9]+ = |\[\[)", "", line) for line in kind.example.splitlines()]
    text = "\n".join(line for line in lines if not line.startswith("format_file"))

    [source] = tomllib.loads(text)["source"]
    common = ("plugin", "sensor", "interval")
    settings = SerialSettings.model_validate(
        {key: value for key, value in source.items() if key not in common}
    )

    assert settings.request[0].metric == "voltage"
