"""A9: the agent refuses CONNECT, hangs up on it or before TLS, or never answers it."""

import time

import pytest
from faults import process_cost
from faults.fault_bench import FaultBench
from faults.fault_load import Load
from faults.mini_agent import MiniAgent
from mqtt.scripted_server import connack
from place import Place

LOAD = Load(sensors=1, metrics=1, interval="1s")
MOST_ATTEMPTS = 12
CPU_SHARE = 0.02
COUNTED_S = 300.0


def _refuse(code):
    def script(connection, agent):
        connection.packet()
        connection.send(connack(code))

    return script


def _hang_up(connection, agent):
    connection.packet()


def _say_nothing(connection, agent):
    connection.packet()
    connection.hold_until_the_end()


BEFORE_TLS = "hung up on before TLS"
SCRIPTS = {f"code {code}": _refuse(code) for code in (1, 2, 3)} | {
    "hung up on": _hang_up,
    "not answered": _say_nothing,
    BEFORE_TLS: lambda connection, agent: None,
}


@pytest.fixture
def refused(bench, tmp_path, row):
    """One collector per way to be refused, all at once; they were provisioned before."""
    benches = {}
    minis = []
    for name, script in row.pick(dict(list(SCRIPTS.items())[2:4]), SCRIPTS).items():
        one = FaultBench(Place(tmp_path / name.replace(" ", "_")), row)
        one.start_agent()
        speaks_tls = name != BEFORE_TLS
        minis.append(MiniAgent(one.agent.directory, script, speaks_tls=speaks_tls))
        one.configure(LOAD, port=minis[-1].port)
        one.start_collector()
        benches[name] = one, minis[-1]
    yield benches
    for one, mini in benches.values():
        one.place.clean_up()
        mini.close()


def test_refused_collector_asks_seldom_and_says_why(refused, row):
    for bench, _ in refused.values():
        bench.wait_until_named("refuses|not ready|version|hung up|does not answer|handshake")
    lasts_s = row.pick(2, 300)
    before = {name: _cpu_s(bench) for name, (bench, _) in refused.items()}
    time.sleep(lasts_s)

    attempts = {name: _attempts(mini) for name, (_, mini) in refused.items()}
    used = [(_cpu_s(bench) - before[name]) / lasts_s for name, (bench, _) in refused.items()]
    row.note(f"attempts: {', '.join(f'{name} {n}' for name, n in attempts.items())}")
    row.note(f"{max(used):.1%} CPU at most")
    for bench, mini in refused.values():
        reckoning = bench.finish(drain_s=None, journal=lambda mini=mini: mini.stored)
        assert reckoning.accepted == reckoning.pending
    assert max(attempts.values()) <= MOST_ATTEMPTS
    if row.is_stated:
        assert max(used) < CPU_SHARE


def _attempts(mini):
    """Return how many connections came in the first five minutes, by which it was asked why too."""
    times = mini.server.connected_at_s
    return sum(at_s - times[0] < COUNTED_S for at_s in times)


def _cpu_s(bench):
    return process_cost.cpu_s(bench.collector.process.pid)
