"""Checks of frames, held against the usual catalogue and against real frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collector_serial.checks.check import make_check, make_checksum
from collector_serial.checks.crc import Crc
from collector_serial.settings.checksum import ChecksumSettings

DIGITS = b"123456789"

# provenance: "Catalogue of parametrised CRC algorithms", check values of 123456789
CATALOGUE = {
    "CRC-8/SMBUS": (Crc(8, 0x07), 0xF4),
    "CRC-8/NRSC-5": (Crc(8, 0x31, 0xFF), 0xF7),
    "CRC-8/MAXIM-DOW": (Crc(8, 0x31, reflected=True), 0xA1),
    "CRC-16/ARC": (Crc(16, 0x8005, reflected=True), 0xBB3D),
    "CRC-16/MODBUS": (Crc(16, 0x8005, 0xFFFF, reflected=True), 0x4B37),
    "CRC-16/X-25": (Crc(16, 0x1021, 0xFFFF, reflected=True, final_xor=0xFFFF), 0x906E),
    "CRC-16/XMODEM": (Crc(16, 0x1021), 0x31C3),
    "CRC-16/CCITT-FALSE": (Crc(16, 0x1021, 0xFFFF), 0x29B1),
    "CRC-32/ISO-HDLC": (
        Crc(32, 0x04C11DB7, 0xFFFFFFFF, reflected=True, final_xor=0xFFFFFFFF),
        0xCBF43926,
    ),
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_crc_is_that_of_the_catalogue(name):
    crc, expected = CATALOGUE[name]

    assert expected == crc(DIGITS)


@given(st.binary(max_size=40))
def test_a_crc_taken_by_words_is_that_taken_by_bytes(octets):
    crc = Crc(16, 0x8005, 0x1234, reflected=True)

    assert crc._reflected(octets) == crc(octets)


REAL = {
    # provenance: avaldebe/PyPMS captured_data, SDS01x at time 1601230280
    "sds011": ({"method": "sum", "first": 2, "last": -2, "at": -2}, "aac00600060058d93dab"),
    # provenance: avaldebe/PyPMS captured_data, MHZ19B at time 1625419056
    "mh-z19": ({"method": "sum", "first": 1, "negated": True}, "ff86027c42000000ba"),
    # provenance: avaldebe/PyPMS captured_data, PMSx003 at time 1601219770
    "pms": (
        {"method": "sum", "width": 16},
        "424d001c00000008000800000008000800d20046002d001e00000000970002c5",
    ),
    # provenance: sigrok-dumps uart/gps/mtk3339, public domain
    "nmea": (
        {"method": "xor", "first": 1, "last": -3, "digits": True},
        b"$GPVTG,79.97,T,,M,0.02,N,0.03,K,D*09".hex(),
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_frame_is_whole_and_with_any_wrong_bit_it_is_not(name):
    settings, digits = REAL[name]
    is_whole, frame = make_check(ChecksumSettings(**settings)), bytes.fromhex(digits)

    assert is_whole(frame)
    for place in range(settings.get("first", 0), len(frame)):
        damaged = bytearray(frame)
        damaged[place] ^= 0x10
        is_counted = name != "sds011" or place < len(frame) - 1  # its last byte is fixed
        is_counted = is_counted and bytes(damaged) != frame and damaged[place : place + 1] != b"*"
        if is_counted and not (name == "nmea" and place == len(frame) - 3):
            assert not is_whole(bytes(damaged)), place


@given(st.binary(min_size=4, max_size=40))
def test_a_sealed_frame_is_whole(frame):
    checksum = make_checksum(ChecksumSettings(method="crc", width=16, polynomial=0x1021))

    assert checksum.is_right(checksum.seal(frame))


def test_each_line_may_carry_a_check_of_its_own():
    # provenance: computed after Enedis-NOI-CPT_54E, 5.3.6: (sum & 0x3F) + 0x20 of "PAPP 00750"
    settings = {"method": "sum", "each_line": True, "last": -2, "mask": 0x3F, "add": 0x20}
    is_whole = make_check(ChecksumSettings(**settings))

    assert is_whole(b"\x02\nPAPP 00750 -\r\x03")
    assert not is_whole(b"\x02\nPAPP 00751 -\r\x03")
    assert not is_whole(b"\x02\x03")


def test_digits_may_be_small_letters():
    is_whole = make_check(ChecksumSettings(method="xor", digits=True))

    assert is_whole(b"\x4a4a")


@pytest.mark.parametrize("frame", [b"", b"1"])
def test_a_frame_that_is_shorter_than_its_check_is_not_whole(frame):
    assert not make_check(ChecksumSettings(method="sum", width=16))(frame)


@pytest.mark.parametrize(
    "settings",
    [
        {"method": "crc"},
        {"method": "xor", "polynomial": 7},
        {"method": "crc", "width": 8, "polynomial": 0x8005},
    ],
)
def test_a_polynomial_has_to_fit(settings):
    with pytest.raises(ValidationError, match="polynomial"):
        ChecksumSettings(**settings)
