"""Frames and queries: real frames from devices, an independent codec, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerAscii, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.mei_message import ReadDeviceInformationResponse
from pymodbus.pdu.other_message import ReportDeviceIdResponse

from collector_modbus.errors import DeviceError, in_words
from collector_modbus.protocol import queries
from collector_modbus.protocol.checksums import crc16, lrc8
from collector_modbus.protocol.framing import Ascii, Mbap, OutOfStepError, Rtu
from collector_modbus.protocol.identification import identification_page, server_id_text
from collector_modbus.registers.table import Block, Span, Table

REAL_FRAMES = {
    # Eastron manuals (SDM320Y, SDM630 register list): 230.2 V
    "eastron": (
        Table.INPUT,
        Span(0, 2),
        "01 04 00 00 00 02 71 CB",
        "01 04 04 43 66 33 34 1B 38",
        "43663334",
    ),
    # ioBroker.modbus issue 286, bus log of a Carlo Gavazzi ET112: 233.1 V, low word first
    "et112": (
        Table.HOLDING,
        Span(0, 2),
        "01 03 00 00 00 02 C4 0B",
        "01 03 04 09 1B 00 00 89 A8",
        "091b0000",
    ),
    # gonium/gosdm630 pull request 122, bus trace of an ABB B21: power factor 0.435
    "abb": (
        Table.HOLDING,
        Span(0x5B3A, 1),
        "01 03 5B 3A 00 01 B7 23",
        "01 03 02 01 B3 F8 61",
        "01b3",
    ),
    # ESPHome feature request 49, a PZEM-016: 225.7 V, 0.108 A, 24.4 W, 38 Wh, 50.0 Hz
    "pzem": (
        Table.INPUT,
        Span(0, 10),
        "01 04 00 00 00 0A 70 0D",
        "01 04 14 08D1 006C 0000 00F4 0000 0026 0000 01F4 0064 0000 51 34",
        "08d1006c000000f400000026000001f400640000",
    ),
    # HV10 manual: 60.00 Hz set, output 0
    "hv10": (
        Table.HOLDING,
        Span(0x2102, 2),
        "01 03 21 02 00 02 6F F7",
        "01 03 04 17 70 00 00 FE 5C",
        "17700000",
    ),
}


@pytest.mark.parametrize("device", REAL_FRAMES)
def test_frames_that_were_seen_on_real_lines_are_made_and_understood(device):
    table, span, request, answer, data = REAL_FRAMES[device]
    query = queries.read(Block(table, span))

    frame = Rtu().take(bytearray.fromhex(answer))

    assert bytes.fromhex(request) == Rtu().encode(1, query.pdu, 0)
    assert frame is not None
    assert query.is_answered_by(frame.pdu)
    assert bytes.fromhex(data) == queries.data_of(frame.pdu)


def test_an_exception_seen_on_a_real_line_is_told_with_its_code():
    # homeassistant-solax-modbus issue 1906: 01 03 04 3A 00 01 A5 37 -> 01 83 02 C0 F1
    frame = Rtu().take(bytearray.fromhex("018302C0F1"))

    assert frame is not None
    with pytest.raises(DeviceError, match=r"^exception 2 \(illegal data address\)$"):
        queries.data_of(frame.pdu)


def test_a_frame_whose_last_crc_byte_is_damaged_is_none():
    assert Rtu().take(bytearray.fromhex("01030208D17F00")) is None


def test_a_frame_of_modbus_tcp_from_a_real_inverter_is_understood():
    # wlcrs/huawei_solar issue 593: 20 registers from 32000
    header, words = "00880000002b00", "0006 0000 0007" + "0000" * 5 + "0200" + "0000" * 11

    frame = Mbap().take(bytearray.fromhex(header + "0328" + words))

    assert frame is not None
    assert (0x88, 0) == (frame.transaction_id, frame.unit_id)
    assert bytes.fromhex("03 28" + words) == frame.pdu


def test_an_unknown_exception_code_still_has_words():
    assert in_words(99) == "exception 99 (unknown)"


@given(st.integers(0, 247), st.binary(min_size=1, max_size=252), st.integers(1, 65535))
def test_our_frames_are_those_of_an_independent_codec(unit_id, pdu, tid):
    decoder = DecodePDU(is_server=True)

    assert FramerRTU(decoder).encode(pdu, unit_id, 0) == Rtu().encode(unit_id, pdu, 0)
    assert FramerAscii(decoder).encode(pdu, unit_id, 0) == Ascii().encode(unit_id, pdu, 0)
    assert FramerSocket(decoder).encode(pdu, unit_id, tid) == Mbap().encode(unit_id, pdu, tid)


@given(st.binary(max_size=300))
def test_checksums_are_those_of_an_independent_codec(data):
    assert FramerRTU.compute_CRC(data) == int.from_bytes(crc16(data).to_bytes(2, "little"), "big")
    assert FramerAscii.compute_LRC(data) == lrc8(data)


@given(st.binary(max_size=600))
def test_no_bytes_make_a_serial_framing_fail_or_keep_more_than_a_frame(data):
    for framing, most in ((Rtu(), 256), (Ascii(), 513)):
        buffer = bytearray(data)
        while framing.take(buffer) is not None:
            pass

        assert len(buffer) <= most


@pytest.mark.parametrize(
    ("line", "is_sound"),
    [
        (b":0B2B0EBC\r\n", True),
        (b":0b2b0ebc\r\n", True),
        (b":0B2B0EBC\n", True),
        (b":0B 2B 0E BC\r\n", False),
        (b":0B\t2B0EBC\r\n", False),
    ],
    ids=["as it is written", "small letters", "a line that LF alone ends", "blanks", "a tab"],
)
def test_a_line_of_digits_alone_is_a_frame(line, is_sound):
    assert is_sound == (Ascii().take(bytearray(line)) is not None)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_of_modbus_tcp_or_none_or_out_of_step(data):
    buffer = bytearray(data)

    try:
        frame = Mbap().take(buffer)
    except OutOfStepError:
        return

    assert frame is None or len(data) == len(buffer) + 7 + len(frame.pdu)


ANSWERS = st.binary(min_size=2, max_size=250).map(
    lambda data: bytes((3, len(data) // 2 * 2)) + data[: len(data) // 2 * 2]
)


@given(st.binary(max_size=20), ANSWERS)
def test_a_frame_behind_noise_is_found_unless_the_noise_is_one_itself(noise, pdu):
    for framing in (Rtu(), Ascii()):
        frames = []
        buffer = bytearray(noise.replace(b":", b"") + framing.encode(7, pdu, 0))
        while (frame := framing.take(buffer, is_over=True)) is not None:
            frames.append((frame.unit_id, frame.pdu))

        assert (7, pdu) in frames


@given(ANSWERS, st.data())
def test_a_frame_comes_whole_however_it_is_cut(pdu, data):
    for framing in (Rtu(), Ascii(), Mbap()):
        whole = framing.encode(7, pdu, 9)
        cut = data.draw(st.integers(1, len(whole) - 1))
        buffer = bytearray(whole[:cut])

        first = framing.take(buffer)
        buffer += whole[cut:]
        second = framing.take(buffer)

        assert first is None
        assert second is not None
        assert pdu == second.pdu


@given(ANSWERS, st.integers(0, 20), st.integers(0, 7))
def test_a_flipped_bit_is_noticed_on_serial_lines(pdu, place, bit):
    frame = bytearray(Rtu().encode(7, pdu, 0))
    frame[place % len(frame)] ^= 1 << bit

    taken = Rtu().take(frame)

    assert taken is None or taken.pdu != pdu or taken.unit_id != 7 or not taken.pdu


@pytest.mark.parametrize(
    ("table", "count", "size"),
    [(Table.COIL, 1, 1), (Table.DISCRETE, 9, 2), (Table.INPUT, 3, 6), (Table.HOLDING, 125, 250)],
)
def test_an_answer_of_another_size_or_function_is_not_taken(table, count, size):
    query = queries.read(Block(table, Span(0, count)))
    function = query.function

    assert query.is_answered_by(bytes((function, size)) + bytes(size))
    assert not query.is_answered_by(bytes((function, size)) + bytes(size + 1))
    assert not query.is_answered_by(bytes((function, size + 1)) + bytes(size + 1))
    assert not query.is_answered_by(bytes((function ^ 1, size)) + bytes(size))
    assert query.is_answered_by(bytes((function | 0x80, 2)))
    assert not query.is_answered_by(bytes((function | 0x80, 2, 0)))


def test_device_identification_is_read_object_by_object_and_page_by_page():
    answer = ReadDeviceInformationResponse(read_code=1, information={0: b"Eastron", 1: b"SDM630"})
    pdu = b"\x2b" + answer.encode()

    page = identification_page(pdu)

    assert {0: "Eastron", 1: "SDM630"} == page.objects
    assert page.next_object is None
    assert queries.identify().is_answered_by(pdu)
    assert 3 == identification_page(pdu[:4] + b"\xff\x03" + pdu[6:]).next_object


def test_a_device_identification_comes_through_rtu_whose_length_only_its_objects_tell():
    pdu = b"\x2b\x0e\x01\x01\x00\x00\x02\x00\x03abc\x01\x02de"

    frame = Rtu().take(bytearray(Rtu().encode(5, pdu, 0)))

    assert frame is not None
    assert {0: "abc", 1: "de"} == identification_page(frame.pdu).objects


@given(st.binary(max_size=60))
def test_a_damaged_identification_is_refused_and_never_more(data):
    try:
        page = identification_page(b"\x2b\x0e" + data)
    except ValueError:
        return

    assert all(text.isprintable() for text in page.objects.values())


def test_a_server_id_is_shown_as_far_as_it_is_readable():
    answer = b"\x11" + ReportDeviceIdResponse(identifier=b"\x05Solar\x00One", status=True).encode()

    assert "Solar One" in server_id_text(answer)


def test_a_line_without_its_colon_is_no_ascii_frame():
    line = Ascii().encode(2, b"\x04\x02\x01\x02", 0)

    assert Ascii().take(bytearray(line[1:])) is None
    assert Ascii().take(bytearray(line[1:] + line)) is not None
