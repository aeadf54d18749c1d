"""A simulated device that hangs costs its own source, and holds up no start and no end."""

import threading
from dataclasses import replace

import pytest
from fake_plugins import PROBE, ProbeSimulator, fake_loader, module_of

from collector.capture import devices
from collector.capture.taps import Taps
from collector.clock import SystemClock
from collector.config import load
from collector.ledger import Ledger
from collector.service import sources
from collector.service.sources import SourceSet
from collector.service.state_dir import Mode

TABLES = """
[[source]]
plugin = "slow"
sensor = "slow"
interval = "1s"
isolation = "thread"

[[source]]
plugin = "probe"
sensor = "well"
interval = "1s"
isolation = "thread"
"""


@pytest.fixture
def hang(monkeypatch):
    """Return what hangs until the end of the test; plugin code has a tenth of a second."""
    monkeypatch.setattr(devices, "CALL_LIMIT_S", 0.1)
    monkeypatch.setattr(devices, "STOP_LIMIT_S", 0.1)
    is_over = threading.Event()
    yield lambda *_: is_over.wait()
    is_over.set()


@pytest.fixture
def source_set(tmp_path, monkeypatch):
    """Return how the sources of a simulated run are made, one with this kind of device."""
    monkeypatch.setattr(sources, "installed", dict)

    def made(simulate):
        file = tmp_path / "collector.toml"
        file.write_text(TABLES)
        slow = replace(PROBE, name="slow", simulate=simulate)
        loader = fake_loader(slow=module_of(slow))
        environ = {"XDG_STATE_HOME": str(tmp_path)}
        config = load(file, simulate=True, loader=loader, environ=environ)
        clock = SystemClock()
        tapes = Taps(clock).tape
        return SourceSet(config, Mode.SIMULATE, clock, Ledger(), threading.Event(), tapes=tapes)

    return made


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("__init__", "making its simulated device did not come back within 0.1 s"),
        ("start", "starting its simulated device did not come back within 0.1 s"),
    ],
)
def test_a_device_that_hangs_costs_its_own_source_and_is_named(source_set, hang, member, expected):
    made = source_set(type("Hanging", (ProbeSimulator,), {member: hang}))

    assert ["well"] == [plan.name for plan in made.plans()]
    assert [("slow", expected)] == [(each.name, each.message) for each in made.broken()]
    made.stop()


def test_a_device_that_does_not_stop_holds_up_no_end(source_set, hang, caplog):
    made = source_set(type("Hanging", (ProbeSimulator,), {"stop": hang}))

    made.stop()

    expected = "source slow: stopping its simulated device did not come back within 0.1 s"
    assert [expected] == caplog.messages


def test_why_a_device_cannot_be_had_here_is_told_as_it_is(source_set):
    def start(_):
        raise OSError("no pseudo terminals are left")

    made = source_set(type("Poor", (ProbeSimulator,), {"start": start}))

    assert ["no pseudo terminals are left"] == [each.message for each in made.broken()]
