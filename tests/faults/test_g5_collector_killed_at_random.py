"""G5: the collector is killed at random, with an agent that comes and goes, and in system calls."""

import random
import statistics
import subprocess

import pytest
from faults.fault_load import Load
from faults.ledger_oracle import given_in
from faults.system_calls import killing

FIRST_READING_S = 3.0
LOAD = Load(sensors=4, metrics=1, interval="50ms")
POINTS = [
    *(("write", number) for number in range(2, 42, 2)),
    ("fdatasync", 1), ("fdatasync", 2), ("rename", 1), ("unlink", 1), ("ftruncate", 1),
]  # fmt: skip
"""The calls that change files; strace counts them for each thread."""


def test_collector_killed_at_random_loses_and_invents_nothing(bench, row):
    kills = row.pick(3, 200)
    chance = random.Random(5)
    bench.start(LOAD)
    agent_is_up = True
    starts_s = []

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
        starts_s.append(bench.seconds_until_first_reading())

    if not agent_is_up:
        bench.restart_agent()
    bench.wait_until_confirmed_again()
    reckoning = bench.finish(drain_s=row.pick(60, 300))
    usual_s = statistics.median(starts_s)
    row.note(f"{kills} kills at random")
    row.note(f"first reading after {usual_s:.1f} s as a rule, {max(starts_s):.1f} s at most")
    row.note(f"{reckoning.unsure} values were given and not written yet")
    row.note(f"up to {reckoning.oldest_unsure_ms} ms before a kill")
    assert {} == reckoning.dropped
    if row.is_stated:
        assert usual_s <= FIRST_READING_S  # what a machine that does much else adds is not ours


@pytest.mark.needs_strace
def test_collector_killed_in_a_system_call_loses_and_invents_nothing(bench, row):
    points = row.pick([("write", 12)], POINTS)
    bench.start(LOAD)
    assert 0 == bench.collector.stop()
    killed = 0

    for call, number in points:
        words = killing(call, bench.place.path / "strace", when=number)
        bench.start_collector(through=words)
        killed += _dies(bench, row.pick(25, 6))
        bench.note_kill(max(each.boottime_ms for each in given_in(bench.record)))
    bench.start_collector()
    bench.wait_until_well()

    reckoning = bench.finish()
    row.note(f"{killed} kills in system calls")
    assert killed
    assert {} == reckoning.dropped


def _dies(bench, patience_s):
    """Wait for the kill; a call that does not come so often is no kill."""
    try:
        bench.collector.process.wait(patience_s)
    except subprocess.TimeoutExpired:
        bench.collector.stop()
        return False
    return True
