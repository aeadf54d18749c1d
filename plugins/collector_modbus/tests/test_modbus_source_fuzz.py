"""Whatever a line does, a source gives right values or says that it has none."""

import struct
from collections import Counter
from random import Random

import pytest
from modbus_units import Units, frame

from collector import Deadline, SourceContext, SourceFaultError, SourceUnavailableError
from collector.sampling.turn import Turn
from collector.testkit.clock import FakeClock
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import Line
from collector_modbus.errors import LinkError, LinkFaultError
from collector_modbus.profiles.merge import points_of
from collector_modbus.protocol.framing import Mbap, Rtu
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.source import ModbusSource
from collector_modbus.unit import Unit

UNITS = (1, 2, 3)
READS = 2000

LINKS = {
    "rtu": ({"type": "rtu", "port": "/dev/ttyTEST", "baudrate": 115200}, Rtu),
    "rtu-over-tcp": ({"type": "rtu-over-tcp", "host": "gateway"}, Rtu),
    "tcp": ({"type": "tcp", "host": "gateway"}, Mbap),
    "tcp, ignored ids": ({"type": "tcp", "host": "gateway", "transaction_id": "ignore"}, Mbap),
    "udp": ({"type": "udp", "host": "gateway"}, Mbap),
}


class Mischief(Units):
    """Units on a line that damages, cuts, delays and loses what goes over it, and that breaks.

    Every register holds 1000 times its unit, and its address in the last three digits.
    """

    def __init__(self, clock, seed, *, is_mbap, is_datagram):
        super().__init__(clock, self.answers, is_mbap=is_mbap)
        self.is_datagram = is_datagram
        self.is_stream = is_mbap and not is_datagram
        self.random = Random(seed)
        self.deeds = [
            self.promptly,
            self.promptly,
            self.promptly,
            self.late,
            self.lost,
            self.in_parts,
            self.cut,
            self.damaged,
            self.refused,
            self.of_another_unit,
            self.noise,
        ]
        self.moods = dict.fromkeys(UNITS, self.deeds)

    def answers(self, request):
        if self.random.random() < 0.01:  # a unit may misbehave in one way for a while
            self.moods[request.unit_id] = self.random.choices(self.deeds, k=3)
        deed = self.random.choice(self.moods[request.unit_id])
        return deed(request)

    def promptly(self, request):
        return [(0.005, request.right_answer())]

    def late(self, request):
        return [(self.random.uniform(0.0, 0.5), request.right_answer())]

    def lost(self, request):
        del request
        return []

    def in_parts(self, request):
        answer = request.right_answer()
        at = self.random.randrange(1, len(answer))
        gap_s = 0.0 if self.is_stream else self.random.uniform(0.0, 0.3)
        return [(0.005, answer[:at]), (0.005 + gap_s, answer[at:])]

    def cut(self, request):
        if self.is_stream:
            return self.lost(request)
        answer = request.right_answer()
        return [(0.005, answer[: self.random.randrange(1, len(answer))])]

    def damaged(self, request):
        if self.is_mbap:  # checksums of the network see to that
            return self.lost(request)
        answer = bytearray(request.right_answer())
        answer[self.random.randrange(len(answer))] ^= 1 << self.random.randrange(8)
        return [(0.005, bytes(answer))]

    def refused(self, request):
        pdu = bytes((request.function | 0x80, self.random.choice((1, 2, 3, 4, 6, 10, 11, 99))))
        return [(self.random.uniform(0.0, 0.3), frame(request.unit_id, pdu, request.tid))]

    def of_another_unit(self, request):
        pdu = request.right_answer()[7:] if self.is_mbap else request.right_answer()[1:-2]
        other = frame(9, pdu, request.tid)
        return [(0.004, other), (0.008, request.right_answer())]

    def noise(self, request):
        if self.is_stream:
            return self.lost(request)
        data = self.random.randbytes(self.random.randrange(1, 40))
        return [(0.002, data), (0.005, request.right_answer())]

    def open(self):
        if self.random.random() < 0.2:
            raise LinkError("cannot connect")
        if self.random.random() < 0.02:
            raise LinkFaultError("no permission")
        self.opened += 1
        if self.is_mbap:  # what was on its way belonged to the old connection
            self.coming.clear()

    def write(self, data, deadline):
        self.breaks()
        super().write(data, deadline)
        self.breaks()

    def read(self, timeout_s):
        self.breaks()
        return super().read(timeout_s)

    def breaks(self):
        if self.random.random() < 0.002:
            raise LinkError("closed the connection")


