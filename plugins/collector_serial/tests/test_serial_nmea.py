"""Satellite receivers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_serial.decode.decoder import BadFrameError
from collector_serial.decode.make import make_decoder
from collector_serial.formats.catalogue import format_named
from collector_serial.settings.field import FieldSettings


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


@pytest.mark.parametrize("sentence", ["RMC", "GGA", "GLL"])
@given(fields=st.lists(st.text("0123456789.,ANSWEM-", max_size=12), max_size=15))
def test_any_fields_are_a_sentence_or_an_error_of_ours(sentence, fields):
    made = decoder("nmea")
    try:
        made.decode(f"$GP{sentence},{','.join(fields)}*00".encode())
    except BadFrameError:
        return
