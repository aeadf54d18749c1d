"""What simulated devices do wrong: as drawn from settings, and as a test has it scripted."""

import os
import select
import socket

import pytest

from collector.clock import SystemClock
from collector.testkit.clock import FakeClock
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.simulate import (
    AddressRange,
    ExceptionSettings,
    LateSettings,
    SimulateSettings,
)
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.misdeeds import (
    Outcome,
    Request,
    drawn_outcome,
    foreign_id,
    swapped_id,
    zero_id,
)

# Holding register 0 of unit 1, which holds 0x002A. CRCs as of Modbus over Serial Line 1.02, 6.2.2.
RTU_REQUEST = bytes.fromhex("01 03 0000 0001 840A")
RTU_ANSWER = bytes.fromhex("01 03 02 002A 399B")
TCP_REQUEST = bytes.fromhex("1234 0000 0006 01 03 0000 0001")
TCP_ANSWER = bytes.fromhex("1234 0000 0005 01 03 02 002A")
ASCII_REQUEST = b":010300000001FB\r\n"
ASCII_ANSWER = b":010302002AD0\r\n"

WIRES = {
    "rtu": (RTU_REQUEST, RTU_ANSWER),
    "rtu-over-tcp": (RTU_REQUEST, RTU_ANSWER),
    "ascii": (ASCII_REQUEST, ASCII_ANSWER),
    "tcp": (TCP_REQUEST, TCP_ANSWER),
    "udp": (TCP_REQUEST, TCP_ANSWER),
}


class Wire:
    """The client's end of a bus: raw bytes."""

    def __init__(self, bus):
        link = bus.link()
        self._socket = None
        if link.type in ("rtu", "ascii"):
            self._file = os.open(link.port, os.O_RDWR | os.O_NOCTTY)
        else:
            kind = socket.SOCK_DGRAM if link.type == "udp" else socket.SOCK_STREAM
            self._socket = socket.socket(socket.AF_INET, kind)
            self._socket.connect((link.host, link.port))
            self._file = self._socket.fileno()

    def send(self, data):
        os.write(self._file, data)

    def hears(self, timeout_s=5.0):
        return bool(select.select([self._file], [], [], timeout_s)[0])

    def read_once(self):
        assert self.hears()
        return os.read(self._file, 1000)

    def read(self, count):
        data = b""
        while len(data) < count:
            data += self.read_once()
        return data

    def close(self):
        if self._socket is not None:
            self._socket.close()
        else:
            os.close(self._file)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def wired(clock):
    """Makes a bus with unit 1 on it, and its wire; on a clock that does not move by itself."""
    opened = []

    def make(link_type="rtu", unit_ids=(1,), **options):
        bus = SimulatedBus(link_type, clock)
        opened.append(bus)
        for unit_id in unit_ids:
            device = bus.add(SimulatedDevice(unit_id, **options))
            device.registers.set_words(Table.HOLDING, 0, [0x2A])
        wire = Wire(bus.start())
        opened.append(wire)
        return bus, wire

    yield make
    for each in reversed(opened):
        each.close() if isinstance(each, Wire) else each.stop()


@pytest.mark.parametrize("link_type", WIRES)
def test_a_sound_request_gets_the_sound_answer(wired, link_type):
    request, answer = WIRES[link_type]
    _, wire = wired(link_type)

    wire.send(request)

    assert answer == wire.read(len(answer))


@pytest.mark.parametrize("link_type", ["rtu", "ascii", "tcp"])
def test_a_request_may_come_in_pieces_and_two_at_once(wired, link_type):
    request, answer = WIRES[link_type]
    bus, wire = wired(link_type)

    wire.send(request[:5])
    assert not wire.hears(0.05)
    wire.send(request[5:] + request)

    assert answer * 2 == wire.read(2 * len(answer))
    assert 2 == bus.request_count


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\xff\xff", b"\x01\x03\x00", b"\x01\x10\x00\x01"])
def test_noise_before_a_request_does_not_hide_it(wired, noise):
    _, wire = wired("rtu")

    wire.send(noise + RTU_REQUEST)

    assert RTU_ANSWER == wire.read(len(RTU_ANSWER))


