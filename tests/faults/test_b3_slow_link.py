"""B3: the link takes 10 kB/s, and 600 ms there and back."""

import time

import pytest
from faults.fault_load import Load

pytestmark = pytest.mark.alone

BYTES_PER_S = 10_000
DELAY_S = 0.3
USED = 0.8
HEAVY = Load(sensors=8, metrics=10, interval="200ms")
"""Some 30 kB/s: more than the link takes."""


def test_slow_link_is_used_and_costs_no_tick(bench, row):
    lasts_s = row.pick(4, 60)
    bench.start(HEAVY, proxy=True)

    before = bench.missed_ticks()
    bench.line.slow(delay_s=DELAY_S, bytes_per_s=BYTES_PER_S)
    bench.run_for(1)
    sent, started_s = bench.line.upstream_bytes, time.monotonic()
    bench.run_for(lasts_s)
    used = (bench.line.upstream_bytes - sent) / (time.monotonic() - started_s) / BYTES_PER_S
    missed, connections = bench.missed_ticks() - before, bench.line.connections
    bench.line.slow()

    reckoning = bench.finish()
    row.note(f"{used:.0%} of the link used, {missed} ticks missed, {connections} connections")
    assert {} == reckoning.dropped
    assert 1 == connections
    assert 0 == missed
    if row.is_stated:
        assert used >= USED
