"""Answers in parts, and links that break between a request and its answer: never another value."""

import struct
from collections.abc import Callable

import pytest
from modbus_units import Units, frame, holding, promptly, rtu_link, tcp_link, words_pdu

from collector import Deadline
from collector.testkit.clock import FakeClock
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import Line
from collector_modbus.errors import LinkError, NoAnswerError
from collector_modbus.protocol.framing import Mbap, Rtu
from collector_modbus.settings.link import NetworkLink


def make(behave, link=None, framing=None):
    clock = FakeClock()
    link, framing = link or rtu_link(response_timeout="200ms"), framing or Rtu()
    units = Units(clock, behave, is_mbap=isinstance(framing, Mbap))
    bus = Bus(link, Line(link, units, framing, clock), clock)
    bus.join(1)
    return bus, units, clock


def value_of(bus, clock, block):
    return struct.unpack(">H", bus.read(1, block, Deadline.after(clock, 10.0))[:2])[0]


def network_link(kind):
    return NetworkLink(type=kind, host="gateway", response_timeout="200ms")


def test_a_datagram_that_was_cut_off_is_not_continued_by_the_next_one():
    def behave(request):
        answer = request.right_answer()
        return [(0.01, answer[:-1]), (0.02, answer)]

    bus, units, clock = make(behave, network_link("udp"), Mbap())
    units.is_datagram = True

    assert value_of(bus, clock, holding(0x0155)) == 1000 + 0x0155


@pytest.mark.parametrize("at", ["read", "write"])
def test_a_late_answer_that_comes_over_a_new_connection_is_no_value(at):
    bus, units, clock = make(promptly, network_link("rtu-over-tcp"))
    intact = getattr(units, at)

    def broken(data, deadline=None):
        if at == "write":
            intact(data, deadline)
        setattr(units, at, intact)
        raise LinkError("tcp://gateway:502 closed the connection")

    setattr(units, at, broken)
    units.behave = lambda request: [(0.5, request.right_answer())]
    if at == "read":  # the first look is for what is left from before
        units.read = lambda timeout_s: b"" if not timeout_s else broken(timeout_s)
    with pytest.raises(LinkError):
        bus.read(1, holding(10), Deadline.after(clock, 10.0))
    units.behave = promptly
    clock.advance(0.4)

    assert value_of(bus, clock, holding(20)) == 1020


@pytest.mark.parametrize("missing", range(1, 7))
def test_an_answer_that_lacks_its_end_does_not_take_it_from_the_one_behind(missing):
    def behave(request):
        late = frame(1, words_pdu(3, [0, 1, 2, 3]), 99)
        return [(0.01, request.right_answer()[:-missing]), (0.02, late)]

    bus, units, clock = make(behave, network_link("tcp"), Mbap())

    with pytest.raises((LinkError, NoAnswerError)):
        value_of(bus, clock, holding(20, 5))
    assert 1 == units.closed


def hiding(other: bytes) -> Callable:
    """Answer with data that looks like another frame in its middle, in two pieces."""
    words = list(struct.unpack(f">{len(other) // 2}H", other))

    def behave(request):
        answer = frame(1, words_pdu(3, [7, *words, *[0] * (request.count - 1 - len(words))]))
        return [(0.01, answer[: len(other) + 9]), (0.02, answer[len(other) + 9 :])]

    return behave


@pytest.mark.parametrize(
    "other",
    [
        frame(9, b"\x83\x02") + b"\x00",
        frame(0x41, b"\xf7\x55") + b"\x00",
        frame(9, words_pdu(3, [5])) + b"\x00",
    ],
    ids=["an exception", "a function that nobody has", "data"],
)
def test_data_that_looks_like_a_frame_does_not_cost_the_answer_that_holds_it(other):
    bus, _, clock = make(hiding(other))

    assert value_of(bus, clock, holding(10, 60)) == 7


def test_noise_that_looks_like_the_beginning_of_a_long_answer_hides_one_for_a_moment_only():
    bus, _, clock = make(lambda r: [(0.01, b"\x09\x03\xfa" + r.right_answer())])
    began_s = clock.monotonic_s()

    assert value_of(bus, clock, holding(10)) == 1010
    assert clock.monotonic_s() - began_s < 0.1


def test_an_adapter_that_echoes_what_is_sent_costs_no_time():
    def behave(request):
        echo = frame(1, request.pdu)
        return [(0.001, echo), (0.02, request.right_answer())]

    bus, _, clock = make(behave)
    began_s = clock.monotonic_s()

    assert value_of(bus, clock, holding(40000)) == 41000
    assert clock.monotonic_s() - began_s < 0.1


@pytest.mark.parametrize("end_s", [0.25, 0.6, 10.0])
def test_the_end_of_an_answer_that_comes_late_is_no_beginning_of_another(end_s):
    pieces = iter([True, False, False])

    def behave(request):
        answer = request.right_answer()
        return [(0.01, answer[:9]), (end_s, answer[9:])] if next(pieces) else [(0.01, answer)]

    bus, units, clock = make(behave, tcp_link(response_timeout="200ms"), Mbap())

    with pytest.raises(NoAnswerError):
        bus.read(1, holding(10), Deadline.after(clock, 10.0))
    units.coming.clear()  # it went to the connection that was closed
    units.busy_until_s.clear()

    assert value_of(bus, clock, holding(20)) == 1020
    assert 2 == units.opened


def test_frames_of_a_unit_that_we_did_not_ask_for_do_not_keep_it_from_being_read():
    asked = []

    def behave(request):
        asked.append(request)
        return promptly(request) if len(asked) > 30 else []

    bus, units, clock = make(behave)
    with pytest.raises(NoAnswerError):
        bus.read(1, holding(10), Deadline.after(clock, 10.0))

    for _ in range(30):  # a second master reads something else of it
        units.coming.append((clock.monotonic_s(), frame(1, words_pdu(4, [5, 5, 5]))))
        clock.advance(1.0)
        try:
            bus.read(1, holding(10), Deadline.after(clock, 0.01))
        except NoAnswerError:
            continue
    units.behave = promptly
    clock.advance(10.0)

    assert value_of(bus, clock, holding(10)) == 1010
