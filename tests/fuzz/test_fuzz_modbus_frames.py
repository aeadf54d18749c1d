"""Whatever comes over a Modbus link, at either end, is a sound frame or none."""

import contextlib

import pytest
from fuzz.mutations import fuzzed
from hypothesis import strategies as st

from collector_modbus.errors import DeviceError
from collector_modbus.protocol import queries
from collector_modbus.protocol.framing import MAX_PDU_BYTES, Ascii, Mbap, OutOfStepError, Rtu
from collector_modbus.protocol.identification import identification_page, server_id_text
from collector_modbus.simulator.pdus import AsciiFraming, MbapFraming, RtuFraming, query_of

PDUS = [
    bytes.fromhex(digits)
    for digits in (
        *("030443663334", "04020102", "010105", "0203ACDB35", "8302", "840B", "080000A537"),
        *("2B0E01010000010007436F6D70616E79", "2B0E0183FF0200", "1105FF534E3031", "2B0E", "0300"),
        *("0300000002", "040000007D", "0100000010", "2B0E0100", "11", "10000000010204D2", "1800"),
    )
]
OURS = {"rtu": Rtu, "ascii": Ascii, "mbap": Mbap}
THEIRS = {"rtu": RtuFraming, "ascii": AsciiFraming, "mbap": MbapFraming}
FRAMES = {
    kind: [make().encode(1 + number, pdu, number) for number, pdu in enumerate(PDUS)]
    for kind, make in OURS.items()
}
KINDS = pytest.mark.parametrize("kind", OURS)
MOST_KEPT_BYTES = 520


def frames_in(framing, pieces):
    """Return the frames in a stream that comes in pieces, and what is still kept of it."""
    buffer, found = bytearray(), []
    for piece in pieces:
        buffer += piece
        with contextlib.suppress(OutOfStepError):
            while (frame := framing.take(buffer, is_over=not piece)) is not None:
                found.append(frame)
            continue
        buffer.clear()
    return found, bytes(buffer)


def in_pieces(stream, size):
    return [*(stream[start : start + size] for start in range(0, len(stream), size)), b""]


@KINDS
@fuzzed([frame for frames in FRAMES.values() for frame in frames], size=st.integers(1, 60))
def test_any_stream_gives_frames_that_are_sound_and_keeps_no_more_than_one(
    examine, kind, data, size
):
    found, kept = examine(frames_in, OURS[kind](), in_pieces(data, size))

    for frame in found:
        assert 2 <= len(frame.pdu) <= MAX_PDU_BYTES
        again = OURS[kind]().encode(frame.unit_id, frame.pdu, frame.transaction_id or 0)
        assert again.lower().removesuffix(b"\r\n") in data.lower()  # LF alone ends a line as well
    assert len(kept) <= MOST_KEPT_BYTES


@KINDS
@fuzzed([frame for frames in FRAMES.values() for frame in frames])
def test_any_request_to_a_simulated_device_is_split_off_and_understood_or_refused(
    examine, kind, data
):
    frames, rest = examine(THEIRS[kind]().split, data)

    assert len(rest) <= len(data)
    for frame in frames:
        assert examine(query_of, frame.pdu) is not None


def read_answer(pdu):
    with contextlib.suppress(DeviceError, ValueError):
        queries.raise_exception(pdu)
        queries.data_of(pdu)
    for read in (identification_page, server_id_text):
        with contextlib.suppress(DeviceError, ValueError):
            read(pdu)


@fuzzed(PDUS)
def test_any_answer_is_read_or_has_no_value(examine, data):
    if len(data) >= 2:
        examine(read_answer, data[:MAX_PDU_BYTES])
