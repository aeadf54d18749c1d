"""Frames and registers of simulated devices, without a link."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.simulator.pdus import (
    AsciiFraming,
    Frame,
    MbapFraming,
    RtuFraming,
    UnansweredQuery,
    query_of,
)
from collector_modbus.simulator.registers import DeviceRegisters

FRAMINGS = [RtuFraming, AsciiFraming, MbapFraming]

reads = st.builds(
    lambda function, address, count: (
        bytes([function]) + address.to_bytes(2, "big") + count.to_bytes(2, "big")
    ),
    st.integers(1, 4),
    st.integers(0, 65535),
    st.integers(0, 3000),
)
others = st.sampled_from([b"\x11", b"\x2b\x0e\x01\x00", b"\x08\x00\x00\xa5\x5a"])
pdus = st.one_of(reads, others)


def frames(framing):
    identifiers = st.integers(0, 65535) if framing is MbapFraming else st.just(0)
    return st.lists(st.builds(Frame, st.integers(1, 247), pdus, identifiers), max_size=5)


@pytest.mark.parametrize("framing", FRAMINGS)
@given(st.data())
def test_requests_are_found_however_they_are_cut(framing, data):
    sent = data.draw(frames(framing))
    stream = b"".join(framing().join(each) for each in sent)
    cut = data.draw(st.integers(0, len(stream)))

    first, rest = framing().split(stream[:cut])
    second, left = framing().split(rest + stream[cut:])

    assert sent == first + second
    assert b"" == left


@pytest.mark.parametrize("framing", FRAMINGS)
@given(st.binary(max_size=600))
@example(b":zz0300000001FB\r\n")
@example(b":01\r\n:\r\n\r\n")
@example(bytes.fromhex("0001 0000 0000 01 03"))
def test_noise_is_no_request_and_breaks_nothing(framing, noise):
    found, rest = framing().split(noise)

    assert len(rest) <= len(noise)
    assert all(framing().join(each).upper() in noise.upper() for each in found)


def test_the_first_byte_of_the_next_request_is_left_to_it():
    server_id, read = Frame(1, b"\x11", 7), Frame(1, bytes.fromhex("03 0000 0001"), 8)
    one, other = (MbapFraming().join(each) for each in (server_id, read))

    assert ([server_id], other[:1]) == MbapFraming().split(one + other[:1])


def test_a_request_whose_length_nobody_knows_is_one_if_it_is_all_that_came():
    unknown = RtuFraming().join(Frame(1, b"\x41\x01\x02"))

    assert ([Frame(1, b"\x41\x01\x02")], b"") == RtuFraming().split(unknown)
    assert ([], unknown[:-1]) == RtuFraming().split(unknown[:-1])


@given(st.binary(max_size=300))
def test_whatever_comes_can_be_answered(pdu):
    query = query_of(pdu)

    if isinstance(query, UnansweredQuery):
        assert query.code in (1, 3)


def test_a_write_is_understood_and_not_done():
    assert UnansweredQuery(1) == query_of(bytes.fromhex("06 0001 0003"))


def test_registers_take_words_and_bits_of_their_tables_only():
    registers = DeviceRegisters()

    for wrong in ([0x10000], [-1]):
        with pytest.raises(ValueError, match="as words of 16 bits"):
            registers.set_words(Table.HOLDING, 0, wrong)
    with pytest.raises(ValueError, match="as words"):
        registers.set_words(Table.COIL, 0, [1])
    with pytest.raises(ValueError, match="does not take bits"):
        registers.set_bits(Table.INPUT, 0, [True])
    with pytest.raises(ValueError, match="65535"):
        registers.set_words(Table.INPUT, 65535, [1, 2])


def test_what_was_set_stands_before_what_lives():
    registers = DeviceRegisters()
    registers.set_words(Table.HOLDING, 2, [22])

    assert [11, 22, 0] == registers.read(Block(Table.HOLDING, Span(1, 3)), {1: 11, 2: 12})


def test_a_strict_device_has_what_lives_as_well():
    registers = DeviceRegisters(strict=True)

    assert [11] == registers.read(Block(Table.HOLDING, Span(1, 1)), {1: 11})
    assert registers.read(Block(Table.HOLDING, Span(1, 2)), {1: 11}) is None


def test_what_is_forbidden_can_be_allowed_again_and_other_tables_never_were():
    registers = DeviceRegisters()
    block = Block(Table.HOLDING, Span(5, 2))
    registers.forbid(block)

    refused = [registers.read(Block(Table.HOLDING, Span(at, 2))) is None for at in range(3, 8)]
    assert [False, True, True, True, False] == refused
    assert [0, 0] == registers.read(Block(Table.INPUT, Span(5, 2)))
    registers.allow(block)
    assert [0, 0] == registers.read(block)
