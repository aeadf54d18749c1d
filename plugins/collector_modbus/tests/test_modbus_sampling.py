"""Modbus sources on the real schedules, in virtual time: outages, dead units, fast beside slow."""

import pytest
from modbus_units import Units, frame, promptly, rtu_link, tcp_link
from sampling_rig import Rig, plan

from collector import SourceContext
from collector.testkit.clock import FakeClock
from collector_modbus.bus.bus import Bus
from collector_modbus.bus.line import Line
from collector_modbus.errors import LinkError
from collector_modbus.profiles.merge import points_of
from collector_modbus.protocol.framing import Mbap, Rtu
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.source import ModbusSource
from collector_modbus.unit import Unit

POINT = [{"metric": "m", "address": 1}]


class Site:
    """Sources of some units on one link, sampled every second unless told otherwise."""

    def __init__(self, behave, unit_ids, *, link=None, interval_s=1.0, **table):
        self.clock = FakeClock()
        link = link or rtu_link(baudrate=115200, response_timeout="1s")
        framing = Rtu() if link.type == "rtu" else Mbap()
        self.units = Units(self.clock, behave, is_mbap=link.type == "tcp")
        bus = Bus(link, Line(link, self.units, framing, self.clock), self.clock)
        plans = []
        for unit_id in unit_ids:
            keys = {"link": {"type": "tcp", "host": "replaced"}, "unit_id": unit_id}
            settings = ModbusSettings.model_validate({**keys, "point": POINT, **table})
            settings = settings.model_copy(update={"link": link})
            name = f"unit{unit_id}"
            context = SourceContext(name, name, interval_s, self.clock)
            source = ModbusSource(settings, points_of(settings, None), context, Unit(settings, bus))
            plans.append(plan(source, name, interval_s=interval_s, timeout_s=interval_s))
        self.rig = Rig(*plans, clock=self.clock).start()

    def run(self, seconds):
        self.rig.run(seconds)

    def values_in(self, unit_id, seconds):
        before = len(self.rig.times(f"unit{unit_id}"))
        self.run(seconds)
        return len(self.rig.times(f"unit{unit_id}")) - before


def test_healthy_units_keep_95_of_100_ticks_beside_dead_ones():
    site = Site(lambda r: [] if r.unit_id > 8 else promptly(r), range(1, 11))
    site.run(10)

    assert 570 <= site.values_in(1, 600)
    assert min(len(site.rig.times(f"unit{unit_id}")) for unit_id in range(1, 9)) >= 570


def test_units_that_are_left_alone_are_asked_again_and_come_back():
    is_dead = [True]
    site = Site(lambda r: [] if r.unit_id == 1 and is_dead[0] else promptly(r), [1, 2, 3])
    site.run(300)
    is_dead.clear()
    is_dead.append(False)

    site.run(60)

    assert 9 <= site.values_in(1, 10)


@pytest.mark.parametrize("kind", ["rtu", "tcp"])
def test_after_an_hour_without_any_answer_values_are_back_within_ten_seconds(kind):
    is_silent = [False]
    link = tcp_link() if kind == "tcp" else None
    site = Site(lambda r: [] if is_silent[0] else promptly(r), range(1, 6), link=link)
    site.run(60)
    is_silent[0] = True
    site.run(3600)
    is_silent[0] = False
    before = [len(site.rig.times(f"unit{unit_id}")) for unit_id in range(1, 6)]

    site.run(11)

    after = [len(site.rig.times(f"unit{unit_id}")) for unit_id in range(1, 6)]
    assert all(now > then for now, then in zip(after, before, strict=True))


def test_after_an_hour_without_a_link_values_are_back_within_three_seconds():
    site = Site(promptly, range(1, 6))
    site.run(60)
    open_it, write = site.units.open, site.units.write

    def gone(*_):
        raise LinkError("/dev/ttyTEST is gone: unplugged")

    site.units.open = site.units.write = gone
    site.run(3600)
    site.units.open, site.units.write = open_it, write

    assert 1 <= site.values_in(1, 4)
    assert all(site.rig.status(f"unit{unit_id}").state == "ok" for unit_id in range(1, 6))


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 7, 8, 10, 11])
def test_a_unit_that_answers_with_exceptions_costs_the_others_nothing_and_says_which(code):
    def behave(request):
        if request.unit_id == 1:
            return [(0.01, frame(1, bytes((request.function | 0x80, code))))]
        return promptly(request)

    site = Site(behave, [1, 2])
    site.run(10)

    assert 59 <= site.values_in(2, 60)
    status = site.rig.status("unit1")
    assert f"exception {code}" in " ".join([status.message, *status.notes])


def test_a_fast_group_keeps_its_ticks_beside_a_slow_one_of_many_requests():
    site = Site(
        lambda r: [(0.09, r.right_answer())],
        [1],
        interval_s=10.0,
        point=[
            *({"metric": f"slow{n}", "address": 1000 * n} for n in range(1, 21)),
            {"metric": "fast", "address": 1, "group": "fast"},
        ],
        group=[{"name": "fast", "interval": "250ms"}],
    )
    site.run(20)

    values = site.values_in(1, 60)

    assert values >= 240 * 0.95 + 5
    assert any("slow1" in value for value in site.rig.values("unit1"))


def test_answers_that_come_late_are_told_in_the_status():
    site = Site(lambda r: [(1.5, r.right_answer())], [1], interval_s=10.0)

    site.run(60)

    status = site.rig.status("unit1")
    assert any("raise response_timeout" in note for note in status.notes)
