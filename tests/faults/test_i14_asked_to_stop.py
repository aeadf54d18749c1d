"""I14: asked to stop while connected, offline, connecting, unconfirmed, and with a plugin hung."""

import signal
import time

from faults.fault_load import BRISK, STANDARD
from faults.neighbours import unruly

STOPPED_WITHIN_S = 10.0


def cut_off(bench):
    bench.agent.kill()
    bench.wait_for(lambda status: status["delivery"]["state"] != "connected", "it is offline")


def freeze(bench):
    bench.agent.process.send_signal(signal.SIGSTOP)
    bench.wait_for(lambda status: status["delivery"]["unconfirmed_readings"] >= 10, "10 unacked")


def stall(bench):
    bench.line.cut()
    bench.line.stall()
    bench.wait_for(lambda status: status["delivery"]["state"] != "connected", "it connects")


STATES = {
    "connected, a plugin hangs": lambda bench: bench.run_for(0.5),
    "offline": cut_off,
    "unconfirmed, frozen": freeze,
    "in the TLS handshake": stall,
}

SOON_OVER = ("connected, a plugin hangs", "offline", "in the TLS handshake")
"""An agent that is frozen is waited for as long as a stop may take."""


def test_it_stops_in_time_in_every_state_and_loses_nothing(bench, row):
    bench.others = frozenset({"hung"})
    bench.start(row.pick(BRISK, STANDARD), tables=unruly("hung", "sleep"), proxy=True)
    for state in row.pick(SOON_OVER, tuple(STATES)):
        STATES[state](bench)

        began_s = time.monotonic()
        assert 0 == bench.collector.stop(), state
        took_s = time.monotonic() - began_s
        row.note(f"{state}: {took_s:.1f} s")
        assert took_s < STOPPED_WITHIN_S
        assert "Traceback" not in bench.collector.complaints

        bench.agent.process.send_signal(signal.SIGCONT)
        bench.line.resume()
        if not bench.agent.is_running:
            bench.restart_agent()
        bench.start_collector()
        bench.wait_until_well()
    assert {} == bench.finish().dropped
