"""A3: the agent is frozen, so that the connection is half open."""

import signal

from agent_double import World
from faults.fault_load import STANDARD
from faults.world_oracle import reckon_world

DETECTED_WITHIN_S = 15.0


def test_frozen_agent_is_noticed_and_costs_nothing(bench, row):
    if row.is_stated:
        _freeze_the_process(bench, row)
    else:
        _freeze_the_double(row)


def _freeze_the_process(bench, row):
    bench.start(STANDARD)

    bench.agent.process.send_signal(signal.SIGSTOP)
    bench.wait_until_named("does not answer|stopped answering", DETECTED_WITHIN_S)
    bench.agent.process.send_signal(signal.SIGCONT)
    bench.wait_until_confirmed_again()

    row.note(f"{bench.missed_ticks()} ticks missed")
    assert 0 == bench.missed_ticks()
    assert {} == bench.finish().dropped


def _freeze_the_double(row):
    world = World()
    world.connect()
    world.acknowledges = world.answers_pings = False
    world.fault = lambda sensor, message: "lose"
    frozen_at_s = world.clock.monotonic_s()
    while not world.publisher.is_stalled:
        world.put()
        world.run(0.5)
    row.detected(world.clock.monotonic_s() - frozen_at_s)

    world.publisher.disconnected()
    world.acknowledges = world.answers_pings = True
    world.fault = lambda sensor, message: None
    world.connect()
    world.run(2)

    reckoning = reckon_world(world)
    row.count(reckoning)
    row.note("on fake time")
    assert world.clock.monotonic_s() - frozen_at_s < DETECTED_WITHIN_S + 2
    assert reckoning.accepted == reckoning.stored == world.delivered
