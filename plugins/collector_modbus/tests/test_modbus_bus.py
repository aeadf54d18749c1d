"""One link, scripted units behind it, virtual time: only the answer to what was asked counts."""

import struct
from collections import Counter
from random import Random

import pytest
from modbus_units import Units, frame, holding, promptly, rtu_link, tcp_link, words_pdu

from collector import Deadline
from collector.testkit.clock import FakeClock
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import Line
from collector_modbus.errors import DeviceError, LinkError, NoAnswerError
from collector_modbus.protocol.framing import Mbap, Rtu
from collector_modbus.settings.link import NetworkLink


def make(behave, link=None, framing=None):
    clock = FakeClock()
    link = link or rtu_link(response_timeout="200ms")
    framing = framing or Rtu()
    units = Units(clock, behave, is_mbap=isinstance(framing, Mbap))
    bus = Bus(link, Line(link, units, framing, clock), clock)
    bus.join(1)
    return bus, units, clock


def within(clock, seconds=10.0):
    return Deadline.after(clock, seconds)


def value_of(bus, clock, block, unit_id=1):
    return struct.unpack(">H", bus.read(unit_id, block, within(clock))[:2])[0]


def test_a_block_is_read_from_the_unit_that_was_asked():
    bus, units, clock = make(promptly)

    data = bus.read(1, holding(10, 3), within(clock))

    assert struct.pack(">HHH", 1010, 1011, 1012) == data
    assert [(1, 3, 10, 3)] == [(r.unit_id, r.function, r.address, r.count) for r in units.requests]


def test_an_exception_is_raised_with_its_code_and_its_words():
    bus, _, clock = make(lambda request: [(0.01, frame(1, b"\x83\x02"))])

    with pytest.raises(DeviceError, match=r"exception 2 \(illegal data address\)") as caught:
        bus.read(1, holding(1), within(clock))
    assert caught.value.code == 2


def test_a_unit_that_is_silent_is_given_up_after_the_response_timeout():
    bus, _, clock = make(lambda request: [])
    began_s = clock.monotonic_s()

    with pytest.raises(NoAnswerError, match=r"unit 1 did not answer within 0\.2\d s") as caught:
        bus.read(1, holding(1), within(clock))

    assert caught.value.cost_s == pytest.approx(clock.monotonic_s() - began_s, abs=0.01)


def test_a_late_answer_is_never_taken_for_the_answer_to_the_next_request():
    delays = iter([0.5, 0.01, 0.01, 0.01])
    bus, _, clock = make(lambda request: [(next(delays), request.right_answer())])

    with pytest.raises(NoAnswerError):
        bus.read(1, holding(10), within(clock))

    assert value_of(bus, clock, holding(20)) == 1020
    assert bus.records[1].late == 1
    assert "raise response_timeout" in bus.records[1].notes()[0]


def random_lateness(seed, least_s, most_s, lost=0.0):
    random = Random(seed)

    def behave(request):
        if random.random() < lost:
            return []
        return [(random.uniform(least_s, most_s), request.right_answer())]

    return behave


KINDS = {
    "rtu": (rtu_link(response_timeout="200ms"), Rtu()),
    "rtu over tcp": (
        NetworkLink(type="rtu-over-tcp", host="gateway", response_timeout="200ms"),
        Rtu(),
    ),
    "tcp that ignores ids": (tcp_link(transaction_id="ignore", response_timeout="200ms"), Mbap()),
    "tcp": (tcp_link(response_timeout="200ms"), Mbap()),
}


def outcomes_of(bus, clock, reads, pause_s=0.0):
    """Read values at random and compare each with what the unit holds there."""
    random = Random(1)
    outcomes: Counter[str] = Counter()
    for _ in range(reads):
        address, count = random.choice([(10, 1), (20, 1), (10, 2), (30, 2)])
        try:
            value = value_of(bus, clock, holding(address, count))
        except NoAnswerError:
            outcomes["no answer"] += 1
            clock.advance(pause_s)
        else:
            outcomes["right" if value == 1000 + address else "wrong"] += 1
    return outcomes


def test_of_ten_thousand_values_under_random_lateness_none_is_wrong():
    bus, _, clock = make(random_lateness(7, 0.0, 0.6))

    outcomes = outcomes_of(bus, clock, 10_000)

    assert outcomes["wrong"] == 0
    assert outcomes["right"] > 1000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lost", [0.0, 0.1])
def test_lateness_and_losses_make_no_value_wrong_on_any_transport(kind, lost):
    link, framing = KINDS[kind]
    bus, _, clock = make(random_lateness(8, 0.0, 0.6, lost), link, framing)

    outcomes = outcomes_of(bus, clock, 800)

    assert outcomes["wrong"] == 0
    assert outcomes["right"] > 80


