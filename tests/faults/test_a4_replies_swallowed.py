"""A4: PUBACKs and replies are swallowed while the connection stays up."""

import time

from agent_double import World
from faults.fault_load import BRISK, STANDARD
from faults.world_oracle import reckon_world

PUSH = 'operation = "push_values"\n'
REPLY_LOST = PUSH + 'sensor = "s0"\naction = "drop_reply"\ncount = 5'
PUBACK_LOST = PUSH + 'sensor = "s1"\naction = "ignore"\ncount = 5'
FENCE_LOST = 'operation = "ping"\naction = "drop_reply"\ncount = 1'
AGAIN_WITHIN_S = 10.5
RESENT = 6
"""All five pushes of s1, which were not stored, and one of s0: live data shows the other four."""


def test_what_was_not_answered_is_sent_again(bench, row):
    bench.start(row.pick(BRISK, STANDARD))

    bench.set_faults(REPLY_LOST, PUBACK_LOST, *row.pick([], [FENCE_LOST]))
    started_s = time.monotonic()
    resent = bench.wait_for(
        lambda status: status["delivery"]["resent_readings"] >= RESENT, "it is sent again", 30
    )
    row.recovered(time.monotonic() - started_s)

    reckoning = bench.finish()
    row.note(f"{resent['delivery']['connections'] - 1} connections given up")
    assert {} == reckoning.dropped


def test_an_agent_that_swallows_everything_is_asked_again_in_ten_seconds(row):
    world = World()
    world.connect()
    world.put()
    world.acknowledges = world.answers_pings = False
    world.fault = lambda sensor, message: "lose"
    world.run(0.3)
    asked, started_s = len(world.pings), world.clock.monotonic_s()
    while len(world.pings) == asked:
        world.run(0.1)
    again_s = world.clock.monotonic_s() - started_s
    while not world.publisher.is_stalled:
        world.run(0.1)
    world.publisher.disconnected()
    world.acknowledges = world.answers_pings = True
    world.fault = lambda sensor, message: None
    world.connect()
    world.run(2)

    row.count(reckon_world(world))
    row.note(f"asked again after {again_s:.1f} s")
    assert again_s <= AGAIN_WITHIN_S
    assert 1 == world.delivered == len(world.stored)