def test_the_start_of_a_request_that_never_went_on_is_forgotten(wired, clock):
    bus, wire = wired("rtu")
    wire.send(RTU_REQUEST[:5])
    assert not wire.hears(0.05)

    clock.advance(1.0)
    wire.send(RTU_REQUEST[5:])
    assert not wire.hears(0.05)
    clock.advance(1.0)
    wire.send(RTU_REQUEST)

    assert RTU_ANSWER == wire.read(len(RTU_ANSWER))
    assert 1 == bus.request_count


@pytest.mark.parametrize(
    ("link_type", "damaged"),
    [
        ("rtu", RTU_REQUEST[:-1] + b"\x0b"),
        ("ascii", ASCII_REQUEST.replace(b"FB", b"FC")),
        ("ascii", ASCII_REQUEST.replace(b"01", b"zz", 1)),
        ("tcp", TCP_REQUEST[:2] + b"\x00\x01" + TCP_REQUEST[4:]),
    ],
)
def test_a_damaged_request_is_not_answered(wired, link_type, damaged):
    bus, wire = wired(link_type)

    wire.send(damaged)

    assert not wire.hears(0.05)
    assert 0 == bus.request_count


@pytest.mark.parametrize(
    ("request_hex", "answer_hex"),
    [
        ("03 0000 0000", "83 03"),  # no register
        ("03 0000 007E", "83 03"),  # 126
        ("03 FFFF 0002", "83 02"),  # behind the last
        ("03 00", "83 03"),
        ("41 0102", "C1 01"),  # a function that nobody knows
        ("2B 0D 00", "AB 01"),  # CANopen
        ("08 0001 0000", "88 01"),  # restart communications
        ("83 02", "83 01"),  # an answer
    ],
)
def test_requests_that_make_no_sense_are_refused(wired, request_hex, answer_hex):
    request, answer = bytes.fromhex(request_hex), bytes.fromhex(answer_hex)
    _, wire = wired("tcp")

    wire.send(
        bytes.fromhex("0001 0000") + (len(request) + 1).to_bytes(2, "big") + b"\x01" + request
    )

    assert bytes.fromhex("0001 0000 0003 01") + answer == wire.read(9)


def test_latency_delays_every_answer(wired, clock):
    bus, wire = wired(simulate=SimulateSettings(latency="2s"))

    wire.send(RTU_REQUEST)
    assert bus.wait_for_requests(1, 5.0)
    assert not wire.hears(0.05)
    clock.advance(1.9)
    assert not wire.hears(0.05)
    clock.advance(0.1)

    assert RTU_ANSWER == wire.read(len(RTU_ANSWER))


def test_a_late_answer_comes_though_other_requests_were_answered_meanwhile(wired, clock):
    bus, wire = wired(unit_ids=(1, 2))
    bus.devices[1].follow([Outcome(delay_s=0.3)])
    to_unit_2 = bytes.fromhex("02 03 0000 0001 8439")

    wire.send(RTU_REQUEST)
    assert bus.wait_for_requests(1, 5.0)
    wire.send(to_unit_2)
    meanwhile = wire.read(7)
    clock.advance(0.3)

    assert b"\x02" == meanwhile[:1]
    assert RTU_ANSWER == wire.read(7)


def test_one_device_answers_in_the_order_of_the_requests(wired, clock):
    late_then_not = [Outcome(delay_s=0.5), None]
    bus, wire = wired("tcp", script=late_then_not)

    wire.send(TCP_REQUEST)
    wire.send(b"\x56\x78" + TCP_REQUEST[2:])
    assert bus.wait_for_requests(2, 5.0)
    assert not wire.hears(0.05)
    clock.advance(0.5)

    assert TCP_ANSWER + b"\x56\x78" + TCP_ANSWER[2:] == wire.read(22)


