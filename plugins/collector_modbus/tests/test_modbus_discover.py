"""What `collector discover` finds on a line on which it may ask, and that it asks before."""

import tomllib
from contextlib import contextmanager

import pytest

from collector.clock import SystemClock
from collector_modbus.commissioning import discover
from collector_modbus.commissioning.discover import _simulated_link, units


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

    def __init__(self, *ports, may=True, interrupt_at=None):
        self.clock = SystemClock()
        self.ports = ports
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
