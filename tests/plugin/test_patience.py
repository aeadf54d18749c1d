"""Plugin code that should return at once is waited for so long, and left behind then."""

import logging
import threading

import pytest
from fake_plugins import PROBE, fake_loader, module_of, offering

from collector.errors import PluginError
from collector.plugin import patience
from collector.plugin.border import PluginFault
from collector.plugin.patience import bounded


@pytest.fixture
def held():
    """An event that whoever hangs waits for; they are let go at the end."""
    event = threading.Event()
    yield event
    event.set()


def test_what_it_gives_is_returned():
    assert 5 == bounded("plugin", "check()", lambda: 5, 10.0)


def test_what_it_raises_is_a_fault_unless_it_means_something():
    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        bounded("plugin", "check()", fail, 10.0, ValueError)
    with pytest.raises(PluginFault, match=r"check\(\) failed at test_patience.py:\d+: ValueError"):
        bounded("plugin", "check()", fail, 10.0, KeyError)


@pytest.mark.parametrize("error", [SystemExit(0), KeyboardInterrupt(), GeneratorExit()])
def test_not_even_what_ends_a_process_passes(error):
    def leave():
        raise error

    with pytest.raises(PluginFault, match=type(error).__name__):
        bounded("plugin", "check()", leave, 10.0)


def test_what_hangs_is_left_behind(held):
    with pytest.raises(PluginFault, match=r"check\(\) did not come back within 0.01 s"):
        bounded("plugin 'slow'", "check()", held.wait, 0.01)


def test_what_takes_long_is_told_before_it_is_given_up(held, caplog, monkeypatch):
    monkeypatch.setattr(patience, "TELL_AFTER_S", 0.01)

    with caplog.at_level(logging.WARNING), pytest.raises(PluginFault):
        bounded("plugin 'slow'", "check()", held.wait, 0.02)

    assert ["plugin 'slow': check() takes long; it is given up after 0.02 s"] == caplog.messages


def test_a_kind_that_hangs_when_it_is_imported_is_waited_for_once(held, monkeypatch):
    monkeypatch.setattr("collector.plugin.loader.IMPORT_LIMIT_S", 0.05)
    imports = []

    def import_it():
        imports.append(1)
        held.wait()

    loader = fake_loader(slow=import_it)

    for _ in range(3):
        with pytest.raises(PluginError, match="'slow' is broken: importing it did not come back"):
            loader.load("slow")

    assert PROBE == loader.load("probe")
    assert [1] == imports


def test_it_is_tried_again_with_the_next_look(held, monkeypatch):
    monkeypatch.setattr("collector.plugin.loader.IMPORT_LIMIT_S", 0.05)
    loader = fake_loader(probe=held.wait)
    with pytest.raises(PluginError):
        loader.load("probe")

    found = offering({"probe": module_of(PROBE)})
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: found)
    loader.look_again()

    assert PROBE == loader.load("probe")
