"""What a point does to its raw value: codes of no value, bits, texts, scales, limits, types."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.point import PointDecoder
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

NONE = InvalidCodes()
SIGNED = {"type": "int16"}
STATES = {"enum": {"0": "off", "1": "on", "-1": "error"}}
ALARMS = {"flags": {"8": "door", "0": "overload", "15": "fire"}}


def decoder(of_device: InvalidCodes = NONE, /, **keys: object) -> PointDecoder:
    point = PointSettings.model_validate({"metric": "m", "address": 0, **keys})
    return PointDecoder(point, of_device)


def decoded(data: str, of_device: InvalidCodes = NONE, /, **keys: object) -> object:
    return decoder(of_device, **keys).decode(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("type_name", "code", "data"),
    [
        ("uint16", 0xFFFF, "FFFF"),
        ("int16", 0x8000, "8000"),
        ("int16", 0x7FFF, "7FFF"),
        ("uint32", 0xFFFFFFFF, "FFFFFFFF"),
        ("int32", 0x80000000, "80000000"),
        ("uint64", 0xFFFFFFFFFFFFFFFF, "FFFFFFFFFFFFFFFF"),
        ("int64", 0x8000000000000000, "8000000000000000"),
        ("float32", 0xFF7FFFFF, "FF7FFFFF"),
    ],
)
def test_codes_of_a_type_and_of_a_point_mean_no_value(type_name, code, data):
    of_type = InvalidCodes.model_validate({type_name: [1, code]})

    assert Missing.INVALID == decoded(data, of_type, type=type_name)
    assert Missing.INVALID == decoded(data, of_type, type=type_name, scale=0.1)
    assert Missing.INVALID == decoded(data, type=type_name, invalid=[1, code])
    assert not isinstance(decoded("0" * len(data), of_type, type=type_name), Missing)


def test_codes_of_a_point_replace_those_of_its_type():
    of_type = InvalidCodes(uint16=[0xFFFF])

    assert decoded("FFFF", of_type, invalid=[0xFFFE]) == 0xFFFF
    assert decoded("FFFF", of_type, invalid=[]) == 0xFFFF
    assert Missing.INVALID == decoded("FFFE", of_type, invalid=[0xFFFE])


def test_a_code_is_that_of_the_whole_value_after_ordering():
    swapped = {"type": "int32", "word_order": "little", "invalid": [0x7FFFFFFF]}

    assert Missing.INVALID == decoded("FFFF7FFF", **swapped)
    assert decoded("7FFFFFFF", **swapped) == -0x8001


def test_a_code_counts_before_bits_and_texts_are_taken():
    assert Missing.INVALID == decoded("FFFF", bits=[0, 3], invalid=[0xFFFF])
    assert Missing.INVALID == decoded("FFFF", invalid=[0xFFFF], **SIGNED, **STATES)
    assert Missing.INVALID == decoded("00FF", type="uint8", invalid=[0xFF])
    assert Missing.INVALID == decoded("FFFF", type="bool", invalid=[0xFFFF])
    assert Missing.INVALID == decoded("9999", type="bcd16", invalid=[0x9999])


def test_minus_zero_as_a_code_leaves_zero_a_value():
    keys = {"type": "float32", "invalid": [0x80000000]}

    assert Missing.INVALID == decoded("80000000", **keys)
    assert decoded("00000000", **keys) == 0.0


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ({"bit": 0}, False),
        ({"bit": 1}, True),
        ({"bit": 15}, True),
        ({"bits": [4, 7]}, 0x3),
        ({"bits": [0, 15]}, 0x8C32),
        ({"mask": 0x0FF0}, 0xC3),
        ({"mask": 0x8000}, 1),
        ({"type": "int16", "bits": [12, 15]}, 8),
        ({"type": "uint8", "byte": "high", "bits": [2, 3]}, 3),
        ({"bit": 1, "enum": {"1": "open"}}, "open"),
        ({"bits": [4, 7], "scale": 0.5}, 1.5),
    ],
)
def test_bits_and_masks_are_moved_down_to_bit_0(keys, value):
    found = decoded("8C32", **keys)

    assert (value, float if type(value) is int else type(value)) == (found, type(found))


def test_bits_of_64_are_counted_from_the_least_significant():
    keys = {"type": "uint64", "word_order": "little"}

    assert decoded("0000 0000 0000 8000", bit=63, **keys) is True
    assert decoded("0001 0000 0000 0000", bit=0, **keys) is True


@pytest.mark.parametrize(
    ("data", "text"), [("0000", "off"), ("0001", "on"), ("FFFF", "error"), ("0007", "7")]
)
def test_a_code_gives_its_text_or_its_number(data, text):
    assert text == decoded(data, **SIGNED, **STATES)


@pytest.mark.parametrize(
    ("data", "names"),
    [("0000", ""), ("0001", "overload"), ("8101", "overload,door,fire"), ("0002", "")],
)
def test_flags_name_the_bits_that_are_set_in_their_order(data, names):
    assert names == decoded(data, **ALARMS)
    assert names == decoded(data, **SIGNED, **ALARMS)


@pytest.mark.parametrize(
    ("raw", "scale", "offset", "value"),
    [
        (2304, 0.1, 0.0, 230.4),  # 2304 * 0.1 would be 230.40000000000003
        (3, 0.1, 0.0, 0.3),
        (1642, 0.001, 0.0, 1.642),
        (4998, 0.01, 0.0, 49.98),
        (7, 0.05, 0.0, 0.35),
        (29, 0.36, 0.0, 10.44),
        (123, 10.0, 0.0, 1230.0),
        (5, 3600000.0, 0.0, 18000000.0),
        (235, 0.1, -40.0, -16.5),
        (235, 1.0, -273.15, -38.15),
        (1, 0.017453292519943295, 0.0, 0.017453292519943295),
        (65535, -0.1, 0.1, -6553.4),
        (9, 0.0, 5.0, 5.0),
    ],
)
def test_a_scaled_integer_is_the_double_next_to_the_decimal_number(raw, scale, offset, value):
    found = decoded(f"{raw:04X}", scale=scale, offset=offset)

    assert (value, float) == (found, type(found))


@given(
    st.integers(-(2**31), 2**31 - 1),
    st.decimals("0.000001", "100000", places=6),
    st.decimals("-1000", "1000", places=3),
)
def test_a_scaled_integer_is_what_a_person_calculates(raw, scale, offset):
    keys = {"type": "int32", "scale": float(scale), "offset": float(offset)}

    found = decoder(**keys).decode(raw.to_bytes(4, "big", signed=True))

    assert float(raw * Decimal(repr(float(scale))) + Decimal(repr(float(offset)))) == found


def test_a_float_is_divided_where_its_scale_is_a_part_of_one():
    assert decoded("41200000", type="float32", scale=0.1) == 1.0
    assert decoded("42C80000", type="float32", scale=0.001, offset=0.5) == 0.6
    assert decoded("41200000", type="float32", scale=1000.0) == 10000.0


@pytest.mark.parametrize("scale", [1e308, -1e308])
def test_an_absurd_scale_gives_no_value(scale):
    assert Missing.TOO_LARGE == decoded("7FFFFFFF", type="int32", scale=scale)
    assert Missing.TOO_LARGE == decoded("FFFF", scale=scale, scale_register=1, value_type="integer")
    assert Missing.TOO_LARGE == decoder(scale=scale, scale_register=1).decode(b"\0\1", 10)


def test_an_absurdly_small_scale_gives_next_to_nothing():
    assert 0 <= decoded("7FFFFFFF", type="int32", scale=5e-324) < 1e-300


def test_a_float_that_overflows_by_its_scale_is_no_value():
    assert Missing.TOO_LARGE == decoded("7FEFFFFFFFFFFFFF", type="float64", scale=10.0)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("0064", 10.0),
        ("0063", Missing.OUT_OF_RANGE),
        ("00C8", 20.0),
        ("00C9", Missing.OUT_OF_RANGE),
    ],
)
def test_limits_hold_for_the_scaled_value_and_are_themselves_allowed(data, value):
    assert value == decoded(data, scale=0.1, minimum=10.0, maximum=20.0)


def test_one_limit_leaves_the_other_side_open():
    assert Missing.OUT_OF_RANGE == decoded("FFFF", **SIGNED, minimum=0.0)
    assert decoded("7FFF", **SIGNED, minimum=0.0) == 32767
    assert decoded("8000", **SIGNED, maximum=0.0) == -32768
    assert Missing.OUT_OF_RANGE == decoded("42C80000", type="float32", maximum=99.0)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ({}, 2304.0),
        ({"value_unit": "SI.ElectricPotential.VOLT", "scale": 0.1}, 230.4),
        ({"value_type": "integer"}, 2304),
        ({"value_type": "integer", "scale": 0.1}, 230),
        ({"value_type": "integer", "scale": 3.0}, 6912),
        ({"value_type": "bool"}, True),
        ({"value_type": "string"}, "2304"),
        ({"value_type": "string", "scale": 0.01}, "23.04"),
        ({"type": "bool"}, True),
        ({"type": "bool", "value_type": "integer"}, 1),
        ({"type": "bool", "value_type": "double"}, 1.0),
        ({"type": "bool", "value_type": "string"}, "true"),
        ({"type": "float16", "value_type": "integer"}, 0),
        ({"bit": 8, "value_type": "integer"}, 1),
        ({"type": "bcd16"}, 900.0),
        ({"type": "bcd16", "value_type": "integer"}, 900),
    ],
)
def test_a_value_is_of_exactly_the_type_that_its_metric_declares(keys, value):
    found = decoded("0900", **keys)

    assert (value, type(value)) == (found, type(found))


def test_the_raw_value_is_told_without_scale_and_codes():
    found = decoder(type="int16", scale=0.1, invalid=[0x8000]).raw(bytes.fromhex("8000"))

    assert found == -32768


def test_a_sum_has_no_registers():
    point = PointSettings.model_validate({"metric": "net", "sum": ["a", "-b"]})

    with pytest.raises(ValueError, match="net: a sum has no registers"):
        PointDecoder(point, InvalidCodes()).decode(b"")
