"""What registers could mean, and which of it is what the display shows."""

import struct
import tomllib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_modbus.decoding.interpretations import (
    Interpretation,
    interpretations,
    matching,
    point_toml,
)
from collector_modbus.decoding.point import PointDecoder
from collector_modbus.registers.table import Table
from collector_modbus.registers.types import TYPES
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

EASTRON = bytes.fromhex("43663334")  # 230.2 V in the manuals of the SDM320Y and the SDM630
ET112 = bytes.fromhex("091B0000")  # 233.1 V, ioBroker.modbus issue 286: low word first
PZEM_CURRENT = bytes.fromhex("006C0000")  # 0.108 A, esphome/feature-requests issue 49
SUNSPEC = bytes.fromhex("53756E53")  # "SunS" at 40000 of every SunSpec device


def readings(data: bytes) -> dict[tuple[str, str, str], int | float | str]:
    return {
        (found.type_name, found.word_order, found.byte_order): found.value
        for found in interpretations(data)
    }


def test_two_registers_are_read_as_one_and_as_two_in_every_order():
    found = readings(bytes.fromhex("00010203"))

    assert {
        ("uint16", "big", "big"): 0x0001,
        ("int16", "big", "big"): 0x0001,
        ("uint32", "big", "big"): 0x00010203,
        ("int32", "big", "big"): 0x00010203,
        ("bcd16", "big", "big"): 1,
        ("bcd32", "big", "big"): 10203,
        ("uint32", "little", "big"): 0x02030001,
        ("int32", "little", "big"): 0x02030001,
        ("bcd32", "little", "big"): 2030001,
        ("uint16", "big", "little"): 0x0100,
        ("int16", "big", "little"): 0x0100,
        ("bcd16", "big", "little"): 100,
        ("float16", "big", "little"): 2**-16,
        ("uint32", "big", "little"): 0x01000302,
        ("int32", "big", "little"): 0x01000302,
        ("bcd32", "big", "little"): 1000302,
        ("uint32", "little", "little"): 0x03020100,
        ("int32", "little", "little"): 0x03020100,
        ("bcd32", "little", "little"): 3020100,
    } == found


def test_four_registers_are_read_as_64_bits_as_well():
    found = readings(struct.pack(">d", -1.5))

    assert found["float64", "big", "big"] == -1.5
    assert readings(struct.pack("<d", -1.5))["float64", "little", "little"] == -1.5
    assert readings(struct.pack(">Q", 5))["uint64", "big", "big"] == 5
    assert ("uint64", "big", "big") not in found  # beyond 2**53


def test_three_registers_hold_nothing_of_64_bits():
    assert {1, 2, 3} == {found.registers for found in interpretations(b"ABCDEF")}


@pytest.mark.parametrize("data", ["7FC00000", "7F800000", "00000001", "7E967699"])
def test_what_cannot_be_meant_is_left_out(data):
    assert ("float32", "big", "big") not in readings(bytes.fromhex(data))


def test_zero_is_plausible_as_a_float():
    assert readings(bytes(4))["float32", "big", "big"] == 0.0


def test_printable_registers_are_a_text_as_well():
    texts = {key: value for key, value in readings(SUNSPEC).items() if key[0] == "string"}

    assert {("string", "big", "big"): "SunS", ("string", "big", "little"): "uSSn"} == texts
    assert not [found for found in interpretations(ET112) if found.type_name == "string"]


@pytest.mark.parametrize("data", [b"", b"1", b"123", b"0123456789"])
def test_only_1_to_4_whole_registers_are_interpreted(data):
    with pytest.raises(ValueError, match=f"1 to 4 registers have 2 bytes each, got {len(data)}"):
        interpretations(data)


def test_a_float_matches_what_the_display_rounds():
    as_it_is = Interpretation("float32", "big", "big", 2, 230.20001220703125)

    for shown in ("230", "230.2", "230.20", "230.2000"):
        assert as_it_is == matching(EASTRON, shown)[0]
    assert [] == matching(EASTRON, "230.21")


def test_an_integer_matches_by_its_power_of_ten():
    found = matching(ET112, "233.1")

    assert [
        Interpretation("uint16", "big", "big", 1, 233.1, 0.1),
        Interpretation("int16", "big", "big", 1, 233.1, 0.1),
        Interpretation("uint32", "little", "big", 2, 233.1, 0.1),
        Interpretation("int32", "little", "big", 2, 233.1, 0.1),
    ] == found


