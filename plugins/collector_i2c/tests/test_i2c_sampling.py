"""I2C sources on the real schedules, in virtual time: held buses, dead chips, slow beside fast."""

import errno

import pytest
from sampling_rig import Rig, Scripted, plan

from collector.testkit.i2c.chip import FakeChip


class Site:
    """Simulated chips on some buses, each a source of its own, sampled every second."""

    def __init__(self, bench, *chips, others=()):
        self.bench = bench
        plans = []
        for name, settings in chips:
            source = bench.simulated(name, 1.0, **settings)
            plans.append(plan(source, name, interval_s=1.0, timeout_s=1.0))
        plans += [plan(source, name, interval_s=1.0, timeout_s=1.0) for name, source in others]
        self.rig = Rig(*plans, clock=bench.clock).start()

    def run(self, seconds):
        self.rig.run(seconds)

    def values_in(self, name, seconds):
        before = len(self.rig.times(name))
        self.run(seconds)
        return len(self.rig.times(name)) - before

    def status(self, name):
        return self.rig.status(name)


class Trouble(FakeChip):
    """A chip that holds the bus for a second at each transfer, while it is in trouble."""

    def __init__(self, bench, number=errno.ETIMEDOUT, takes_s=1.0):
        self.bench = bench
        self.number = number
        self.takes_s = takes_s
        self.is_on = True
        self.transfers = 0

    def begin(self):
        if self.is_on:
            self.transfers += 1
            self.bench.clock.advance(self.takes_s)
            raise OSError(self.number, "trouble")

    def write(self, data):
        pass

    def read(self, count):
        return bytes(count)

    def reset(self):
        pass


def put(bench, address, model):
    bench.bus().kernel.wires._models[address][:] = [model]


def test_a_healthy_bus_gives_a_value_at_every_tick(bench):
    site = Site(bench, ("climate", {"device": "bme280"}), ("light", {"device": "bh1750"}))

    site.run(600)

    assert {600, 601} >= {len(site.rig.times(name)) for name in ("climate", "light")}
    assert 0 == site.status("light").missed_ticks


def test_a_bus_that_is_held_costs_no_tick_of_what_is_not_on_it(bench):
    others = [("system", Scripted())]
    site = Site(
        bench,
        ("held", {"device": "pcf8591"}),
        ("beside", {"device": "bme280", "bus": 3}),
        others=others,
    )
    site.run(10)
    put(bench, 0x48, Trouble(bench))

    site.run(600)

    assert "failing" == site.status("held").state
    assert "hold SDA or SCL low" in site.status("held").message
    assert 0 == site.status("beside").failures
    assert 0 == site.status("system").failures


def test_a_held_bus_is_asked_seldom_and_works_again_within_its_longest_pause(bench):
    site = Site(bench, ("held", {"device": "pcf8591"}), ("with-it", {"device": "bme280"}))
    site.run(10)
    trouble = Trouble(bench)
    put(bench, 0x48, trouble)
    put(bench, 0x76, trouble)
    site.run(3600)
    asked = trouble.transfers
    trouble.is_on = False

    site.run(70)

    assert asked < 200
    assert "ok" == site.status("held").state


def test_a_chip_that_holds_the_bus_up_is_asked_less_and_less_while_the_others_work(bench):
    site = Site(bench, ("holds", {"device": "pcf8591"}), ("works", {"device": "bme280"}))
    site.run(10)
    trouble = Trouble(bench)
    put(bench, 0x48, trouble)

    assert site.values_in("works", 3600) > 3300
    assert trouble.transfers < 80


def test_a_chip_that_does_not_answer_leaves_the_bus_to_the_others(bench):
    site = Site(bench, ("dead", {"device": "pcf8591"}), ("well", {"device": "bme280"}))
    site.run(10)
    put(bench, 0x48, Trouble(bench, errno.EREMOTEIO, takes_s=0.0))

    assert 600 == pytest.approx(site.values_in("well", 600), abs=1)
    assert 0 == site.status("well").failures
    assert "nothing acknowledges" in site.status("dead").message


@pytest.mark.parametrize("percent", [1, 10, 30])
def test_what_fails_now_and_then_is_tried_again_and_seldom_costs_a_tick(bench, percent):
    settings = {"device": "bme280", "simulate": {"nack": percent / 100}}
    site = Site(bench, ("chip", settings), ("other", {"device": "sht31"}))

    least = {1: 598, 10: 560, 30: 150}[percent]
    assert site.values_in("chip", 600) >= least
    assert 0 == site.status("other").failures


def test_values_of_one_sensor_from_two_chips_make_one_push(bench):
    plans = []
    for name, device in (("climate", "sht31"), ("light", "bh1750")):
        source = bench.simulated(name, 1.0, device=device)
        plans.append(
            plan(source, name, sensor="outside", interval_s=1.0, timeout_s=1.0, timestamp="tick")
        )
    rig = Rig(*plans, clock=bench.clock).start()

    rig.run(60)

    together = {"temperature", "humidity", "illuminance"}
    assert len([values for values in rig.values("outside") if together == set(values)]) >= 55


def test_many_slow_chips_keep_their_second(bench):
    chips = [
        (f"light{number}", {"device": "bh1750", "address": address, "bus": 1, "mux": mux})
        for number, (address, mux) in enumerate(
            (address, {"address": 0x70, "channel": channel})
            for channel in range(8)
            for address in (0x23, 0x5C)
        )
    ]
    site = Site(bench, *chips)
    site.run(10)

    # One after the other, 16 conversions of 180 ms would take 2.9 s.
    assert 60 == pytest.approx(site.values_in("light15", 60), abs=2)
