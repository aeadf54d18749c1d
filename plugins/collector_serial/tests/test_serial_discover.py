"""What `collector discover` hears on a port, to which it never sends anything."""

import os
import tomllib
import tty
from contextlib import nullcontext

import pytest

from collector.clock import SystemClock
from collector_serial.commands import discover
from collector_serial.commands.discover import _simulated, instruments


class Bar:
    def advance(self, steps=1, note=""):
        pass


class Context:
    is_simulated = False

    def __init__(self, *ports):
        self.clock = SystemClock()
        self.ports = ports
        self.said = []

    def say(self, text):
        self.said.append(text)

    def progress(self, label, total):
        return nullcontext(Bar())


@pytest.fixture
def line():
    """Give both ends of a line: ours, and the name of the port at the other."""
    ours, other = os.openpty()
    tty.setraw(other)
    yield ours, os.ttyname(other)
    os.close(ours)
    os.close(other)


@pytest.fixture
def _free(monkeypatch):
    """Nobody holds the ports: the other end of a pty, which is ours, does not count."""
    monkeypatch.setattr(discover, "holder_of", lambda _: "")


@pytest.mark.usefixtures("_free")
def test_an_instrument_that_talks_is_recognised():
    with _simulated(Context()) as node:
        [found] = instruments(Context(node))

    [source] = tomllib.loads(found.toml)["source"]
    assert ("nmea", node, node) == (source["format"], source["port"], found.place)


@pytest.mark.usefixtures("_free")
def test_a_silent_port_gives_nothing_and_hears_nothing(line, monkeypatch):
    monkeypatch.setattr(discover, "_LISTEN_S", 0.2)
    ours, name = line
    os.set_blocking(ours, False)

    assert [] == list(instruments(Context(name)))
    with pytest.raises(BlockingIOError):
        os.read(ours, 1)


@pytest.mark.usefixtures("_free")
def test_noise_is_told_and_not_configured(monkeypatch):
    monkeypatch.setattr(
        discover, "_SIMULATED_TALK", {"frames": ["hex:81 F3 9A C2"], "every": "50ms"}
    )
    monkeypatch.setattr(discover, "_LONGEST_S", 0.2)
    monkeypatch.setattr(discover, "BAUDRATES", (9600,))

    with _simulated(Context()) as node:
        [found] = instruments(Context(node))

    assert ("", node) == (found.toml, found.place)
    assert found.title.startswith(f"something talks on {node}")


def test_a_port_that_another_program_has_is_left_alone_by_all_kinds(line, monkeypatch):
    monkeypatch.setattr(discover, "holder_of", lambda _: "minicom (pid 1)")
    context = Context(line[1])

    [found] = instruments(context)

    assert ("", line[1]) == (found.toml, found.place)
    assert f"{line[1]}: left alone, minicom (pid 1) has it" == found.title
    assert [] == context.said


def test_a_port_that_is_not_there_is_said(tmp_path):
    context = Context(str(tmp_path / "nothing"))

    assert [] == list(instruments(context))
    assert 2 == len(context.said)
