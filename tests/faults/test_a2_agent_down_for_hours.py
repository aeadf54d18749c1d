"""A2: the agent is down for 8 hours, and comes back to what the spool holds."""

import statistics
import time
from dataclasses import replace

from faults.fault_load import Load

HOURS_8_READINGS = 20 * 8 * 3600
"""20 sensors at 1 Hz; time itself is left out."""

FASTER_THAN_LIVE = 10
LIVE = Load(sensors=20, metrics=1, interval="1s")
FLOOD = replace(LIVE, interval="100ms", per_read=50)
SPOOL = '[spool]\nmax_bytes = "512MiB"\n[delivery]\nlive_first = true'
LIVE_P95_S = 5.0
VALUES_PER_LIFE = 1_000_000


def test_what_hours_without_an_agent_have_left_is_delivered_fast(bench, row):
    backlog = row.pick(6000, HOURS_8_READINGS)
    bench.start(LIVE, tables=SPOOL)
    assert 0 == bench.collector.stop()
    bench.agent.kill()
    bench.configure(FLOOD, tables=SPOOL)
    bench.start_collector()
    bench.wait_for(
        lambda status: status["buffer"]["readings"] >= backlog, "it spools", row.pick(30, 1200)
    )
    assert 0 == bench.collector.stop()

    bench.configure(LIVE, tables=SPOOL)
    bench.restart_agent()
    bench.start_collector()
    bench.wait_for(lambda status: status["delivery"]["confirmed_readings"], "it delivers")
    started_s = time.monotonic()
    waiting = bench.collector.status()["buffer"]["readings"]
    bench.wait_until_drained(row.pick(30, 1200))
    rate = waiting / (time.monotonic() - started_s)
    live_p95_s = _live_p95_s(bench.agent.journal())

    reckoning = bench.finish()
    row.note(f"{waiting} readings drained at {rate:.0f} per second")
    row.note(f"{rate / LIVE.sensors:.0f} times the live rate")
    row.note(f"95 % of the live readings stored within {live_p95_s:.1f} s meanwhile")
    if row.is_stated:
        assert live_p95_s <= LIVE_P95_S
    assert rate >= FASTER_THAN_LIVE * LIVE.sensors
    assert {} == reckoning.dropped


def _live_p95_s(journal):
    """Return how old the readings of the last life were when they were stored, but for 5 %."""
    lives = [int(one["value"]) // VALUES_PER_LIFE % 1000 for one in journal]
    last = max(lives)
    ages = [
        (one["received_ms"] - one["timestamp_ms"]) / 1000
        for one, life in zip(journal, lives, strict=True)
        if life == last
    ]
    return statistics.quantiles(ages, n=20)[-1]
