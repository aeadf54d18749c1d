"""B1: the cable is pulled: no packet passes, and nobody is told."""

import pytest
from faults.fault_load import BRISK, STANDARD
from faults.net_namespace import NetNamespace

pytestmark = [pytest.mark.needs_root, pytest.mark.alone]

DETECTED_WITHIN_S = 15.0


@pytest.fixture
def network(bench):
    network = NetNamespace()
    yield network
    network.close()


def test_pulled_cable_is_noticed_and_costs_nothing(bench, network, row):
    bench.start_agent("--host", network.ours[0])
    bench.configure(row.pick(BRISK, STANDARD), host=network.ours[0])
    bench.start_collector(through=network.through)
    bench.wait_until_well()

    network.pull_the_cable()
    bench.wait_until_named(
        "lost|does not answer|stopped answering", row.pick(30, DETECTED_WITHIN_S)
    )
    network.plug_it_in()
    bench.wait_until_confirmed_again()

    row.note(f"{bench.missed_ticks()} ticks missed")
    assert {} == bench.finish().dropped
