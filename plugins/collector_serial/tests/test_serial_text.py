"""Lines of text: columns, pairs, JSON, numbers, expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import ValueType, ValueUnit
from collector_serial.decode.decoder import BadFrameError, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.formats.catalogue import format_named
from collector_serial.settings.source import SerialSettings


def decoder(name, **said):
    said = {"port": "/dev/none", "format": name, **said}
    return make_decoder(SerialSettings.model_validate(said).recipe())


def values(made, frame):
    return dict(made.decode(frame).values)


TEMPERATURE = {"metric": "temperature", "unit": "°C"}


def test_columns_are_named_and_one_without_a_name_is_left_out():
    made = decoder("csv", columns=["a", "", "c"], separator=";")

    assert {"a": 1.0, "c": -3.5} == values(made, b"1;2; -3.5 ")


def test_a_header_line_says_nothing():
    assert {} == values(decoder("csv", columns=["temp", "hum"]), b"temp,hum")


@pytest.mark.parametrize("line", [b"21.5", b"21.5,40,1", b"21.5;40", b"\xff,1"])
def test_a_line_with_other_columns_is_damaged(line):
    with pytest.raises(BadFrameError):
        decoder("csv", columns=["temp", "hum"]).decode(line)


@pytest.mark.parametrize("cell", [b"nan", b"inf", b"", b"1_0", b"x", b"1e999", b"0x10"])
def test_what_is_no_finite_number_is_no_value(cell):
    assert {"hum": 40.0} == values(decoder("csv", columns=["temp", "hum"]), cell + b",40")


def test_a_line_without_any_value_is_told_apart_from_a_damaged_one():
    with pytest.raises(NoValueError):
        decoder("csv", columns=["temp", "hum"]).decode(b"nan,nan")


def test_a_comma_may_stand_for_the_point():
    made = decoder("csv", columns=["a", "b"], separator=";", decimal_comma=True)

    assert {"a": 21.5, "b": 40.0} == values(made, b"21,5;40,0")


def test_csv_without_columns_is_refused():
    with pytest.raises(ValueError, match="columns: csv needs the names"):
        decoder("csv")


def test_a_field_has_to_be_among_the_columns():
    with pytest.raises(ValueError, match="'x' is not among the columns"):
        decoder("csv", columns=["a"], field=[{"metric": "x"}])


def test_keys_become_metrics_when_they_turn_up():
    made = decoder("key-value")

    assert {"temp": 21.5, "hum_1": 40.0} == values(made, b"temp=21.5,hum.1=40,state=ok")
    assert ["temp", "hum_1"] == [metric.id for metric in made.metrics]


def test_a_line_that_counts_its_keys_does_not_fill_the_inventory():
    made = decoder("key-value")

    for number in range(1000):
        try:
            made.decode(f"k{number}=1".encode())
        except NoValueError:
            break

    assert len(made.metrics) == 200


def test_a_pair_without_an_assignment_is_damaged():
    with pytest.raises(BadFrameError, match="'hum40' has no '='"):
        decoder("key-value").decode(b"temp=1,hum40")


def test_numbers_and_truths_of_an_object_become_metrics():
    made = decoder("json-lines")

    found = values(
        made, b'{"t": 21.5, "ok": true, "in": {"h": 4e1}, "l": [1], "s": "x", "n": null}'
    )

    assert {"t": 21.5, "ok": True, "in_h": 40.0, "l_0": 1.0} == found
    assert ValueType.BOOL is {metric.id: metric for metric in made.metrics}["ok"].type


def test_a_field_names_its_place_in_an_object():
    field = {"metric": "state", "key": "dev.state", "type": "string"}

    assert {"state": "on"} == values(
        decoder("json-lines", field=[field]), b'{"dev":{"state":"on"}}'
    )


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[1]", b"1", b"{'a': 1}", b"\xff", b"[" * 4000, b'{"a": ' + b"9" * 4090]
)
def test_what_is_no_object_is_damaged(line):
    with pytest.raises(BadFrameError):
        decoder("json-lines").decode(line)


@pytest.mark.parametrize("line", [b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}', b"{}"])
def test_an_object_without_a_finite_number_holds_no_value(line):
    with pytest.raises(NoValueError):
        decoder("json-lines").decode(line)


def test_a_line_may_be_one_number():
    made = decoder("number", field=[TEMPERATURE])

    assert {"temperature": -3.25} == values(made, b" -3.25 ")
    with pytest.raises(BadFrameError, match="is no number"):
        made.decode(b"3.25 C")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_that_a_device_writes_is_the_one_that_is_read(number):
    assert {"value": number} == values(decoder("number"), repr(number).encode())


def test_groups_become_metrics():
    made = decoder("regex", pattern=r"T=(?P<temp>[-\d.]+).*?H=(?P<hum>\d+)?")

    # provenance: made up
    assert {"temp": 21.5, "hum": 40.0} == values(made, b"12:00 T=21.5 H=40")
    assert {"temp": 21.5} == values(made, b"T=21.5 H=")


def test_the_answer_of_an_xy_md02_is_taken_apart():
    # provenance: sankhyafarms.com, bench note for an XY-MD02 with ASCII firmware
    made = make_decoder(format_named("xy-md02"))

    assert {"temperature": 16.02, "humidity": 55.85} == values(made, b"16.02C,55.85%")
    for cut in (b"16.02C,55.8", b"02C,55.85%", b"16.02C", b"16.02C,55.85%16.0"):
        with pytest.raises(BadFrameError):
            made.decode(cut)


def test_a_line_that_does_not_match_is_damaged():
    with pytest.raises(BadFrameError, match="does not match"):
        decoder("regex", pattern=r"T=(?P<temp>\d+)").decode(b"H=40")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "regex needs one"),
        ("(", "unterminated subpattern at character 0"),
        (r"\d+", "has no named group"),
        (r"(?P<x>(a+)+)$", "a repetition inside of a repetition"),
        (r"(?P<x>.*)(.*)(.*)(.*)b", "could take seconds"),
        (r"(?P<x>a)(?P=x)", "groupref cannot be bounded"),
        (r"(?P<x>a)(?=b)", "assert cannot be bounded"),
    ],
)
def test_an_expression_that_cannot_be_used_is_refused(pattern, words):
    with pytest.raises(ValueError, match=words):
        decoder("regex", pattern=pattern)


def test_a_line_longer_than_its_expression_is_safe_for_is_damaged():
    made = decoder("regex", pattern=r"(?P<a>\d+)(\d+)(\d+)x")

    with pytest.raises(BadFrameError, match=r"has more than \d+ characters"):
        made.decode(b"1" * 1000)


CONVERSIONS = [
    ("kWh", 1.0, ValueUnit.JOULE, 3.6e6),
    ("hPa", 1013.25, ValueUnit.PASCAL, 101_325.0),
    ("°F", 212.0, ValueUnit.CELSIUS, 100.0),
    ("kn", 1.0, ValueUnit.METERS_PER_SECOND, 1852 / 3600),
    ("%RH", 45.0, ValueUnit.PERCENT, 45.0),
    ("mA", 20.0, ValueUnit.AMPERE, 0.02),
]


@pytest.mark.parametrize(("unit", "raw", "expected_unit", "expected"), CONVERSIONS)
def test_units_that_the_agent_knows_are_converted(unit, raw, expected_unit, expected):
    made = decoder("number", field=[{"metric": "x", "unit": unit}])

    assert expected_unit is made.metrics[0].unit
    assert expected == pytest.approx(values(made, str(raw).encode())["x"])


def test_any_other_unit_is_handed_on():
    [metric] = decoder("number", field=[{"metric": "x", "unit": "m3/h"}]).metrics

    assert metric.unit is None
    assert metric.annotation == "m³/h"


def test_scale_and_offset_come_before_the_unit():
    field = {"metric": "x", "unit": "mV", "scale": 0.5, "offset": 10}

    assert {"x": pytest.approx(0.06)} == values(decoder("number", field=[field]), b"100")


@pytest.mark.parametrize("raw", [b"-999", b"101", b"-41"])
def test_what_is_invalid_or_out_of_bounds_is_no_value(raw):
    field = {"metric": "x", "unit": "°C", "invalid": [-999], "minimum": -40, "maximum": 100}

    with pytest.raises(NoValueError):
        decoder("number", field=[field]).decode(raw)


def test_codes_may_have_texts():
    field = {"metric": "state", "enum": {"0": "off", "1": "on"}}
    made = decoder("csv", columns=["state"], field=[field])

    assert {"state": "on"} == values(made, b"1")
    assert {"state": "7"} == values(made, b"7")


def test_a_metric_may_be_a_whole_number_or_a_flag():
    fields = [{"metric": "n", "type": "integer"}, {"metric": "f", "type": "bool"}]
    made = decoder("csv", columns=["n", "f"], field=fields)

    assert {"n": 3, "f": True} == values(made, b"3,on")
    assert {"f": False} == values(made, b"3.5,0")


FORMATS = ["json-lines", "key-value", "number"]


@pytest.mark.parametrize("name", FORMATS)
@given(frame=st.binary(max_size=200))
def test_any_bytes_are_values_or_an_error_of_ours(name, frame):
    made = make_decoder(format_named(name))
    try:
        decoded = made.decode(frame)
    except (BadFrameError, NoValueError):
        return
    assert set(decoded.values) <= {metric.id for metric in made.metrics}
