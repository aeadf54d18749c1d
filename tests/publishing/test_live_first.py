"""Live readings ahead of a backlog: in their share, each once, both in their order."""

import pytest
from agent_double import World
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_folder import MemoryFolder

from collector.buffering.shares import Shares
from collector.buffering.spool.buffer import SpooledBuffer
from collector.buffering.spool.settings import SpoolSettings
from collector.publishing.delivery.confirmation import AckMode
from collector.publishing.supply.live_first import LIVE_SHARE
from collector.testkit.clock import FakeClock


def behind(count=1000, live=5, sensors="a", **options):
    """Return a world that is not connected yet, with a backlog and live readings of each sensor."""
    world = World(**{"live_first": True} | options)
    for sensor in sensors:
        for _ in range(count):
            world.put(sensor)
    world.clock.advance(60)
    for sensor in sensors:
        for _ in range(live):
            world.put(sensor)
    return world


def arrived(world, sensor="a"):
    return [int(value) for key, _, value in world.order if key == sensor]


def test_by_default_a_sensor_sends_its_oldest_first():
    world = behind(live_first=False)

    world.connect()

    assert list(range(1, 1006)) == arrived(world)


def test_live_readings_go_ahead_of_what_has_waited():
    world = behind(1000, live=5)

    world.connect()

    order = arrived(world)
    assert max(order.index(number) for number in range(1001, 1006)) < 40
    assert list(range(1, 1006)) == sorted(order)


def test_live_and_old_readings_each_keep_their_order():
    world = behind(1000, live=5)

    world.connect()

    order = arrived(world)
    assert list(range(1, 1001)) == [number for number in order if number <= 1000]
    assert list(range(1001, 1006)) == [number for number in order if number > 1000]


@pytest.mark.parametrize("ack", [AckMode.REPLY, AckMode.STRICT])
def test_a_flood_of_live_readings_takes_no_more_than_its_share(ack):
    world = behind(300, live=0, ack=ack)
    world.publisher.connected("c1", world.send)

    while sum(number <= 300 for number in arrived(world)) < 250:
        world.put()
        _exchange(world, 1)

    order = arrived(world)
    live = sum(number > 300 for number in order)
    assert 0.2 * len(order) <= live <= LIVE_SHARE * len(order) + 20


def _exchange(world, messages):
    """Let the agent answer so many messages."""
    world.publisher.pump()
    world.clock.advance(0.001 if world.replies else 0.25)
    for _ in range(messages):
        if world.replies:
            topic, payload = world.replies.popleft()
            if topic != "ack":
                world.publisher.on_message(topic, payload)


def test_what_found_no_room_drains_with_the_rest():
    world = behind(100, live=90)

    world.connect()
    world.run(1)

    assert list(range(1, 191)) == sorted(arrived(world))
    assert 190 == world.delivered


def test_a_sensor_that_is_not_behind_sends_its_oldest_first():
    world = behind(0, live=90)

    world.connect()

    assert list(range(1, 91)) == arrived(world)


def test_with_a_replay_rate_live_readings_go_at_once_and_the_backlog_at_its_rate():
    world = behind(1000, live=0, replay_rate=20)
    world.connect()
    world.run(3)
    ages = []
    for _ in range(100):
        reading = world.put()
        world.run(0.2)
        ages.append(int(reading.values[0]) in arrived(world))

    backlog = [number for number in arrived(world) if number <= 1000]
    assert all(ages)
    assert list(range(1, len(backlog) + 1)) == backlog
    assert len(backlog) == pytest.approx(20 * 23, abs=40)


def test_nothing_goes_ahead_while_the_clock_is_doubted():
    clock = FakeClock(wall_ms=0, synchronized=False)
    world = behind(100, live=5, clock=clock, hold_s=3600)
    world.connect()
    world.run(30)
    assert [] == arrived(world)

    clock.step_wall(1_800_000_000)
    world.run(3)

    assert list(range(1, 106)) == sorted(arrived(world))


def test_timestamps_are_true_and_differ_although_the_newest_went_first():
    clock = FakeClock(wall_ms=0, synchronized=False)
    world = behind(200, live=20, clock=clock, hold_s=3600)
    world.connect()
    clock.step_wall(1_800_000_000)
    world.run(3)

    stamps = {value: timestamp for _, _, timestamp, value in world.stored}
    expected = sorted(stamps.values())
    assert expected == [stamps[value] for value in sorted(stamps)]
    assert 220 == len(set(expected))


def test_a_connection_that_breaks_loses_and_doubles_nothing():
    world = behind(200, live=20)
    world.publisher.connected("c1", world.send)
    for _ in range(60):
        _exchange(world, 1)
    world.publisher.disconnected()
    world.replies.clear()
    before = sum(world.stored.values())

    world.connect()
    world.run(1)

    assert 220 == world.delivered == len(world.stored)
    assert sum(world.stored.values()) <= 220 + before
    assert 0 == world.pending


def test_the_newest_confirmed_reading_is_not_forgotten_for_an_older_one():
    world = behind(300, live=5)
    newest = world.clock.now()

    world.connect()

    [lane] = world.publisher.lanes()
    assert newest.boottime_ms <= lane.confirmed_until.boottime_ms


# -- over restarts ------------------------------------------------------------------------------


def _spooled(folder):
    def make(max_readings, ledger, clock):
        shares = Shares(max_readings=max_readings, max_bytes=10**9, sources=1)
        settings = SpoolSettings(max_bytes=10**7, free_bytes_at_least=0)
        buffer = SpooledBuffer(shares, folder, settings, ledger, clock)
        buffer.turn()
        return buffer

    return make


def _turn(world, seconds=0.1):
    world.clock.advance(seconds)
    world.ring.turn()


@settings(max_examples=40, deadline=None)
@given(
    lives=st.lists(st.integers(1, 120), min_size=1, max_size=4),
    live=st.integers(0, 3),
    noted=st.booleans(),
)
def test_a_kill_in_the_middle_leaves_the_ledger_exact(lives, live, noted):
    folder, clock = MemoryFolder(), FakeClock()
    options = {"clock": clock, "ring": _spooled(folder), "live_first": True}
    world = World(**options)
    for _ in range(150):
        world.put()
    _turn(world, 60)
    put, stored = 150, {}
    for exchanges in lives:
        world.publisher.connected("c1", world.send)
        for _ in range(exchanges):
            for _ in range(live):
                world._number = put
                world.put()
                put += 1
            _turn(world, 0.05)
            _exchange(world, 1)
        _turn(world, 1.0 if noted else 0.1)
        stored |= {value: timestamp for _, _, timestamp, value in world.stored}
        folder.kill()
        world = World(**options)
        assert put == world.account().accepted
    world.connect()
    world.run(1)

    again = {value: timestamp for _, _, timestamp, value in world.stored}
    assert set(map(float, range(1, put + 1))) == {*stored, *again}
    assert all(stored[value] == again[value] for value in stored.keys() & again.keys())
    assert put == world.account().delivered
    assert {} == world.account().dropped
