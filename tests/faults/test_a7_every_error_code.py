"""A7: the agent answers the pushes of one sensor with each of the 28 error codes."""

import logging
import statistics

import pytest
from agent_double import World, error
from faults.fault_load import BRISK, STANDARD
from faults.world_oracle import reckon_world

from collector.publishing.verdicts import PUSH_ACTIONS, PushAction

MAY_DROP = {PushAction.RESEND_ONCE, PushAction.CONVERT, PushAction.RETRY_THEN_SPLIT}
SLOWED_BY = 1.2
NOISE_MS = 50
"""What a busy machine adds to a latency by itself."""


def test_sensor_that_is_refused_in_turn_with_every_code_slows_no_other(bench, row):
    per_code_s = row.pick(0.1, 3.0)
    bench.start(row.pick(BRISK, STANDARD))
    bench.run_for(row.pick(0.5, 20))
    before_ms = _p95_latency_ms(bench, skip=0)
    seen = len(bench.agent.journal())

    for code in range(2, 29):  # 1, no backend, holds every sensor by its meaning
        bench.set_faults(
            f'operation = "push_values"\nsensor = "s0"\naction = "error"\ncode = {code}\ncount = 1'
        )
        bench.run_for(per_code_s)
    bench.set_faults()
    after_ms = _p95_latency_ms(bench, skip=seen)

    bench.finish(drain_s=row.pick(30, 120))
    row.note(f"95 % of the others confirmed in {before_ms:.0f} ms, during the codes {after_ms:.0f}")
    if row.is_stated:
        assert after_ms <= before_ms * SLOWED_BY + NOISE_MS


def _p95_latency_ms(bench, skip):
    rows = bench.agent.journal()[skip:]
    ages = [one["received_ms"] - one["timestamp_ms"] for one in rows if one["sensor"] != "s0"]
    return statistics.quantiles(ages, n=20)[-1]


@pytest.mark.parametrize("code", range(1, 29))
def test_push_refused_once_with(row, code, caplog):
    caplog.set_level(logging.CRITICAL)
    refusals = iter([error(code)])
    world = World(fault=lambda sensor, message: next(refusals, None) if sensor == "bad" else None)
    world.connect()
    world.put("bad", metrics=("m", "n"))
    world.put("good")

    world.run(700, step_s=1)

    reckoning = reckon_world(world)
    row.count(reckoning)
    assert 3 == reckoning.stored + sum(reckoning.dropped.values())
    if PUSH_ACTIONS[code] not in MAY_DROP:
        assert 3 == world.delivered
