"""Scripted Modbus units behind one link, in virtual time."""

import struct
from collections import Counter
from collections.abc import Callable

from collector import Deadline, SourceContext
from collector.plugin.tape import NO_TAPE
from collector.testkit.clock import FakeClock
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import Line
from collector_modbus.profiles.merge import points_of
from collector_modbus.protocol.checksums import crc16
from collector_modbus.protocol.framing import Rtu
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.link import NetworkLink, SerialLink
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.source import ModbusSource
from collector_modbus.unit import Unit

Answers = list[tuple[float, bytes]]


def rtu_link(**settings):
    return SerialLink(type="rtu", port="/dev/ttyTEST", **settings)


def tcp_link(**settings):
    return NetworkLink(type="tcp", host="gateway", **settings)


def holding(address, count=1):
    return Block(Table.HOLDING, Span(address, count))


def frame(unit_id, pdu, tid=None):
    """A frame by hand: RTU, or MBAP where there is a transaction id."""
    if tid is not None:
        return struct.pack(">HHHB", tid, 0, len(pdu) + 1, unit_id) + pdu
    body = bytes((unit_id,)) + pdu
    return body + struct.pack("<H", crc16(body))


def words_pdu(function, words):
    return struct.pack(f">BB{len(words)}H", function, 2 * len(words), *words)


class Request:
    def __init__(self, data: bytes, *, is_mbap: bool) -> None:
        self.tid = int.from_bytes(data[:2], "big") if is_mbap else None
        body = data[6:] if is_mbap else data[:-2]
        self.unit_id, self.pdu = body[0], body[1:]
        self.function = self.pdu[0]
        self.address = self.count = 0
        if self.function in (1, 2, 3, 4):
            self.address, self.count = struct.unpack(">HH", self.pdu[1:5])

    def right_answer(self) -> bytes:
        """Every register holds its own address plus 1000 times the unit."""
        if self.function == 8:
            return frame(self.unit_id, self.pdu, self.tid)
        words = [self.unit_id * 1000 + self.address + n for n in range(self.count)]
        return frame(self.unit_id, words_pdu(self.function, words), self.tid)


class Units:
    """A stream whose other end answers as a function says, each unit in order, in virtual time."""

    is_datagram = False

    def __init__(self, clock: FakeClock, behave: Callable[[Request], Answers], *, is_mbap=False):
        self.clock, self.behave, self.is_mbap = clock, behave, is_mbap
        self.requests: list[Request] = []
        self.coming: Answers = []
        self.busy_until_s: Counter[int] = Counter()
        self.opened = self.closed = 0

    def open(self):
        self.opened += 1

    def close(self):
        self.closed += 1

    def write(self, data, deadline):
        request = Request(bytes(data), is_mbap=self.is_mbap)
        self.requests.append(request)
        now_s = self.clock.monotonic_s()
        start_s = max(now_s, self.busy_until_s[request.unit_id])
        for delay_s, answer in self.behave(request):
            self.coming.append((start_s + delay_s, answer))
            self.busy_until_s[request.unit_id] = start_s + delay_s
        self.coming.sort(key=lambda item: item[0])

    def read(self, timeout_s):
        until_s = self.clock.monotonic_s() + timeout_s
        if self.coming and self.coming[0][0] <= until_s:
            at_s, data = self.coming.pop(0)
            self.clock.advance(max(0.0, at_s - self.clock.monotonic_s()))
            return data
        self.clock.advance(timeout_s)
        return b""


def promptly(request):
    return [(0.01, request.right_answer())]


def refusing(forbidden):
    def behave(request):
        touched = range(request.address, request.address + request.count)
        if any(address in forbidden for address in touched):
            return [(0.01, frame(request.unit_id, bytes((request.function | 0x80, 2))))]
        return promptly(request)

    return behave


def points(*addresses, **more):
    return [{"metric": f"m{address}", "address": address, **more} for address in addresses]


class SourceRig:
    """Sources on one bus, in virtual time. Reads have so many seconds."""

    timeout_s = 5.0

    def __init__(self, behave=promptly, **link):
        self.clock = FakeClock()
        self.link_keys = {"baudrate": 115200, "response_timeout": "200ms", **link}
        self.link = rtu_link(**self.link_keys)
        self.units = Units(self.clock, behave)
        self.bus = Bus(self.link, Line(self.link, self.units, Rtu(), self.clock), self.clock)

    def context_of(self, unit_id, tape=NO_TAPE, /, **table):
        """Return what a source is made of: its settings, context and unit."""
        link = {"type": "rtu", "port": self.link.port, **self.link_keys}
        settings = ModbusSettings.model_validate({"link": link, "unit_id": unit_id, **table})
        context = SourceContext(f"unit-{unit_id}", "meter", 1.0, self.clock, tape)
        return settings, context, Unit(settings, self.bus, tape)

    def source(self, unit_id=1, **table):
        settings, context, unit = self.context_of(unit_id, **table)
        made = ModbusSource(settings, points_of(settings, None), context, unit)
        made.open()
        return made

    def read(self, source, group=""):
        readings = source.read(group, Deadline.after(self.clock, self.timeout_s))
        return dict(readings[0].values) if readings else {}

    def asked(self):
        """What was asked since the last time: address and count of each request."""
        asked = [(request.address, request.count) for request in self.units.requests]
        self.units.requests.clear()
        return asked
