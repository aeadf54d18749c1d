"""A1: the agent is killed and started again, many times."""

import random

from faults.fault_load import BRISK, STANDARD

WINDOW = 16
"""Pushes of a sensor that may be under way, and so come again after an outage."""

FIRST_CONFIRMATION_S = 5.0


def test_agent_that_is_killed_again_and_again_costs_nothing(bench, row):
    outages, longest_s = row.pick((3, 0.5), (20, 10.0))
    chance = random.Random(1)
    bench.start(row.pick(BRISK, STANDARD))

    for _ in range(outages):
        bench.run_for(chance.uniform(0.3, 1) * longest_s)
        bench.agent.kill()
        bench.run_for(chance.uniform(0, 0.5) * longest_s)
        bench.restart_agent()
        bench.wait_until_confirmed_again(row.pick(30, FIRST_CONFIRMATION_S))

    reckoning = bench.finish()
    assert {} == reckoning.dropped
    assert reckoning.duplicates <= outages * WINDOW * bench.load.sensors * bench.load.metrics
