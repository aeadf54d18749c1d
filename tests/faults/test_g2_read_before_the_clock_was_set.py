"""G2: readings are taken before the clock was set, also before a restart."""

from faults.sampled_world import SampledWorld
from faults.world_oracle import reckon_world

NOW_MS = 1_790_000_000_000
RIGHT_WITHIN_MS = 50


def test_readings_from_before_the_clock_was_set_get_their_true_time(row):
    before_s = row.pick(60, 500)
    world = SampledWorld(sensors=20, wall_ms=60_000)
    world.run(before_s)
    assert [] == world.pushes

    world.clock.step_wall((NOW_MS - world.clock.wall_ms()) / 1000)
    world.clock.synchronized = True
    world.run(10)
    world.drain()

    shift_ms = world.clock.wall_ms() - world.clock.now().boottime_ms
    taken = [one.taken_at.boottime_ms for _, one in world.rig.accepted if one.sensor == "s0"]
    off_ms = max(
        abs(taken_ms + shift_ms - stored_ms)
        for taken_ms, stored_ms in zip(taken, world.timestamps(), strict=True)
    )
    reckoning = reckon_world(world)
    row.count(reckoning)
    row.note(f"{before_s} s of readings held, {off_ms} ms off at most, none sent before")
    assert off_ms <= RIGHT_WITHIN_MS
    assert reckoning.accepted == reckoning.stored


def test_what_is_not_set_in_time_is_sent_and_counted(row):
    world = SampledWorld(wall_ms=60_000)

    world.run(700)

    assert world.publisher.stamps.unverified
    row.note(f"after 10 minutes sent as unverified: {world.publisher.stamps.unverified}")
