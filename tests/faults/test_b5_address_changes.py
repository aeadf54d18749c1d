"""B5: the agent's name leads to another address."""

import pytest
from faults.fault_load import BRISK, STANDARD
from faults.net_namespace import NetNamespace

pytestmark = pytest.mark.needs_root

AGAIN_WITHIN_S = 60.0


@pytest.fixture
def network(bench):
    network = NetNamespace()
    yield network
    network.close()


def test_agent_that_moved_to_another_address_is_found(bench, network, row):
    old, new = network.ours
    network.hosts.write_text(f"{old} agent.test\n")
    bench.start_agent("--host", old)
    bench.configure(row.pick(BRISK, STANDARD), host="agent.test", server_name="localhost")
    bench.start_collector(through=network.through)
    bench.wait_until_well()

    bench.agent.kill()
    bench.restart_agent("--host", new)
    network.hosts.write_text(f"{new} agent.test\n")
    bench.wait_until_confirmed_again(AGAIN_WITHIN_S)

    assert {} == bench.finish().dropped