def test_a_dead_device_is_silent_and_its_requests_count(wired):
    bus, wire = wired("tcp", simulate=SimulateSettings(dead=True))

    wire.send(TCP_REQUEST)

    assert bus.wait_for_requests(1, 5.0)
    assert not wire.hears(0.05)


def test_a_device_refuses_at_random_with_the_code_that_is_set(wired):
    settings = SimulateSettings(exceptions=ExceptionSettings(share=1.0, code=6))
    _, wire = wired("tcp", simulate=settings)

    wire.send(TCP_REQUEST)

    assert bytes.fromhex("1234 0000 0003 01 83 06") == wire.read(9)


def test_forbidden_addresses_are_refused_within_a_request(wired):
    forbidden = [AddressRange(register="holding", first=1, last=2)]
    _, wire = wired("tcp", simulate=SimulateSettings(forbidden=forbidden))

    wire.send(TCP_REQUEST)
    assert TCP_ANSWER == wire.read(11)
    wire.send(TCP_REQUEST[:-1] + b"\x02")

    assert bytes.fromhex("1234 0000 0003 01 83 02") == wire.read(9)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(unit_id=9), "1234 0000 0005 09 03 02 002A"),
        (Outcome(function=4), "1234 0000 0005 01 04 02 002A"),
        (Outcome(exception=4), "1234 0000 0003 01 83 04"),
        (Outcome(pdu=b"\x03\x02\xbe\xef"), "1234 0000 0005 01 03 02 BEEF"),
        (Outcome(transaction_id=zero_id), "0000 0000 0005 01 03 02 002A"),
        (Outcome(transaction_id=swapped_id), "3412 0000 0005 01 03 02 002A"),
        (Outcome(transaction_id=foreign_id), "5234 0000 0005 01 03 02 002A"),
        (Outcome(copies=2), 2 * "1234 0000 0005 01 03 02 002A"),
        (Outcome(mangle=lambda frame: b"\xff" + frame[:-1]), "FF 1234 0000 0005 01 03 02 00"),
        (None, "1234 0000 0005 01 03 02 002A"),
    ],
)
def test_a_script_decides_what_is_sent(wired, outcome, expected):
    _, wire = wired("tcp", script=[None, None, outcome])

    for _ in range(2):
        wire.send(TCP_REQUEST)
        assert TCP_ANSWER == wire.read(11)
    wire.send(TCP_REQUEST)
    assert bytes.fromhex(expected) == wire.read(len(bytes.fromhex(expected)))
    wire.send(TCP_REQUEST)
    assert TCP_ANSWER == wire.read(11)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(unit_id=9), "09 03 02 002A D85A"),
        (Outcome(function=4), "01 04 02 002A 38EF"),
        (Outcome(exception=11), "01 83 0B 00F7"),
    ],
)
def test_scripted_answers_on_a_serial_line_have_right_checksums(wired, outcome, expected):
    _, wire = wired("rtu", script=[outcome])

    wire.send(RTU_REQUEST)

    assert bytes.fromhex(expected) == wire.read(len(bytes.fromhex(expected)))


def test_a_script_may_be_a_function_of_the_request(wired):
    seen = []

    def script(request):
        seen.append(request)
        return Outcome(exception=request.block.span.count)

    bus, wire = wired("tcp")
    bus.devices[1].follow(script)

    wire.send(TCP_REQUEST[:-1] + b"\x05")

    assert bytes.fromhex("1234 0000 0003 01 83 05") == wire.read(9)
    expected = Request(
        unit_id=1,
        function=3,
        block=Block(Table.HOLDING, Span(0, 5)),
        transaction_id=0x1234,
        is_checked=False,
    )
    assert [expected] == seen == bus.requests


def test_a_new_script_starts_with_the_next_request(wired):
    bus, wire = wired("tcp", script=[Outcome(exception=1)] * 9)
    wire.send(TCP_REQUEST)
    wire.read(9)

    bus.devices[1].follow([None, Outcome(exception=2)])
    wire.send(TCP_REQUEST)
    first = wire.read(11)
    wire.send(TCP_REQUEST)

    assert TCP_ANSWER == first
    assert b"\x83\x02" == wire.read(9)[-2:]


