"""Bytes that look right and would give a wrong value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_serial.checks.check import everything_is_whole
from collector_serial.decode.decoder import BadFrameError, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.dialogue.make import make_main_framer
from collector_serial.framing.lines import LineFramer
from collector_serial.framing.modbus_rtu import MODBUS
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.framing import LineFraming
from collector_serial.settings.source import SerialSettings
from collector_serial.simulator.making import make_instrument


def values(name, frame, **said):
    recipe = SerialSettings(port="/dev/ttyX", format=name, **said).recipe()
    return dict(make_decoder(recipe).decode(frame).values)


def lines(**said):
    return LineFramer(LineFraming(type="lines", first_is_whole=True, **said), everything_is_whole)


def test_the_end_of_a_line_that_is_too_long_is_no_line():
    framer = lines(max_bytes=10)

    found = framer.feed(b"1.5\n" + b"x" * 20 + b"1") + framer.feed(b"2.5\n3.5\n")

    assert [b"1.5", b"3.5"] == found
    assert 1 == framer.damaged


@given(st.lists(st.integers(0, 40), max_size=20), st.lists(st.integers(1, 30), max_size=60))
def test_however_bytes_arrive_only_lines_that_fit_are_given(lengths, cuts):
    stream = b"".join(b"%d|%s|\n" % (length, b"x" * length) for length in lengths)
    framer = lines(max_bytes=20)
    found = []

    for cut in cuts:
        found += framer.feed(stream[:cut])
        stream = stream[cut:]
    found += framer.feed(stream)

    whole = [b"%d|%s|" % (length, b"x" * length) for length in lengths]
    assert [line for line in whole if len(line) <= 20] == found


def test_stored_values_of_a_meter_are_not_taken_for_those_of_now():
    readout = (
        b"\x021.8.0*01(000100.0*kWh)\r\n1.8.0(000123.0*kWh)\r\n1.8.0*02(000090.0*kWh)\r\n!\x03x"
    )

    assert {"import_energy": 123.0 * 3.6e6} == values("iec62056-21", readout)


def test_the_time_of_a_maximum_is_not_taken_for_its_value():
    readout = b"\x021.6.0(00.123*kW)(2401311200)\r\n!\x03x"

    assert {"peak_import_power": 123.0} == values("iec62056-21", readout)


def test_a_line_of_a_meter_may_hold_several_values():
    readout = b"\x021.8.1(000123.0*kWh)1.8.2(000045.0*kWh)\r\n!\x03x"

    assert {
        "import_energy_t1": 123.0 * 3.6e6,
        "import_energy_t2": 45.0 * 3.6e6,
    } == values("iec62056-21", readout)


def test_a_weight_below_zero_keeps_its_sign():
    # 16 characters: sign, 9 of the value, blank, 3 of the unit
    assert {"weight": -0.0125, "stable": True} == values("sbi", b"-      12.5 g   ")


def test_a_speed_of_the_users_own_is_not_mixed_with_that_of_the_receiver():
    field = {"metric": "speed", "key": "MWV.3", "unit": "m/s"}
    rmc = b"$GPRMC,061507.000,A,4530.7007,N,12240.8051,W,9.99,79.97,260813,,,D*4B"

    assert "speed" not in values("nmea", rmc, field=[field])


def test_wind_that_the_mast_calls_invalid_is_none():
    field = {"metric": "wind", "key": "MWV.3", "unit": "m/s"}

    assert {} == values("nmea", b"$WIMWV,214.8,R,0.1,M,V*00", field=[field])
    assert {"wind": 0.1} == values("nmea", b"$WIMWV,214.8,R,0.1,M,A*00", field=[field])


def test_a_text_keeps_its_commas_where_numbers_have_them():
    said = {
        "pattern": "^(?P<weight>[0-9,]+) (?P<note>.*)$",
        "decimal_comma": True,
        "field": [{"metric": "weight"}, {"metric": "note", "type": "string"}],
    }

    assert {"weight": 21.5, "note": "red, blue"} == values("regex", b"21,5 red, blue", **said)


@pytest.mark.parametrize(
    "said",
    [
        {"word_order": "little"},  # a byte has no words
        {"format": "uint24", "word_order": "little"},
        {"format": "uint32", "word_order": "little", "order": "little"},
        {"bit": 8},
        {"format": "uint16", "mask": 0x10000},
        {"format": "float32", "bit": 1},
        {"format": "text", "mask": 1},
    ],
)
def test_a_field_that_could_only_give_wrong_values_is_refused(said):
    with pytest.raises(ValueError, match=r"word_order|bit|mask"):
        FieldSettings(metric="level", at=0, **said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("csv", {"columns": ["a", "b"], "field": [{"metric": "x", "key": k} for k in "ab"]}),
        ("key-value", {"field": [{"metric": "x", "key": key} for key in "ab"]}),
        ("binary", {"field": [{"metric": "x", "at": at} for at in (0, 1)]}),
        ("modbus-sniff", {"field": [{"metric": "x", "address": at} for at in (0, 1)]}),
    ],
)
def test_two_quantities_cannot_have_one_metric(name, said):
    with pytest.raises(ValueError, match="'x' is the metric of two fields"):
        values(name, b"", **said)


def test_one_key_cannot_be_two_metrics():
    fields = [{"metric": metric, "key": "t"} for metric in ("inside", "outside")]

    with pytest.raises(ValueError, match="'t' is the key of two fields"):
        values("json-lines", b"{}", field=fields)


def test_an_sml_list_without_content_is_a_bad_frame():
    # one message of six fields whose body is a list of one: the code of a list response
    frame = bytes.fromhex("760201620062007163070163000000")

    with pytest.raises(BadFrameError, match="list of values"):
        values("sml", frame)


def sml_of(unit):
    entry = "77070100010800ff0101" + unit + "5200550001e24001"
    response = "770101010171" + entry + "0101"
    return bytes.fromhex("7602016200620072630701" + response + "63000000")


def test_a_value_in_a_unit_that_is_not_known_is_none():
    assert {"import_energy": 123456 * 3600.0} == values("sml", sml_of("621e"))  # Wh
    with pytest.raises(NoValueError):
        values("sml", sml_of("62fe"))


def modbus(frame):
    octets = bytes.fromhex(frame)
    return octets + MODBUS(octets).to_bytes(2, "little")


def sniffed(*frames):
    field = [{"metric": "wanted", "address": 3, "format": "uint16"}]
    recipe = SerialSettings(port="/dev/ttyX", format="modbus-sniff", field=field).recipe()
    framer, decoder = make_main_framer(recipe), make_decoder(recipe)
    found = framer.feed(b"".join(frames)) + framer.silence()
    return [dict(values) for frame in found if (values := decoder.decode(frame).values)]


def test_an_answer_behind_a_damaged_request_is_not_paired_with_the_request_before():
    wanted, other = modbus("010300030001"), modbus("010300090001")
    damaged = other[:4] + b"\xff" + other[5:]

    assert [{"wanted": 5.0}] == sniffed(wanted, modbus("0103020005"))
    assert [] == sniffed(wanted, damaged, modbus("0103020007"))
    assert [{"wanted": 5.0}] == sniffed(
        wanted, damaged, modbus("0103020007"), wanted, modbus("0103020005")
    )


def test_a_glitch_between_request_and_answer_costs_no_value():
    assert [{"wanted": 5.0}] == sniffed(modbus("010300030001"), b"\0", modbus("0103020005"))


def test_true_and_relative_wind_are_told_apart():
    fields = [{"metric": f"wind_{sort}", "key": f"MWV/{sort}.3"} for sort in "RT"]

    assert {"wind_R": 3.1} == values("nmea", b"$WIMWV,214.8,R,3.1,M,A*00", field=fields)
    assert {"wind_T": 2.2} == values("nmea", b"$WIMWV,190.1,T,2.2,M,A*00", field=fields)


def test_true_and_relative_wind_can_be_simulated():
    fields = [{"metric": f"wind_{sort}", "key": f"MWV/{sort}.3"} for sort in "RT"]
    recipe = SerialSettings(port="/dev/ttyX", format="nmea", field=fields).recipe()
    framer, decoder = make_main_framer(recipe), make_decoder(recipe)

    frames = framer.feed(make_instrument(recipe, [], 1_767_225_600_000).frame(1.0))

    seen = {metric for frame in frames for metric in decoder.decode(frame).values}
    assert {"wind_R", "wind_T"} <= seen
