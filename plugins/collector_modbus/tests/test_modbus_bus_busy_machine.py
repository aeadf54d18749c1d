"""A link's thread that gets no time to run: what came in time meanwhile still counts."""

import struct

import pytest
from modbus_units import Units, frame, holding, tcp_link, words_pdu

from collector import Deadline
from collector.testkit.clock import FakeClock
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import Line
from collector_modbus.errors import NoAnswerError
from collector_modbus.protocol.framing import Mbap


class StarvedUnits(Units):
    """Units that answer at once, to a thread that looks only a while later."""

    starved_s = 0.0

    def write(self, data, deadline):
        super().write(data, deadline)
        self.clock.advance(self.starved_s)


class FloodingUnits(Units):
    """What is sent is answers to something else, without end."""

    def read(self, timeout_s):
        self.clock.advance(0.001)
        return frame(1, words_pdu(3, [0]), 0)


def make(kind, behave):
    clock = FakeClock()
    units = kind(clock, behave, is_mbap=True)
    link = tcp_link(response_timeout="200ms")
    return Bus(link, Line(link, units, Mbap(), clock), clock), units, clock


def at_once(request):
    return [(0.0, request.right_answer())]


def test_an_answer_in_time_counts_although_it_is_looked_at_after_the_deadline():
    bus, units, clock = make(StarvedUnits, at_once)
    bus.read(1, holding(10), Deadline.after(clock, 1.0))  # the connection is there
    units.starved_s = 0.03

    data = bus.read(1, holding(10), Deadline.after(clock, 0.02))

    assert struct.pack(">H", 1010) == data
    assert (2, 0) == (bus.records[1].answers, bus.records[1].timeouts)


def test_a_flood_of_foreign_answers_does_not_lengthen_the_wait_for_ever():
    bus, _, clock = make(FloodingUnits, at_once)
    began_s = clock.monotonic_s()

    with pytest.raises(NoAnswerError):
        bus.read(1, holding(10), Deadline.after(clock, 1.0))

    assert clock.monotonic_s() - began_s < 3.0
