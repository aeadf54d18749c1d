"""I13: 500 sensors of 10 metrics, each second."""

from faults.fault_load import Load

SHARE = 0.02  # of the ticks; a machine that runs other tests beside misses some by itself


def test_every_tick_is_read_and_delivered(bench, row):
    bench.start(Load(sensors=row.pick(100, 500), metrics=10, interval="1s"))

    bench.run_for(row.pick(3, 60))

    missed, reads = bench.missed_ticks(), bench.confirmed
    row.note(f"{missed} ticks missed, {reads} readings confirmed")
    assert missed <= row.pick(SHARE * reads, 0)
    assert {} == bench.finish().dropped
