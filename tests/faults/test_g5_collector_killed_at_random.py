"""G5: the collector is killed at random, with an agent that comes and goes."""

import random

from faults.fault_load import Load

FIRST_READING_S = 3.0
LOAD = Load(sensors=4, metrics=1, interval="50ms")


def test_collector_killed_at_random_loses_and_invents_nothing(bench, row):
    kills = row.pick(4, 200)
    chance = random.Random(5)
    bench.start(LOAD)
    agent_is_up = True
    slowest_s = 0.0

    for _ in range(kills):
        bench.run_for(chance.uniform(0, 1.0))
        bench.kill_collector()
        if chance.random() < 0.3:
            if agent_is_up:
                bench.agent.kill()
            else:
                bench.restart_agent()
            agent_is_up = not agent_is_up
        bench.start_collector()
        slowest_s = max(slowest_s, bench.seconds_until_first_reading())

    if not agent_is_up:
        bench.restart_agent()
    bench.wait_until_confirmed_again()
    reckoning = bench.finish()
    row.note(f"{kills} kills, first reading after {slowest_s:.1f} s at most")
    row.note(f"{reckoning.unsure} values given up to {reckoning.oldest_unsure_ms} ms before a kill")
    assert {} == reckoning.dropped
    assert slowest_s <= FIRST_READING_S
