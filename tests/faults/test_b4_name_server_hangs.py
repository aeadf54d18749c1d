"""B4: the name server does not answer, so that the agent's name cannot be looked up."""

import socket
import time

import pytest
from faults.fault_load import BRISK, STANDARD
from faults.net_namespace import NetNamespace

pytestmark = pytest.mark.needs_root

STOP_WITHIN_S = 10.0


@pytest.fixture
def network(bench):
    network = NetNamespace()
    yield network
    network.close()


@pytest.fixture
def mute_server(network):
    """A name server that takes questions and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((network.ours[0], 53))
        yield server


def test_stop_does_not_wait_for_a_name_server_that_hangs(bench, network, mute_server, row):
    bench.start_agent("--host", network.ours[0])
    network.hosts.write_text(f"{network.ours[0]} agent.test\n")
    bench.configure(row.pick(BRISK, STANDARD), host="agent.test", server_name="localhost")
    bench.start_collector(through=network.through)
    bench.wait_until_well()
    assert 0 == bench.collector.stop()

    network.hosts.write_text("")
    network.resolver.write_text(f"nameserver {network.ours[0]}\noptions timeout:30 attempts:1\n")
    bench.start_collector(through=network.through)
    bench.wait_for(lambda status: status["buffer"]["readings"] >= 20, "it goes on reading")
    mute_server.settimeout(20)
    assert mute_server.recv(512), "it has asked for the name"
    started_s = time.monotonic()
    assert 0 == bench.collector.stop()
    row.note(f"stopped after {time.monotonic() - started_s:.1f} s")
    assert time.monotonic() - started_s < STOP_WITHIN_S

    network.hosts.write_text(f"{network.ours[0]} agent.test\n")
    bench.start_collector(through=network.through)
    bench.wait_until_well()
    assert {} == bench.finish().dropped