def test_an_answer_may_come_in_two_pieces_with_a_pause(wired, clock):
    bus, wire = wired("rtu", script=[Outcome(split_at=3, pause_s=0.2)])

    wire.send(RTU_REQUEST)
    assert RTU_ANSWER[:3] == wire.read(3)
    wire.send(RTU_REQUEST)
    assert bus.wait_for_requests(2, 5.0)
    assert not wire.hears(0.05)
    clock.advance(0.2)

    assert RTU_ANSWER[3:] + RTU_ANSWER == wire.read(4 + 7)


def request(number=1, *, unit_id=1, is_checked=True):
    return Request(unit_id=unit_id, function=3, number=number, is_checked=is_checked)


def test_late_answers_are_drawn_with_their_share_and_between_their_bounds():
    late = LateSettings(share=0.3, least="100ms", most="600ms")
    settings = SimulateSettings(latency="50ms", late=late)

    delays_s = [drawn_outcome(settings, request(number)).delay_s for number in range(2000)]

    late_s = [delay_s for delay_s in delays_s if delay_s > 0.05]
    assert 500 <= len(late_s) <= 700
    assert {0.05} == set(delays_s) - set(late_s)
    assert 0.15 <= min(late_s) < 0.16
    assert 0.64 < max(late_s) <= 0.65


def test_the_same_seed_draws_the_same_and_another_one_other_faults():
    late = LateSettings(most="1s")

    def drawn(seed, unit_id=1):
        settings = SimulateSettings(seed=seed, late=late)
        return [drawn_outcome(settings, request(n, unit_id=unit_id)).delay_s for n in range(20)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert drawn(1) != drawn(1, unit_id=2)


def test_refusals_are_drawn_with_their_share():
    settings = SimulateSettings(exceptions=ExceptionSettings(share=0.1, code=5))

    codes = [drawn_outcome(settings, request(number)).exception for number in range(2000)]

    assert 150 <= codes.count(5) <= 250
    assert {5, None} == set(codes)


def test_garbage_is_drawn_with_its_share_in_three_kinds():
    settings = SimulateSettings(garbage=0.5)

    sent = [drawn_outcome(settings, request(n)).mangle(RTU_ANSWER) for n in range(2000)]

    noisy = [data for data in sent if len(data) > 7]
    short = [data for data in sent if len(data) < 7]
    flipped = [data for data in sent if len(data) == 7 and data != RTU_ANSWER]
    assert 900 <= sent.count(RTU_ANSWER) <= 1100
    assert all(250 <= len(kind) <= 420 for kind in (noisy, short, flipped))
    assert all(data.endswith(RTU_ANSWER) for data in noisy)
    assert all(RTU_ANSWER.startswith(data) for data in short)
    assert {1} == {bits_between(data, RTU_ANSWER) for data in flipped}
    assert len({bytes(data) for data in flipped}) > 40


def test_bits_flip_only_where_a_receiver_can_notice_when_there_is_no_checksum():
    settings = SimulateSettings(garbage=1.0)

    sent = [
        drawn_outcome(settings, request(n, is_checked=False)).mangle(TCP_ANSWER)
        for n in range(1000)
    ]

    flipped = [data for data in sent if len(data) == len(TCP_ANSWER)]
    assert flipped
    assert all(data[8:] == TCP_ANSWER[8:] for data in flipped)
    assert all(data[:8] != TCP_ANSWER[:8] for data in flipped)


def bits_between(one, other):
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def test_delays_are_real_on_a_real_clock():
    clock = SystemClock()
    with SimulatedBus("tcp", clock) as bus:
        bus.add(SimulatedDevice(1, simulate=SimulateSettings(latency="50ms")))
        wire = Wire(bus)
        began_s = clock.monotonic_s()
        wire.send(TCP_REQUEST)
        wire.read(11)
        took_s = clock.monotonic_s() - began_s
        wire.close()

    assert 0.05 <= took_s < 1.0