def value(unit_id, address):
    return float(unit_id * 1000 + address)


POINTS = [
    *({"metric": f"m{n}", "address": n} for n in (0, 1, 2, 7, 40, 41, 300, 301)),
    *({"metric": f"i{n}", "address": n, "register": "input", "group": "fast"} for n in (0, 5)),
    {"metric": "long", "address": 500, "type": "uint32", "value_type": "integer"},
    {"metric": "sum", "sum": ["m0", "m300"]},
]


def expected(unit_id, metric):
    if metric == "sum":
        return value(unit_id, 0) + value(unit_id, 300)
    if metric == "long":
        words = unit_id * 1000 + 500, unit_id * 1000 + 501
        return struct.unpack(">I", struct.pack(">HH", *words))[0]
    return value(unit_id, int(metric[1:]))


class Site:
    """Three sources on one link, which now and then give way to each other between requests."""

    def __init__(self, kind, seed):
        link, framing = LINKS[kind]
        self.clock, self.random = FakeClock(), Random(seed)
        self.line = Mischief(
            self.clock, seed, is_mbap=framing is Mbap, is_datagram=link["type"] == "udp"
        )
        self.outcomes: Counter[str] = Counter()
        self.sources = {}
        self.busy = set()
        bus = None
        for unit_id in UNITS:
            settings = ModbusSettings.model_validate(
                {
                    "link": {**link, "response_timeout": "200ms"},
                    "unit_id": unit_id,
                    "point": POINTS,
                    "group": [{"name": "fast", "interval": "200ms"}],
                }
            )
            bus = bus or Bus(
                settings.link, Line(settings.link, self.line, framing(), self.clock), self.clock
            )
            context = SourceContext(f"u{unit_id}", "s", 1.0, self.clock)
            source = ModbusSource(settings, points_of(settings, None), context, Unit(settings, bus))
            source.open()
            self.sources[unit_id] = source

    def read(self, unit_id, group):
        """Read as the sampler does, and compare every value with what it must be."""
        source = self.sources[unit_id]
        turn = Turn(
            self.clock, self.clock.monotonic_s() + self.random.uniform(0.05, 1.5), self.give_way
        )
        self.busy.add((unit_id, group))
        try:
            readings = source.read(group, turn)
        except (SourceUnavailableError, SourceFaultError) as error:
            self.outcomes["without a word" if not str(error) else "no value"] += 1
            source.close()
            source.open()
        else:
            for reading in readings:
                for metric, got in reading.values.items():
                    assert expected(unit_id, metric) == got
                    self.outcomes["right"] += 1
        self.busy.discard((unit_id, group))
        assert all(isinstance(note, str) for note in source.notes)

    def give_way(self):
        free = [(u, g) for u in UNITS for g in ("", "fast") if (u, g) not in self.busy]
        if free and self.random.random() < 0.2:
            self.read(*self.random.choice(free))


@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize("seed", range(2))
def test_a_source_gives_right_values_or_none_whatever_the_line_does(kind, seed):
    site = Site(kind, seed)

    for _ in range(READS):
        site.read(site.random.choice(UNITS), site.random.choice(["", "fast"]))
        site.clock.advance(site.random.choice([0.0, 0.1, 1.0, 20.0]))

    assert site.outcomes["right"] > READS / 4
    assert not site.outcomes["without a word"]


def test_after_any_mischief_every_value_is_back_within_two_hours():
    site = Site("rtu", 7)
    for _ in range(READS):
        site.read(site.random.choice(UNITS), site.random.choice(["", "fast"]))
    site.line.behave = site.line.promptly
    site.line.open = site.line.breaks = lambda: None
    for _ in range(720):
        for unit_id in UNITS:
            site.read(unit_id, "")
        site.clock.advance(10.0)

    readings = [
        site.sources[unit_id].read("", Deadline.after(site.clock, 5.0)) for unit_id in UNITS
    ]

    assert [10] * 3 == [len(reading.values) for [reading] in readings]
