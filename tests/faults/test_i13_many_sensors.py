"""I13: 500 sensors of 10 metrics, each second."""

import pytest
from faults.fault_load import Load

pytestmark = pytest.mark.alone


def test_every_tick_is_read_and_delivered(bench, row):
    bench.start(Load(sensors=row.pick(100, 500), metrics=10, interval="1s"))

    bench.run_for(row.pick(3, 60))

    missed, reads = bench.missed_ticks(), bench.confirmed
    row.note(f"{missed} ticks missed, {reads} readings confirmed")
    assert 0 == missed
    assert {} == bench.finish().dropped
