"""A run that is told to stop does so in ten seconds, whatever it is doing, and loses nothing."""

import os
import signal
import socket
import threading

import pytest
from running import STOP_S, agents_of, is_alive, wait_until

TABLE = '[[source]]\nplugin = "counter"\nsensor = "{}"\ninterval = "100ms"\n'
COUNTER = TABLE.format("counter")
HANGING = """import sys, threading
from pathlib import Path

if {where}:
    Path({mark!r}).touch()
    threading.Event().wait()

from scripted_source import *
"""


@pytest.fixture
def silent_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def assert_nothing_was_lost(place, agent, accepted):
    """Let another run deliver what the one before has left, and look at the agent's journal."""
    place.configure(TABLE.format("successor"), agent=agent)
    successor = place.collector()
    successor.wait_until_confirmed()
    wait_until(lambda: len(agent.series("counter")) >= accepted, "all of it is delivered")

    assert successor.stop() == 0
    assert list(range(1, accepted + 1)) == sorted(agent.series("counter"))


def stopped(collector):
    """Stop a run, and return how many of its readings were accepted."""
    assert collector.stop() == 0
    account = collector.ledger()["counter"]
    assert account["accepted"] == account["delivered"] + account["pending"] > 0
    return account["accepted"]


def test_while_it_is_connected(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed(5)

    assert_nothing_was_lost(place, agent, stopped(collector))


def test_while_the_agent_is_away(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed(5)
    agent.kill()
    collector.wait_for(
        lambda status: status["delivery"]["state"] == "waiting"
        and status["buffer"]["readings"] > 10,
        "readings wait",
    )  # fmt: skip

    accepted = stopped(collector)

    assert_nothing_was_lost(place, place.again(agent), accepted)


def test_during_the_tls_handshake(place, agent, silent_port):
    first = place.collector()
    first.wait_until_confirmed()
    before = stopped(first)
    place.configure(TABLE.format("later"), agent=agent, port=silent_port)
    collector = place.collector()
    collector.wait_for(
        lambda status: status["delivery"]["state"] == "connecting"
        and status["buffer"]["readings"] > 10,
        "it waits for the server's first word",
    )  # fmt: skip

    assert collector.stop() == 0
    accepted = collector.ledger()["later"]["accepted"]

    assert_nothing_was_lost(place, agent, before)
    assert list(range(1, accepted + 1)) == sorted(agent.series("later"))


def test_while_readings_are_sent_and_not_confirmed(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed(5)
    agent.process.send_signal(signal.SIGSTOP)
    try:
        collector.wait_for(
            lambda status: status["delivery"]["unconfirmed_readings"] >= 10, "ten are under way"
        )
        accepted = stopped(collector)
    finally:
        agent.process.send_signal(signal.SIGCONT)

    assert_nothing_was_lost(place, agent, accepted)


def hanging_plugin(place, where):
    """Make a kind ``stuck`` whose import hangs, and return where it is and what it leaves then."""
    site, mark = place.path / "plugins", place.path / "it-hangs"
    info = site / "stuck_source-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stuck-source\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[collector.plugins]\nstuck = stuck_source\n")
    text = HANGING.format(where=where, mark=str(mark))
    (site / "stuck_source.py").write_text(f"{text}\n{KIND}")
    return site, mark


KIND = """
@hookimpl
def collector_source_kinds():
    return [SourceKind(name="stuck", settings=CounterSettings, create=Counter)]
"""
STUCK = '[[source]]\nplugin = "stuck"\nsensor = "stuck"\ninterval = "1s"\n'
IN_A_WORKER = '"collector.isolation.forking" in sys.orig_argv'
IN_THE_COLLECTOR = f"not {IN_A_WORKER}"


@pytest.mark.parametrize(
    "where", [IN_A_WORKER, IN_THE_COLLECTOR], ids=["in a worker", "in the collector"]
)
def test_while_the_import_of_a_plugin_hangs_during_the_start(place, agent, where):
    site, mark = hanging_plugin(place, where)
    place.configure(COUNTER, STUCK, agent=agent)
    collector = place.collector(python_path=site)
    wait_until(mark.exists, "the import hangs")

    assert collector.stop() == 0

    place.configure(COUNTER, agent=agent)
    successor = place.collector()
    successor.wait_until_confirmed()
    stopped(successor)


@pytest.mark.parametrize(
    "where", [IN_A_WORKER, IN_THE_COLLECTOR], ids=["in a worker", "in the collector"]
)
def test_while_a_reload_hangs(place, agent, where):
    site, mark = hanging_plugin(place, where)
    collector = place.collector("--service", python_path=site)
    collector.wait_until_confirmed(5)
    place.configure(COUNTER, STUCK, agent=agent)
    collector.process.send_signal(signal.SIGHUP)
    wait_until(mark.exists, "the import hangs")
    confirmed = len(agent.series("counter"))
    collector.wait_until_confirmed(confirmed + 5)  # nobody else is held up by it

    assert_nothing_was_lost(place, agent, stopped(collector))


def test_while_the_embedded_agent_starts(place):
    place.configure()
    collector = place.collector("--embedded-agent")
    (agent,) = wait_until(lambda: agents_of(collector.process.pid), "its agent is started")
    os.kill(agent, signal.SIGSTOP)

    assert collector.stop() == 0

    wait_until(lambda: not is_alive(agent), "the agent has ended")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_at_any_moment_of_the_start_leaves_nothing_to_clean_up(place, agent, number):
    for step in range(6):
        collector = place.collector()
        threading.Event().wait(0.3 + 0.15 * step)
        collector.process.send_signal(number)
        assert collector.wait(STOP_S) in (0, -number)  # before it could say what to do: as usual

    collector = place.collector()
    collector.wait_until_confirmed()
    assert collector.stop() == 0
