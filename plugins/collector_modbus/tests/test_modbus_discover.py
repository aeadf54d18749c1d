"""What `collector discover` finds on a line on which it may ask, and that it asks before."""

import tomllib
from contextlib import contextmanager

import pytest
from modbus_scans import eastron

from collector import SourceUnavailableError
from collector.clock import SystemClock
from collector_modbus.commissioning import discover
from collector_modbus.commissioning.discover import _simulated_link, units
from collector_modbus.commissioning.hosts import network_link
from collector_modbus.commissioning.open_link import OpenLink
from collector_modbus.simulator.bus import SimulatedBus


class Bar:
    def __init__(self, interrupt_at=None):
        self.left = interrupt_at

    def advance(self, steps=1, note=""):
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


class Context:
    is_simulated = False

    def __init__(self, *ports, may=True, interrupt_at=None, places=()):
        self.clock = SystemClock()
        self.ports = ports
        self.places = places
        self.asked, self.said = [], []
        self._may = may
        self._interrupt_at = interrupt_at

    def may_ask(self, place, what):
        self.asked.append((place, what))
        return self._may

    def say(self, text):
        self.said.append(text)

    @contextmanager
    def progress(self, label, total):
        yield Bar(self._interrupt_at)


@pytest.fixture
def port(monkeypatch):
    """A real port, a pty, with the simulated units behind it."""
    monkeypatch.setattr(discover, "_UNITS", (1, 2, 3))
    monkeypatch.setattr(discover, "USUAL_SPEEDS", discover.USUAL_SPEEDS[:1])
    with _simulated_link(Context()) as link:
        yield link.port


def units_of(findings):
    return [tomllib.loads(each.toml)["source"][0]["unit_id"] for each in findings]


def test_the_units_of_a_line_are_found(port):
    context = Context(port)

    found = list(units(context))

    assert [1, 2] == units_of(found)
    assert {port} == {each.place for each in found}
    [(place, what)] = context.asked
    assert place == port
    assert "units 1 to 3" in what


def test_no_line_is_opened_without_permission(port):
    context = Context(port, may=False)

    assert [] == list(units(context))
    assert 1 == len(context.asked)


def test_an_interrupted_search_gives_what_it_knows(port):
    found = []

    with pytest.raises(KeyboardInterrupt):
        found.extend(units(Context(port, interrupt_at=2)))

    assert [1, 2] == [int(each.title.split()[2]) for each in found]


def test_a_port_that_is_not_there_is_said(tmp_path):
    context = Context(str(tmp_path / "nothing"))

    assert [] == list(units(context))
    assert context.said


@pytest.fixture
def network():
    with SimulatedBus("tcp", SystemClock()) as bus:
        yield bus


def place_of(bus):
    return "{}:{}".format(*bus.address)


def test_all_units_behind_a_gateway_are_found_and_configured_so_that_they_fit(network, monkeypatch):
    monkeypatch.setattr(discover, "_NETWORK_TIMEOUT_S", 0.2)
    for unit_id in range(1, 248):
        network.add(eastron(unit_id))

    found = list(units(Context(places=[place_of(network)])))

    tables = [tomllib.loads(each.toml)["source"][0] for each in found]
    assert list(range(1, 248)) == [table["unit_id"] for table in tables]
    assert {"5min"} == {table["interval"] for table in tables}
    assert 1 == len({str(table["link"]) for table in tables})


def test_a_host_that_is_not_there_costs_no_other(network):
    network.add(eastron(1))
    context = Context(places=["127.0.0.1:1", "no host", place_of(network)])
    discovered = units(context)

    assert f"Modbus unit 1 on {place_of(network)}" in next(discovered).title
    assert any(line.startswith("127.0.0.1:1: ") for line in context.said)
    assert any(line.startswith("'no host' is no host: ") for line in context.said)


@pytest.mark.parametrize(
    ("place", "host", "port"),
    [("meter", "meter", 502), ("10.0.0.7:1502", "10.0.0.7", 1502), ("[fe80::1]:5", "fe80::1", 5)],
)
def test_a_host_is_named_with_or_without_its_port(place, host, port):
    link = network_link(place)

    assert (host, port) == (link.host, link.port)


@pytest.mark.parametrize(
    "place", ["", "a b", "meter:0", "meter:65536", "meter:x", "fe80::1", "a/b"]
)
def test_what_is_no_host_is_refused(place):
    with pytest.raises(ValueError, match="is no host: write meter"):
        network_link(place)


def test_a_port_that_hangs_costs_no_other_and_keeps_what_was_found(port, monkeypatch):
    context = Context("/dev/hanging", port)
    opened = OpenLink.open

    def hanging(link):
        if link.link.port == "/dev/hanging":
            raise SourceUnavailableError("nothing came of it within 30 s")
        opened(link)

    monkeypatch.setattr(OpenLink, "open", hanging)

    assert [1, 2] == units_of(units(context))
    assert "/dev/hanging: nothing came of it within 30 s" in context.said