@pytest.mark.parametrize("kind", KINDS)
def test_a_unit_that_is_later_with_every_request_is_out_of_step_but_never_wrong(kind):
    link, framing = KINDS[kind]
    bus, _, clock = make(random_lateness(9, 0.0, 3.0), link, framing)

    assert outcomes_of(bus, clock, 800)["wrong"] == 0
    assert outcomes_of(bus, clock, 200, pause_s=5.0)["wrong"] == 0


def test_exceptions_that_come_late_never_make_a_value_wrong():
    random = Random(3)

    def behave(request):
        delay_s = random.uniform(0, 0.7)
        if random.random() < 0.3:
            return [(delay_s, frame(1, bytes((request.function | 0x80, 2)), request.tid))]
        return [(delay_s, request.right_answer())]

    bus, _, clock = make(behave)
    right = 0

    for n in range(2_000):
        address = 10 * (1 + n % 3)
        try:
            value = value_of(bus, clock, holding(address, 1 + n % 2))
        except (NoAnswerError, DeviceError):
            continue
        assert value == 1000 + address
        right += 1

    assert right > 100


def test_a_unit_that_never_answers_a_fence_of_its_own_is_read_again_after_ten_seconds():
    answering = iter([False] + [True] * 100)

    def behave(request):
        return promptly(request) if request.function == 3 and next(answering) else []

    bus, _, clock = make(behave)
    with pytest.raises(NoAnswerError):
        bus.read(1, holding(10), within(clock))
    with pytest.raises(NoAnswerError):
        bus.read(1, holding(10), within(clock))

    clock.advance(10)

    assert value_of(bus, clock, holding(10)) == 1010


def test_another_units_answer_is_no_answer():
    bus, _, clock = make(lambda request: [(0.01, frame(2, words_pdu(3, [7])))])

    with pytest.raises(NoAnswerError):
        bus.read(1, holding(1), within(clock))
    assert bus.records[2].foreign == 1


@pytest.mark.parametrize(
    "pdu",
    [words_pdu(4, [7]), words_pdu(3, [7, 8]), b"\x84\x02"],
    ids=["function", "size", "exception"],
)
def test_an_answer_to_something_else_is_no_answer(pdu):
    bus, _, clock = make(lambda request: [(0.01, frame(1, pdu))])

    with pytest.raises(NoAnswerError):
        bus.read(1, holding(1), within(clock))


def damaged(request):
    answer = bytearray(request.right_answer())
    answer[3] ^= 0x10
    return [(0.01, bytes(answer))]


def test_a_frame_with_a_wrong_crc_gives_no_value_and_is_counted():
    bus, _, clock = make(damaged)

    with pytest.raises(NoAnswerError, match="no sound answer"):
        bus.read(1, holding(1), within(clock))
    assert bus.records[1].damaged == 1


@pytest.mark.parametrize("noise", [b"\x00", b"\x01\x03\x02", b"\xff" * 40, b"\x01\x83"])
def test_noise_before_a_frame_does_not_hide_it(noise):
    bus, _, clock = make(lambda request: [(0.01, noise + request.right_answer())])

    assert value_of(bus, clock, holding(10)) == 1010


def test_a_frame_may_come_in_pieces():
    def behave(request):
        answer = request.right_answer()
        return [(0.01, answer[:1]), (0.02, answer[1:4]), (0.03, answer[4:])]

    bus, _, clock = make(behave)

    assert value_of(bus, clock, holding(10)) == 1010


def test_the_next_poll_after_a_short_frame_is_right_again():
    cuts = iter([3, 100])
    bus, _, clock = make(lambda request: [(0.01, request.right_answer()[: next(cuts)])])

    with pytest.raises(NoAnswerError):
        bus.read(1, holding(10), within(clock))

    assert value_of(bus, clock, holding(20, 2)) == 1020


@pytest.mark.parametrize("tid", [0, 1, 999], ids=["zero", "foreign", "another"])
def test_a_wrong_transaction_id_is_no_answer(tid):
    link = tcp_link(response_timeout="200ms")
    bus, _, clock = make(lambda r: [(0.01, frame(1, words_pdu(3, [7]), tid))], link, Mbap())
    bus._tickets._last = 5

    with pytest.raises(NoAnswerError):
        bus.read(1, holding(1), within(clock))
    assert bus.records[1].foreign == 1


