"""Links that are in use share a bus, and those that are not any more are let go of."""

import gc
import weakref

from collector.testkit.clock import FakeClock
from collector_modbus.bus.buses import MAX_IDLE, Buses
from collector_modbus.settings.link import NetworkLink


def link(number):
    return NetworkLink(type="tcp", host=f"10.0.0.{number}")


def test_sources_of_one_link_share_its_bus():
    buses, clock = Buses(), FakeClock()

    first, other = buses.of(link(1), clock), buses.of(link(2), clock)

    assert first is buses.of(link(1), clock)
    assert first is not other


def test_a_bus_that_no_source_holds_any_more_is_let_go_of_in_the_end():
    buses, clock = Buses(), FakeClock()
    gone = weakref.ref(buses.of(link(0), clock))

    for number in range(1, MAX_IDLE + 1):
        buses.of(link(number), clock)

    gc.collect()
    assert gone() is None
    assert MAX_IDLE == len(buses._buses)


def test_a_bus_that_a_source_holds_stays_however_many_others_come():
    buses, clock = Buses(), FakeClock()
    held = buses.of(link(0), clock)

    for number in range(1, 3 * MAX_IDLE):
        buses.of(link(number), clock)

    assert held is buses.of(link(0), clock)


def test_a_source_that_is_made_anew_goes_on_with_its_bus():
    buses, clock = Buses(), FakeClock()
    known = id(buses.of(link(0), clock).records)

    gc.collect()

    assert known == id(buses.of(link(0), clock).records)
