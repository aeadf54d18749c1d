"""Settings with which no frame could be found, or none be told from another."""

import pytest
from pydantic import ValidationError

from collector_serial.making import make_source
from collector_serial.port.ports import Ports
from collector_serial.settings.checksum import ChecksumSettings
from collector_serial.settings.source import SerialSettings


@pytest.mark.parametrize(
    ("name", "framing"),
    [
        ("terminator", {"type": "lines", "terminator": ""}),
        ("start", {"type": "delimited", "start": "", "end": "!"}),
        ("end", {"type": "delimited", "start": "/", "end": "hex:"}),
        ("length", {"type": "marked", "start": "hex:AA C0", "length": 2}),
        ("also", {"type": "marked", "start": "hex:AA", "length": 6, "also": {"6": "x"}}),
        ("also", {"type": "marked", "start": "hex:AA", "length": 6, "also": {"-7": "x"}}),
        ("max_bytes", {"type": "marked", "start": "hex:AA", "length": 60, "max_bytes": 50}),
        ("escape", {"type": "stuffed", "flag": "hex:7E", "escape": "hex:7E"}),
    ],
)
def test_a_framing_that_could_never_give_a_frame_is_refused(name, framing):
    with pytest.raises(ValidationError, match=rf"\b{name}(\n|: )"):
        SerialSettings(port="/dev/ttyX", format="binary", framing=framing)


@pytest.mark.parametrize("name", ["initial", "final_xor", "mask"])
@pytest.mark.parametrize("method", ["crc", "sum"])
def test_a_checksum_has_no_bits_beyond_its_width(name, method):
    polynomial = {"polynomial": 0x07} if method == "crc" else {}

    with pytest.raises(ValidationError, match=rf"{name}: has more than 8 bits"):
        ChecksumSettings(method=method, **polynomial, **{name: 0x100})


@pytest.mark.parametrize("format_name", ["mbus", "es51922", "mt-sics", "kern", "sbi"])
def test_a_field_that_nothing_would_fill_is_refused(context, format_name):
    settings = SerialSettings(
        port="/dev/ttyX", format=format_name, field=[{"metric": "level", "key": "x"}]
    )

    with pytest.raises(ValueError, match="field: "):
        make_source(settings, context, Ports())


@pytest.mark.parametrize("pattern", ["(?P<_>[0-9]+)", "(?P<a_>[0-9]+),(?P<a>[0-9]+)"])
def test_a_group_needs_a_metric_of_its_own(context, pattern):
    settings = SerialSettings(port="/dev/ttyX", format="regex", pattern=pattern)

    with pytest.raises(ValueError, match="pattern: "):
        make_source(settings, context, Ports())
