"""Scales, multimeters, laboratory instruments; and any bytes for any of the formats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_serial.decode.decoder import BadFrameError, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.settings.field import FieldSettings


def decoder(name, **said):
    return make_decoder(format_named(name).model_copy(update=said))


def values(name, frame, **said):
    return dict(decoder(name, **said).decode(frame).values)


SCALES = [
    # provenance: MT-SICS reference manual, level 0
    ("mt-sics", b"S S     100.00 g", {"weight": 0.1, "stable": True}),
    ("mt-sics", b"S D     -12.34 g", {"weight": -0.01234, "stable": False}),
    ("mt-sics", b"S S      1.2345 kg", {"weight": 1.2345, "stable": True}),
    # provenance: sigrok-dumps uart/kern_ew_6200-2nm, public domain
    ("kern", b"+0026.90 G S", {"weight": 0.0269, "stable": True}),
    ("kern", b"+0026.90 G U", {"weight": 0.0269, "stable": False}),
    ("kern", b"+00635.8CT S", {"weight": 0.12716, "stable": True}),
    ("kern", b"+000000 PC S", {"pieces": 0.0, "stable": True}),
    # provenance: computed after public descriptions of SBI, not verified
    ("sbi", b"+   1255.7 g  ", {"weight": 1.2557, "stable": True}),
    ("sbi", b"N     +   1255.7 g  ", {"weight": 1.2557, "stable": True}),
    ("sbi", b"+   1255.7    ", {"stable": False}),
]


@pytest.mark.parametrize(("name", "line", "expected"), SCALES)
def test_a_line_of_a_scale_is_a_weight(name, line, expected):
    assert expected == pytest.approx(values(name, line))


@pytest.mark.parametrize("line", [b"S +", b"S -", b"S I"])
def test_a_scale_without_a_weight_gives_no_value(line):
    with pytest.raises(NoValueError, match="says that the scale is"):
        decoder("mt-sics").decode(line)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mt-sics", b"ES"),
        ("mt-sics", b"S S 1x0 g"),
        ("mt-sics", b"S S 100.00 stone"),
        ("kern", b"+00x6.90 G S"),
        ("kern", b"0026.90 G"),
        ("sbi", b"1255,7 g"),
    ],
)
def test_what_is_no_line_of_a_scale_is_damage(name, line):
    with pytest.raises(BadFrameError):
        decoder(name).decode(line)


MULTIMETER = [
    # provenance: sigrok-dumps uart/uni-t_ut61e, public domain; the file names state the readings
    (b"103303;000:0", {"voltage": 3.303, "alternating": False}),
    (b"018174;000:0", {"voltage": 1.8174, "alternating": False}),
    (b"007050300020", {"resistance": 70.5, "alternating": False}),
    # computed: the first with the sign, and with alternating voltage
    (b"103303;400:0", {"voltage": -3.303, "alternating": False}),
    (b"103303;00060", {"voltage": 3.303, "alternating": True}),
]


@pytest.mark.parametrize(("line", "expected"), MULTIMETER)
def test_a_line_of_a_multimeter_is_a_reading(line, expected):
    assert expected == pytest.approx(values("es51922", line))


def test_a_multimeter_out_of_range_gives_no_value():
    with pytest.raises(NoValueError, match="out of range"):
        decoder("es51922").decode(b"103303;100:0")


@pytest.mark.parametrize("line", [b"", b"10330;000:0", b"1x3303;000:0", b"903303;000:0"])
def test_what_is_no_line_of_a_multimeter_is_damage(line):
    with pytest.raises(BadFrameError):
        decoder("es51922").decode(line)


def test_an_answer_is_a_number_or_a_text():
    voltage = FieldSettings(metric="voltage", unit="V")
    name = FieldSettings(metric="idn", type="string")

    # provenance: number forms of SCPI-99
    assert {"voltage": 1.23456789} == values("scpi", b"+1.23456789E+00", field=[voltage])
    assert {"idn": "KEITHLEY,MODEL 2000"} == values("scpi", b"KEITHLEY,MODEL 2000", field=[name])


def test_several_fields_take_an_answer_apart():
    fields = [FieldSettings(metric="u", unit="V"), FieldSettings(metric="i", unit="A")]

    assert {"u": 1.5, "i": 0.5} == values("scpi", b"1.5,5E-1", field=fields)
    with pytest.raises(BadFrameError, match="has 1 values, not 2"):
        decoder("scpi", field=fields).decode(b"1.5")


@pytest.mark.parametrize("answer", [b"9.90000000E+37", b"+9.91000000E+37", b"-9.9E37"])
def test_overload_and_not_a_number_give_no_value(answer):
    with pytest.raises(NoValueError, match="overload"):
        decoder("scpi").decode(answer)


def test_an_answer_that_is_no_number_is_damage():
    with pytest.raises(BadFrameError):
        decoder("scpi").decode(b"ERROR")


FRAMES = [name for name in format_names() if name not in {"binary", "csv", "regex", "modbus-sniff"}]


@pytest.mark.parametrize("name", FRAMES)
@given(frame=st.binary(max_size=100))
def test_any_bytes_are_values_or_an_error_of_ours(name, frame):
    made = decoder(name)
    try:
        decoded = made.decode(frame)
    except (BadFrameError, NoValueError):
        return
    assert set(decoded.values) <= {metric.id for metric in made.metrics}
