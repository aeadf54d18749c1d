"""How long bytes take on a simulated serial line: computed, and felt."""

import os
import select
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.clock import SystemClock
from collector.testkit.clock import FakeClock
from collector_modbus.settings.link import SerialLink
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice
from collector_modbus.simulator.misdeeds import Outcome
from collector_modbus.simulator.pacing import LinePace

TEN_REGISTERS = bytes.fromhex("01 03 0000 000A C5CD")
ANSWER_BYTES = 25


def link(**values):
    return SerialLink(type=values.pop("type", "rtu"), port="/dev/null", **values)


@pytest.mark.parametrize(
    ("values", "character_bits"),
    [
        ({}, 10),
        ({"parity": "E"}, 11),
        ({"stopbits": 2}, 11),
        ({"parity": "O", "stopbits": 2}, 12),
        ({"type": "ascii", "bytesize": 7, "parity": "E"}, 10),
    ],
)
def test_a_character_takes_its_bits(values, character_bits):
    pace = LinePace.of(link(baudrate=9600, **values))

    assert pytest.approx(character_bits / 9600) == pace.character_s


@pytest.mark.parametrize(
    ("values", "silence_s"),
    [
        ({"baudrate": 9600, "parity": "E"}, 3.5 * 11 / 9600),
        ({"baudrate": 19200, "parity": "E"}, 3.5 * 11 / 19200),
        ({"baudrate": 38400, "parity": "E"}, 0.00175),
        ({"baudrate": 9600, "type": "ascii"}, 0.0),
    ],
)
def test_the_line_rests_before_an_answer(values, silence_s):
    pace = LinePace.of(link(**values))

    assert pytest.approx(silence_s) == pace.silence_s
    assert pytest.approx(8 * pace.character_s + silence_s) == pace.answer_after_s(8)


@given(st.binary(max_size=300), st.sampled_from([1200, 9600, 19200, 115200, 1_000_000]))
def test_chunks_are_the_whole_each_when_its_last_character_is_through(data, baudrate):
    pace = LinePace.of(link(baudrate=baudrate))

    chunks = pace.chunks(data)

    assert data == b"".join(chunk for _, chunk in chunks)
    through = 0
    for at_s, chunk in chunks:
        through += len(chunk)
        assert pytest.approx(through * pace.character_s) == at_s
    assert all(later - sooner >= 0.0005 for (sooner, _), (later, _) in pairwise(chunks[:-1]))


class Line:
    """The client's end of a pty, whose bytes bear the time of their arrival."""

    def __init__(self, bus, clock):
        self._file = os.open(bus.address[0], os.O_RDWR | os.O_NOCTTY)
        self._clock = clock

    def send(self, data):
        os.write(self._file, data)

    def read(self, count):
        arrived = []
        while len(arrived) < count:
            assert select.select([self._file], [], [], 5.0)[0]
            data = os.read(self._file, 1000)
            arrived += [self._clock.monotonic_s()] * len(data)
        return arrived

    def has_nothing(self):
        return not select.select([self._file], [], [], 0.05)[0]

    def close(self):
        os.close(self._file)


@pytest.fixture
def lined():
    opened = []

    def make(clock, baudrate, unit_ids=(1,)):
        bus = SimulatedBus("rtu", clock, pace=LinePace.of(link(baudrate=baudrate)))
        opened.append(bus)
        for unit_id in unit_ids:
            bus.add(SimulatedDevice(unit_id))
        opened.append(Line(bus.start(), clock))
        return bus, opened[-1]

    yield make
    for each in reversed(opened):
        each.close() if isinstance(each, Line) else each.stop()


def test_an_answer_arrives_byte_by_byte_as_time_passes(lined):
    clock = FakeClock()
    bus, line = lined(clock, 1000)  # 10 ms a byte
    line.send(TEN_REGISTERS)
    assert bus.wait_for_requests(1, 5.0)

    clock.advance(0.11)  # the request takes 80 ms, the silence 35 ms
    assert line.has_nothing()
    clock.advance(0.005)
    assert line.has_nothing()
    for _ in range(ANSWER_BYTES):
        clock.advance(0.01001)
        assert 1 == len(line.read(1))
    clock.advance(1.0)

    assert line.has_nothing()


def test_two_answers_that_are_due_at_once_come_one_after_the_other(lined):
    clock = FakeClock()
    bus, line = lined(clock, 1000, unit_ids=(1, 2))
    for device in bus.devices.values():
        device.follow([Outcome(delay_s=5.0)])
    line.send(TEN_REGISTERS + bytes.fromhex("02 03 0000 000A C5FE"))
    assert bus.wait_for_requests(2, 5.0)

    clock.advance(5.115)
    assert line.has_nothing()
    clock.advance(0.2501)
    assert ANSWER_BYTES == len(line.read(ANSWER_BYTES))
    assert line.has_nothing()
    clock.advance(0.2501)

    assert ANSWER_BYTES == len(line.read(ANSWER_BYTES))


@pytest.mark.alone
@pytest.mark.parametrize("baudrate", [9600, 115200])
def test_a_cycle_takes_what_it_takes_on_a_real_line(lined, baudrate):
    clock = SystemClock()
    _, line = lined(clock, baudrate)
    rounds = 10

    began_s = clock.monotonic_s()
    for _ in range(rounds):
        line.send(TEN_REGISTERS)
        last_at_s = line.read(ANSWER_BYTES)[-1]
    took_s = (last_at_s - began_s) / rounds

    pace = LinePace.of(link(baudrate=baudrate))
    expected_s = pace.answer_after_s(8) + ANSWER_BYTES * pace.character_s
    assert expected_s <= took_s <= expected_s + 0.05
