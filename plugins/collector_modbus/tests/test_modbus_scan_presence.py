"""Who counts as being there: one line on virtual time, whose other end does as a test says."""

import threading

import pytest

from collector.testkit.clock import FakeClock
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import Line
from collector_modbus.commissioning.open_link import OpenLink
from collector_modbus.commissioning.presence import Sign, presences
from collector_modbus.errors import LinkError, LinkFaultError
from collector_modbus.protocol.checksums import crc16
from collector_modbus.protocol.framing import Rtu
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.link import SerialLink

BLOCK = Block(Table.HOLDING, Span(0, 1))


class ImpatientClock(FakeClock):
    """Time passes at once for whoever waits for it."""

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        self.advance(timeout_s or 0.0)


class Stream:
    """The far end: what comes after each request, and what opening it raises, in order."""

    is_datagram = False

    def __init__(self, clock, answers=(), openings=(), *, chatter=b""):
        self.clock, self.chatter = clock, chatter
        self.answers, self.openings = list(answers), list(openings)
        self.coming = b""
        self.written = []
        self.opened = 0

    def open(self):
        self.opened += 1
        error = self.openings.pop(0) if self.openings else None
        if error is not None:
            raise error

    def close(self):
        self.coming = b""

    def write(self, data, deadline):
        self.written.append(data)
        answer = self.answers.pop(0) if self.answers else b""
        if isinstance(answer, LinkError):
            raise answer
        self.coming = answer

    def read(self, timeout_s):
        data, self.coming = self.coming or self.chatter, b""
        self.clock.advance(0.001 if data else timeout_s)
        return data


def frame(*body):
    return bytes(body) + crc16(bytes(body)).to_bytes(2, "little")


def opened(stream, clock):
    link = SerialLink(type="rtu", port="/dev/ttyTEST")
    return OpenLink(link, Bus(link, Line(link, stream, Rtu(), clock), clock), clock)


def signs(stream, clock, units):
    return [presence.sign for presence in presences(opened(stream, clock), units, BLOCK, clock)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (frame(7, 3, 2, 0, 1), Sign.ANSWER),
        (frame(7, 0x83, 2), Sign.ANSWER),
        (frame(7, 0x83, 11), Sign.UNREACHABLE),
        (b"", Sign.SILENCE),
        (frame(7, 3, 2, 0, 1)[:-1] + b"\0", Sign.DAMAGED),
        (frame(8, 3, 2, 0, 1), Sign.SILENCE),
        (LinkError("it broke"), Sign.HUNG_UP),
    ],
)
def test_only_a_sound_answer_of_the_unit_itself_counts(answer, expected):
    clock = ImpatientClock()

    assert [expected] == signs(Stream(clock, [answer]), clock, [7])


def test_a_line_that_is_never_silent_ends_the_search_on_it():
    clock = ImpatientClock()
    stream = Stream(clock, chatter=b"\x55")

    assert [Sign.NOISE] == signs(stream, clock, range(1, 33))
    assert [] == stream.written


def test_the_answers_time_is_told():
    clock = ImpatientClock()

    [presence] = presences(opened(Stream(clock, [frame(7, 3, 2, 0, 1)]), clock), [7], BLOCK, clock)

    assert 0 < presence.took_s < 0.1


def test_who_hangs_up_and_takes_a_moment_to_come_back_is_waited_for():
    clock = ImpatientClock()
    answers = [LinkError("closed"), frame(2, 3, 2, 0, 1)]
    stream = Stream(clock, answers, [None, LinkError("refused"), None])

    assert [Sign.HUNG_UP, Sign.ANSWER] == signs(stream, clock, [1, 2])


def test_who_does_not_come_back_ends_the_search():
    clock = ImpatientClock()
    refused = LinkError("refused")
    stream = Stream(clock, [LinkError("closed")], [None, refused, refused])

    with pytest.raises(LinkError, match="refused"):
        signs(stream, clock, [1, 2])


@pytest.mark.parametrize("error", [LinkError("refused"), LinkFaultError("no permission")])
def test_what_cannot_be_opened_at_all_is_not_tried_twice(error):
    clock = ImpatientClock()
    stream = Stream(clock, openings=[error])

    with pytest.raises(LinkError):
        signs(stream, clock, [1])

    assert 1 == stream.opened