@pytest.mark.parametrize(
    ("shown", "scale"),
    [
        ("0.108", 0.001),
        ("1.08", 0.01),
        ("10.8", 0.1),
        ("108", 1.0),
        ("1080", 10.0),
        ("108000", 1000.0),
    ],
)
def test_scales_reach_from_a_thousandth_to_a_thousand(shown, scale):
    found = [r for r in matching(PZEM_CURRENT, shown) if r.type_name == "uint32"]

    assert [("little", "big", scale)] == [(r.word_order, r.byte_order, r.scale) for r in found]


def test_more_digits_typed_mean_fewer_matches():
    data = struct.pack(">H", 23041)

    assert [0.01] == [r.scale for r in matching(data, "230.4") if r.type_name == "uint16"]
    assert [] == matching(data, "230.40")


def test_what_is_exact_comes_before_what_is_rounded():
    found = matching(bytes.fromhex("2003"), "8")  # 0320 is 800, 2003 is 8195

    values = [(r.byte_order, r.value) for r in found if r.type_name == "uint16"]
    assert [("little", 8.0), ("big", 8.195)] == values


def test_the_protocols_own_order_comes_first():
    data = struct.pack(">HH", 5, 5)  # also 5 in the low word

    orders = [(r.word_order, r.byte_order) for r in matching(data, "5")]

    assert ("big", "big") == orders[0]
    assert sorted(orders, key=[("big", "big"), ("big", "little")].index) == orders


def test_a_negative_number_is_signed():
    found = matching(struct.pack(">h", -205), "-20.5")

    assert [("int16", -20.5, 0.1)] == [(r.type_name, r.value, r.scale) for r in found]


def test_zero_needs_no_scale():
    assert {1.0} == {found.scale for found in matching(bytes(4), "0.0")}


def test_a_number_may_come_as_one():
    assert matching(ET112, "233.1") == matching(ET112, Decimal("233.1")) == matching(ET112, 233.1)


@pytest.mark.parametrize("shown", ["", "x", "230,4", "nan", "inf", "1 2"])
def test_what_is_no_number_is_refused(shown):
    with pytest.raises(ValueError, match="is no number: write what the device shows"):
        matching(ET112, shown)


def test_a_reading_is_written_as_a_point():
    reading = Interpretation("uint32", "little", "big", 2, 0.108, 0.001)

    assert (
        "[[source.point]]\n"
        'metric = "current"\n'
        'register = "input"\n'
        "address = 1\n"
        'type = "uint32"\n'
        'word_order = "little"\n'
        "scale = 0.001\n"
    ) == point_toml(reading, "current", Table.INPUT, 1)


@given(st.integers(1, 4).flatmap(lambda count: st.binary(min_size=2 * count, max_size=2 * count)))
def test_every_reading_can_be_configured_and_gives_its_value(data):
    for reading in interpretations(data):
        assert reading.value == configured(reading, data)


@given(
    st.sampled_from(["int16", "uint32", "int32", "int64", "bcd32"]),
    st.integers(1, 9999),
    st.sampled_from([0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]),
    st.sampled_from(["big", "little"]),
)
def test_what_a_device_shows_is_found_among_the_matches(type_name, raw, scale, word_order):
    code = f"{raw:x}" if not type_name.startswith("bcd") else str(raw)
    data = bytes.fromhex(code.zfill(4 * TYPES[type_name].registers))
    words = [data[start : start + 2] for start in range(0, len(data), 2)]
    sent = data if word_order == "big" else b"".join(reversed(words))
    order = word_order if len(words) > 1 else "big"

    found = matching(sent, Decimal(repr(scale)) * raw)

    assert (type_name, order, "big", scale) in [
        (r.type_name, r.word_order, r.byte_order, r.scale) for r in found
    ]
    assert all(r.value == configured(r, sent) for r in found)


def configured(reading: Interpretation, data: bytes) -> object:
    """Return what registers give when the reading's lines stand in a configuration."""
    lines = point_toml(reading, "m", Table.HOLDING, 7)
    point = PointSettings.model_validate(tomllib.loads(lines)["source"]["point"][0])
    return PointDecoder(point, InvalidCodes()).decode(data[: 2 * reading.registers])
