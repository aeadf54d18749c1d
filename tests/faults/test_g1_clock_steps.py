"""G1: the wall clock steps by an hour, and from 1970 to now."""

from itertools import pairwise

import pytest
from faults.sampled_world import SampledWorld
from faults.world_oracle import reckon_world

STEPS = {"an hour ahead": 3600.0, "an hour back": -3600.0, "from 1970": 1_700_000_000.0}
TICKS = 120


@pytest.mark.parametrize("step_s", STEPS.values(), ids=STEPS)
def test_every_tick_comes_once_and_none_together_when_the_clock_steps(row, step_s):
    world = SampledWorld(sensors=20, interval_s=1.0, wall_ms=60_000 if step_s > 1e6 else None)

    world.run(TICKS // 2)
    world.clock.step_wall(step_s)
    if step_s > 1e6:
        world.clock.synchronized = True
    world.run(TICKS // 2)

    times = world.times()
    gaps = [later - earlier for earlier, later in pairwise(times)]
    world.drain()
    reckoning = reckon_world(world)
    row.count(reckoning)
    row.note(f"{len(times)} of {TICKS} ticks")
    assert abs(len(times) - TICKS) <= 1
    assert min(gaps) > 0.5
    assert reckoning.accepted == reckoning.stored
