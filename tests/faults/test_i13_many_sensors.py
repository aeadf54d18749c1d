"""I13: 500 sensors of 10 metrics, each second, on one core."""

import os
import time

import pytest
from faults import process_cost
from faults.fault_load import Load

pytestmark = pytest.mark.alone


def test_every_tick_is_read_and_delivered_on_one_core(bench, row):
    cores = sorted(os.sched_getaffinity(0))
    bench.take_identity()
    with process_cost.on_core(cores[-1]):
        bench.start_agent()
    bench.configure(Load(sensors=row.pick(100, 500), metrics=10, interval="1s"))
    with process_cost.on_core(cores[0]):
        bench.start_collector()
    bench.wait_until_well()
    pid = bench.collector.process.pid
    used_s, began_s = process_cost.cpu_s(pid), time.monotonic()

    bench.run_for(row.pick(3, 60))

    used = (process_cost.cpu_s(pid) - used_s) / (time.monotonic() - began_s)
    missed, reads = bench.missed_ticks(), bench.confirmed
    row.note(f"{missed} ticks missed, {reads} readings confirmed, {used:.0%} of one core")
    assert {cores[0]} == process_cost.cores(pid)
    assert 0 == missed
    assert {} == bench.finish().dropped