def test_a_gateway_that_always_answers_with_id_zero_is_read_where_the_link_says_so():
    link = tcp_link(transaction_id="ignore", response_timeout="200ms")
    bus, _, clock = make(lambda r: [(0.01, frame(1, words_pdu(3, [7]), 0))], link, Mbap())

    assert value_of(bus, clock, holding(1)) == 7


def test_whoever_meets_a_gateway_that_answers_with_id_zero_is_told_what_to_set():
    link = tcp_link(response_timeout="200ms")
    bus, _, clock = make(lambda r: [(0.01, frame(1, words_pdu(3, [7]), 0))], link, Mbap())

    with pytest.raises(NoAnswerError, match='set transaction_id = "ignore" in its link'):
        bus.read(1, holding(1), within(clock))
    assert 'transaction_id = "ignore"' in bus.records[1].notes()[0]


def test_what_is_no_modbus_tcp_breaks_the_connection_with_a_word():
    bus, units, clock = make(lambda r: [(0.01, b"HTTP/1.1 400 Bad")], tcp_link(), Mbap())

    with pytest.raises(LinkError, match=r"tcp://gateway:502: what comes is no Modbus TCP"):
        bus.read(1, holding(1), within(clock))
    assert units.closed == 1


def test_a_connection_that_only_looks_open_is_made_anew_after_two_silences():
    bus, units, clock = make(lambda request: [], tcp_link(), Mbap())

    for _ in range(3):
        with pytest.raises(NoAnswerError):
            bus.read(1, holding(1), within(clock))

    assert units.opened == 2


def test_a_link_that_cannot_be_opened_is_tried_every_two_seconds_only():
    bus, units, clock = make(promptly)
    attempts = []

    def refuse():
        attempts.append(clock.monotonic_s())
        raise LinkError("no such port")

    units.open = refuse
    for _ in range(10):
        with pytest.raises(LinkError, match="no such port"):
            bus.read(1, holding(1), within(clock))
        clock.advance(0.5)

    assert len(attempts) == 3


def test_requests_on_a_serial_line_are_three_and_a_half_characters_apart():
    bus, _, clock = make(promptly, rtu_link(baudrate=9600, parity="E"))
    bus.read(1, holding(1), within(clock))
    answered_s = clock.monotonic_s()

    bus.read(1, holding(1), within(clock))

    silence_s = clock.monotonic_s() - answered_s - 0.01
    assert silence_s == pytest.approx(3.5 * 11 / 9600)


def test_the_pauses_that_a_device_needs_are_kept():
    link = tcp_link(delay_after_connect="1s", delay_between_requests="100ms")
    bus, _, clock = make(promptly, link, Mbap())
    began_s = clock.monotonic_s()

    bus.read(1, holding(1), within(clock))
    bus.read(1, holding(1), within(clock))

    assert clock.monotonic_s() - began_s == pytest.approx(1.0 + 0.01 + 0.1 + 0.01)


def test_the_pause_after_connecting_is_kept_also_where_no_other_is_needed():
    bus, _, clock = make(promptly, tcp_link(delay_after_connect="1s"), Mbap())
    began_s = clock.monotonic_s()

    bus.read(1, holding(1), within(clock))

    assert clock.monotonic_s() - began_s == pytest.approx(1.0 + 0.01)


def test_a_line_that_is_never_silent_is_told_instead_of_waited_for():
    bus, units, clock = make(promptly)
    units.read = lambda timeout_s: (clock.advance(0.001), b"\x55")[1]

    with pytest.raises(NoAnswerError, match="never silent"):
        bus.read(1, holding(1), within(clock, 1.0))


def test_the_deadline_ends_the_waiting_even_before_the_response_timeout():
    bus, _, clock = make(lambda request: [], tcp_link(response_timeout="5s"), Mbap())

    with pytest.raises(NoAnswerError, match=r"within 0\.30 s"):
        bus.read(1, holding(1), within(clock, 0.3))


def test_the_last_source_that_leaves_closes_the_link():
    bus, units, clock = make(promptly)
    bus.join(2)
    bus.read(1, holding(1), within(clock))

    bus.leave(1)
    closed_by_the_first = units.closed
    bus.leave(2)

    assert (0, 1) == (closed_by_the_first, units.closed)


def test_the_turnaround_is_measured_without_the_time_on_the_wire_and_the_silence():
    link = rtu_link(baudrate=9600, parity="E")
    wire_s = (8 + 3.5 + 7) * 11 / 9600
    bus, _, clock = make(lambda r: [(wire_s + 0.02, r.right_answer())], link)

    for _ in range(20):
        bus.read(1, holding(1), within(clock))

    assert bus.turnaround.measured_s == pytest.approx(0.02, abs=0.001)
