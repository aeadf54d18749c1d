"""G3: the clock steps back by 0.2 s, every 10 s."""

from faults.sampled_world import SampledWorld
from faults.world_oracle import reckon_world


def test_timestamps_of_a_sensor_rise_however_often_the_clock_steps_back(row):
    world = SampledWorld(sensors=4, interval_s=0.25)

    for _ in range(row.pick(12, 360)):
        world.run(10)
        world.clock.step_wall(-0.2)
    world.drain()

    reckoning = reckon_world(world)
    row.count(reckoning)
    row.note(f"{row.pick(12, 360)} steps")
    assert reckoning.accepted == reckoning.stored
    for number in range(4):
        stamps = world.timestamps(f"s{number}")
        assert sorted(set(stamps)) == stamps
