"""I14: asked to stop connected, offline, connecting, draining, unconfirmed, with plugins hung."""

import signal
import time

from faults.fault_load import BRISK, STANDARD
from faults.neighbours import source_in, unruly

STOPPED_WITHIN_S = 10.0
BACKLOG = 600
"""Readings."""

SLOW_BYTES_PER_S = 20_000
HUNG = {"hung in a process": "process", "hung in a thread": "thread"}


def is_connected(bench):
    bench.wait_until_well()


def plugins_hang(bench):
    tables = "".join(unruly(name, "sleep", isolation=where) for name, where in HUNG.items())
    bench.configure(bench.load, tables=tables, port=bench.line.port)
    assert 0 == bench.ask("reload")[0]
    for name in HUNG:
        bench.wait_for(lambda status, name=name: source_in(status, name)["message"], "it hangs")


def is_offline(bench):
    bench.agent.kill()
    bench.wait_for(lambda status: status["delivery"]["state"] != "connected", "it is offline")


def is_in_a_handshake(bench):
    bench.line.cut()
    bench.line.stall()
    bench.wait_for(lambda status: status["delivery"]["state"] != "connected", "it connects")


def drains(bench):
    """Have a backlog, and be amidst delivering it."""
    bench.line.stall()
    bench.line.cut()
    bench.wait_for(lambda status: status["buffer"]["readings"] > BACKLOG, "a backlog", 60)
    bench.line.slow(bytes_per_s=SLOW_BYTES_PER_S)
    bench.line.resume()
    before = bench.confirmed
    status = bench.wait_for(
        lambda status: status["delivery"]["confirmed_readings"] > before, "it drains", 60
    )
    assert status["buffer"]["readings"] > BACKLOG // 4


def is_unconfirmed(bench):
    bench.agent.process.send_signal(signal.SIGSTOP)
    bench.wait_for(lambda status: status["delivery"]["unconfirmed_readings"] >= 10, "10 unacked")


STATES = {
    "connected": is_connected,
    "plugins hang": plugins_hang,
    "offline": is_offline,
    "in the TLS handshake": is_in_a_handshake,
    "draining": drains,
    "unconfirmed": is_unconfirmed,
}
SOON_OVER = ("connected", "plugins hang", "offline", "in the TLS handshake")
"""The others are waited for as long as a stop may take."""


def test_it_stops_in_time_in_every_state_and_loses_nothing(bench, row):
    bench.others = frozenset(HUNG)
    bench.start(row.pick(BRISK, STANDARD), proxy=True)
    for state in row.pick(SOON_OVER, tuple(STATES)):
        STATES[state](bench)

        began_s = time.monotonic()
        assert 0 == bench.collector.stop(), state
        took_s = time.monotonic() - began_s
        row.note(f"{state}: {took_s:.1f} s")
        assert took_s < STOPPED_WITHIN_S
        assert "Traceback" not in bench.collector.complaints

        make_well(bench)
    assert {} == bench.finish().dropped


def make_well(bench):
    """Take back what was done, and start the collector again."""
    bench.agent.process.send_signal(signal.SIGCONT)
    bench.line.resume()
    bench.line.slow()
    if not bench.agent.is_running:
        bench.restart_agent()
    bench.configure(bench.load, port=bench.line.port)
    bench.start_collector()
    bench.wait_until_well()
