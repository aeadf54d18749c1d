"""G4: the collector is suspended, as with its machine, and goes on."""

import signal

from faults.fault_bench import boottime_ms
from faults.fault_load import STANDARD, Load
from faults.ledger_oracle import given_in

QUICK = Load(sensors=4, metrics=2, interval="200ms")
AT_ONCE = 2
"""The tick that is overdue, and the next one of the grid."""


def test_suspended_collector_takes_one_tick_and_counts_the_others(bench, row):
    lasts_s, interval_ms = row.pick((2.5, 200), (600, 1000))
    bench.start(row.pick(QUICK, STANDARD))

    bench.collector.process.send_signal(signal.SIGSTOP)
    bench.run_for(lasts_s)
    bench.collector.process.send_signal(signal.SIGCONT)
    resumed_ms = boottime_ms()
    bench.wait_until_confirmed_again()
    bench.run_for(2 * interval_ms / 1000)

    at_once = [
        sum(1 for each in given_in(bench.record)
            if each.sensor == f"s{n}" and 0 <= each.boottime_ms - resumed_ms < interval_ms)
        for n in range(bench.load.sensors)
    ]  # fmt: skip
    missed = bench.missed_ticks()
    expected = lasts_s * 1000 / interval_ms * bench.load.sensors
    row.note(f"{max(at_once)} ticks at once, {missed} counted as missed of {expected:.0f}")
    assert {} == bench.finish().dropped
    assert max(at_once) <= AT_ONCE
    assert missed >= expected - 2 * bench.load.sensors
