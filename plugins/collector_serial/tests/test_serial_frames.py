"""Binary frames, and sniffed Modbus lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import ValueUnit
from collector_serial.checks.check import make_check
from collector_serial.decode.binary import bcd, make_reader
from collector_serial.decode.decoder import BadFrameError
from collector_serial.decode.make import make_decoder
from collector_serial.decode.modbus_sniff import Pairing, Transaction
from collector_serial.dialogue.make import make_main_framer
from collector_serial.formats.catalogue import format_named
from collector_serial.settings.field import FieldSettings
from collector_serial.simulator.instruments.binary import encoded


def decoder(name, **said):
    return make_decoder(format_named(name).model_copy(update=said))


def values(name, frame, **said):
    return dict(decoder(name, **said).decode(frame).values)


# provenance: avaldebe/PyPMS captured_data
SENSORS = [
    ("sds011", "aac00600060058d93dab", {"pm2_5": 0.6, "pm10": 0.6}),
    ("sds011", "aac00900090058d943ab", {"pm2_5": 0.9, "pm10": 0.9}),
    ("mh-z19", "ff86027c42000000ba", {"co2": 636.0, "temperature": 26.0}),
    (
        "pms5003",
        "424d001c00000008000800000008000800d20046002d001e00000000970002c5",
        {
            "pm1_0": 0.0,
            "pm2_5": 8.0,
            "pm10": 8.0,
            "count_0_3": 210.0,
            "count_0_5": 70.0,
            "count_1_0": 45.0,
            "count_2_5": 30.0,
            "count_5_0": 0.0,
            "count_10": 0.0,
        },
    ),
]


@pytest.mark.parametrize(("name", "digits", "expected"), SENSORS)
def test_a_frame_of_a_sensor_is_what_was_published_of_it(name, digits, expected):
    frame = bytes.fromhex(digits)

    assert make_check(format_named(name).checksum)(frame)
    assert expected == pytest.approx(values(name, frame))


# provenance: avaldebe/PyPMS captured_data, SPS30 at time 1630991100; 7D is the escape
SPS30 = bytes.fromhex(
    "7e0003002840a78320411777bb414a5f8341548ddd41d2833e427d33fc85422617224229a4d9422a29bc3f55b7e7"
    "9e7e"
)


def test_an_escaped_frame_of_a_sensor_is_what_was_published_of_it():
    [frame] = make_main_framer(format_named("sps30")).feed(SPS30)

    found = values("sps30", frame)

    expected = {"pm1_0": 5.2348, "pm2_5": 9.4667, "pm4_0": 12.6483, "pm10": 13.2846}
    assert expected == pytest.approx({name: found[name] for name in expected}, abs=1e-3)
    assert found["typical_size"] == pytest.approx(0.8348, abs=1e-3)


def test_an_escaped_frame_with_a_wrong_bit_is_not_taken():
    for place in range(1, len(SPS30) - 1):
        damaged = bytearray(SPS30)
        damaged[place] ^= 1
        assert [] == make_main_framer(format_named("sps30")).feed(bytes(damaged)), place


# provenance: avaldebe/PyPMS, negative test: the sum is missing
def test_a_frame_of_a_sensor_without_its_sum_is_not_taken():
    framer = make_main_framer(format_named("pms5003"))

    frame = "424d001c0005000d00160005000d001602fd00fc001d000f0006000697000000"
    assert [] == framer.feed(bytes.fromhex(frame)) + framer.silence()
    assert framer.damaged == 1


def test_a_frame_that_ends_before_a_field_is_damage():
    with pytest.raises(BadFrameError, match="ends before the field 'pm2_5'"):
        decoder("sds011").decode(b"\xaa\xc0\x06")


READINGS = [
    ({"format": "int16"}, "fffe", -2),
    ({"format": "uint16", "order": "little"}, "0200", 2),
    ({"format": "uint24"}, "010000", 65_536),
    ({"format": "int32", "word_order": "little"}, "0002ffff", -65_534),
    ({"format": "float32"}, "41ac0000", 21.5),
    ({"format": "float64"}, "4035800000000000", 21.5),
    ({"format": "bcd", "length": 2}, "1234", 1234),
    ({"format": "bcd", "length": 2}, "12f4", None),
    ({"format": "text", "length": 4}, "41420000", "AB"),
    ({"format": "uint8", "bit": 3}, "08", True),
    ({"format": "uint8", "mask": 0xF0}, "a5", 0xA),
]


@pytest.mark.parametrize(("settings", "digits", "expected"), READINGS)
def test_bytes_are_understood_as_the_field_says(settings, digits, expected):
    field = FieldSettings(metric="x", at=0, **settings)

    assert expected == make_reader(field)(bytes.fromhex(digits), 0)


@given(
    st.sampled_from(["uint8", "int8", "uint16", "int16", "uint24", "int24", "uint32", "int32"]),
    st.sampled_from(["big", "little"]),
    st.integers(0, 100),
)
def test_what_is_written_is_what_is_read(number_format, order, value):
    field = FieldSettings(metric="x", at=0, format=number_format, order=order)

    assert value == make_reader(field)(encoded(field, float(value)), 0)


@given(st.integers(0, 99_999_999))
def test_decimal_digits_are_read(number):
    assert number == bcd(bytes.fromhex(f"{number:08d}"))


# provenance: capture of syssi/esphome-solax-x1-mini issue 20; unit 2 never answers
SOLAX = [
    "0103000b0001f5c8",
    "01030200a8b9fa",
    "0203000b0001f5fb",
    "010400480002f1dd",
    "010404462a7521298c",
    "0203000b0001f5fb",
    "0104000c0002b1c8",
    "010404458e3c355fb4",
]


def test_a_request_without_an_answer_is_not_paired_with_the_next():
    pairing = Pairing()

    found = [pairing.take(bytes.fromhex(frame)) for frame in SOLAX]

    assert [
        Transaction(1, 3, 11, bytes.fromhex("00a8")),
        Transaction(1, 4, 72, bytes.fromhex("462a7521")),
        Transaction(1, 4, 12, bytes.fromhex("458e3c35")),
    ] == [transaction for transaction in found if transaction]


def test_fields_of_a_sniffed_line_are_read_where_they_lie():
    fields = [
        FieldSettings(metric="power", address=12, function=4, format="float32", unit="W"),
        FieldSettings(metric="state", address=11, function=3, format="uint16", unit_id=1),
        FieldSettings(metric="other", address=11, function=3, format="uint16", unit_id=2),
    ]
    made = decoder("modbus-sniff", field=fields)
    found = {}
    for frame in SOLAX:
        found |= made.decode(bytes.fromhex(frame)).values

    assert {"state": 168.0, "power": pytest.approx(4551.525)} == found
    assert made.metrics[0].unit is ValueUnit.WATT


def test_coils_of_a_sniffed_line_are_flags():
    made = decoder("modbus-sniff", field=[FieldSettings(metric="coil", address=22, function=1)])
    # provenance: MODBUS Application Protocol V1.1b3, 6.1: coils 20 to 38 are CD 6B 05
    made.decode(bytes.fromhex("0101 0013 0013 0000".replace(" ", "")))

    decoded = made.decode(bytes.fromhex("010103cd6b050000"))

    assert {"coil": 1.0} == dict(decoded.values)  # the fourth coil, from the lowest bit


def test_a_table_of_fields_is_needed():
    with pytest.raises(ValueError, match="needs a table of fields"):
        decoder("modbus-sniff")
    with pytest.raises(ValueError, match="need a table of fields"):
        decoder("binary")
    with pytest.raises(ValueError, match="'x' needs at"):
        decoder("binary", field=[FieldSettings(metric="x")])
    with pytest.raises(ValueError, match="'x' needs its address"):
        decoder("modbus-sniff", field=[FieldSettings(metric="x")])
