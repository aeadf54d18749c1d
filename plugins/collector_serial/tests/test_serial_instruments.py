"""Receivers, scales, multimeters, laboratory instruments, sensors, sniffed Modbus lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import ValueUnit
from collector_serial.checks.check import make_check
from collector_serial.decode.binary import bcd, make_reader
from collector_serial.decode.decoder import BadFrameError, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.decode.modbus_sniff import Pairing, Transaction
from collector_serial.formats.catalogue import format_named, format_names
from collector_serial.settings.field import FieldSettings
from collector_serial.simulator.instruments.binary import encoded


def decoder(name, **said):
    return make_decoder(format_named(name).model_copy(update=said))


def values(name, frame, **said):
    return dict(decoder(name, **said).decode(frame).values)


# provenance: sigrok-dumps uart/gps/mtk3339, public domain
RMC = b"$GPRMC,061507.000,A,4530.7007,N,12240.8051,W,0.02,79.97,260813,,,D*4B"
GGA = b"$GPGGA,061508.000,4530.7007,N,12240.8051,W,2,12,0.83,62.2,M,-19.4,M,0000,0000*63"


def test_the_recommended_minimum_is_a_position_a_speed_and_a_time():
    decoded = decoder("nmea").decode(RMC)

    assert {
        "valid": True,
        "latitude": pytest.approx(45.51167833),
        "longitude": pytest.approx(-122.680085),
        "speed": pytest.approx(0.02 * 1852 / 3600),
        "course": 79.97,
        "utc": "2013-08-26T06:15:07Z",
    } == dict(decoded.values)
    assert 1_377_497_707_000 == decoded.device_time_ms


def test_a_fix_is_a_position_a_height_and_how_good_it_is():
    assert {
        "fix_quality": 2.0,
        "latitude": pytest.approx(45.51167833),
        "longitude": pytest.approx(-122.680085),
        "satellites": 12.0,
        "hdop": 0.83,
        "altitude": 62.2,
    } == values("nmea", GGA)


def test_a_fix_has_the_date_of_the_sentence_before():
    made = decoder("nmea")
    assert made.decode(GGA).device_time_ms is None

    made.decode(RMC)

    assert 1_377_497_708_000 == made.decode(GGA).device_time_ms


def test_a_time_after_midnight_is_of_the_next_day():
    made = decoder("nmea")
    made.decode(b"$GPRMC,235959.000,A,4530.7007,N,12240.8051,W,0.02,79.97,260813,,,D*00")

    decoded = made.decode(GGA.replace(b"061508.000", b"000001.000"))

    assert 1_377_561_601_000 == decoded.device_time_ms


# provenance: typical u-blox output before a fix
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (b"$GPGGA,235959.00,,,,,0,00,99.99,,,,,,*67", {"fix_quality": 0.0}),
        (b"$GPRMC,235959.00,V,,,,,,,311223,,,N*7C", {"valid": False}),
    ],
)
def test_without_a_fix_there_is_no_position(sentence, expected):
    assert expected == values("nmea", sentence)


@pytest.mark.parametrize(
    "place",
    ["4560.0000,N", "9100.0000,N", "530.7007,N", "4530.7007,X", "45a0.7007,N", ",N"],
)
def test_a_place_that_is_not_on_earth_is_damage(place):
    with pytest.raises(BadFrameError, match="is no GLL"):
        decoder("nmea").decode(f"$GPGLL,{place},12240.8051,W,061508,A*00".encode())


def test_a_field_of_any_sentence_may_be_named():
    field = FieldSettings(metric="wind speed", key="MWV.3", unit="kn")
    # provenance: made up after NMEA 0183: angle, reference, speed, unit, status
    sentence = b"$WIMWV,271.0,R,10.0,N,A*00"

    assert {"wind speed": pytest.approx(5.144444)} == values("nmea", sentence, field=[field])


def test_a_sentence_of_no_interest_says_nothing():
    assert {} == values("nmea", b"$GPGSV,4,2,14,11,34,303,46*74")


def test_a_place_in_a_sentence_has_to_be_one():
    with pytest.raises(ValueError, match=r"such as MWV\.1"):
        decoder("nmea", field=[FieldSettings(metric="x", key="MWV")])


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


@pytest.mark.parametrize("sentence", ["RMC", "GGA", "GLL"])
@given(fields=st.lists(st.text("0123456789.,ANSWEM-", max_size=12), max_size=15))
def test_any_fields_are_a_sentence_or_an_error_of_ours(sentence, fields):
    made = decoder("nmea")
    try:
        made.decode(f"$GP{sentence},{','.join(fields)}*00".encode())
    except BadFrameError:
        return
