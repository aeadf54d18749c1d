"""A backlog goes out at its rate, fairly, while live readings go as they come."""

from agent_double import World
from hypothesis import given, settings
from hypothesis import strategies as st


def with_backlog(sensors, count, **options):
    world = World(**options)
    for sensor in sensors:
        for _ in range(count):
            world.put(sensor)
    world.clock.advance(60)
    return world


def test_without_a_rate_a_backlog_goes_as_fast_as_it_can():
    world = with_backlog("a", 3000)

    world.connect()
    world.run(1)

    assert 3000 == world.delivered


def test_a_backlog_is_sent_at_its_rate():
    world = with_backlog("ab", 1000, replay_rate=50)
    world.connect()
    world.run(2)
    before = len(world.pushes)

    world.run(10)

    assert abs(len(world.pushes) - before - 500) <= 10


def test_the_backlogs_of_all_sensors_go_on_alike():
    world = with_backlog("abcdefgh", 200, replay_rate=40)
    world.connect()

    world.run(20)

    counts = [sum(sensor == key for key, _, _ in world.order) for sensor in "abcdefgh"]
    assert max(counts) - min(counts) <= 16


def test_live_readings_are_not_held_up_by_the_backlogs_of_others():
    world = with_backlog("abcd", 1000, replay_rate=10)
    world.connect()
    world.run(5)

    for _ in range(50):
        for _ in range(20):
            world.put("live")
        world.run(0.5)
    arrived = sum(sensor == "live" for sensor, _, _ in world.order)

    assert 1000 == arrived


def test_live_readings_cost_the_backlog_nothing_and_are_not_counted():
    world = World(replay_rate=1)
    world.connect()

    for _ in range(300):
        world.put()
        world.put()
        world.run(0.1)

    assert 600 == world.delivered


def test_a_drained_sensor_is_live_again_at_once():
    world = with_backlog("a", 100, replay_rate=50)
    world.connect()
    world.run(10)
    assert 100 == world.delivered

    for _ in range(200):
        world.put()
    world.run(1)

    assert 300 == world.delivered


def test_the_first_live_reading_after_a_backlog_waits_for_no_token():
    world = with_backlog("a", 20, replay_rate=0.5)
    world.connect()
    while world.pending:
        world.run(0.5, step_s=0.5)

    world.put()
    world.settle()

    assert 21 == len(world.pushes)


def test_a_rate_below_one_per_second_still_goes_on():
    world = with_backlog("a", 24, replay_rate=0.5)
    world.connect()

    world.run(60, step_s=0.5)

    assert 24 == world.delivered


def test_waiting_for_the_rate_does_not_keep_the_thread_busy():
    world = with_backlog("ab", 1000, replay_rate=20)
    world.connect()
    for _ in range(100):
        world.settle()
        due_s = world.publisher.next_due_s()

        assert due_s > world.clock.monotonic_s()
        world.clock.advance(due_s - world.clock.monotonic_s())


def test_the_thread_is_woken_when_there_is_more_to_send():
    world = with_backlog("a", 1000, replay_rate=100)
    world.connect()
    begun_s = world.clock.monotonic_s()
    while world.pending:
        due_s = world.publisher.next_due_s()
        world.clock.advance(max(0.001, due_s - world.clock.monotonic_s()))
        world.settle()

    assert world.clock.monotonic_s() - begun_s <= 10.5


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["put a", "put b", "time", "cut", "sleep"]), max_size=60),
    st.sampled_from([1, 7, 200]),
)
def test_at_any_rate_order_and_ledger_are_as_without(steps, rate):
    world = World(replay_rate=rate)
    world.connect()
    for step in steps:
        if step.startswith("put"):
            world.put(step[-1])
        elif step == "time":
            world.run(1, step_s=0.5)
        elif step == "sleep":
            world.publisher.disconnected()
            world.clock.advance(30)
            world.connect()
        else:
            world.publisher.disconnected()
            world.connect()
    sent_first = []
    world.run(120, step_s=0.5)
    for sensor, metric, value in world.order:
        if (sensor, metric, value) not in sent_first:
            sent_first.append((sensor, metric, value))

    for sensor in "ab":
        values = [value for key, _, value in sent_first if key == sensor]
        assert values == sorted(values)
    assert 0 == world.pending
    assert all(account.balances for account in world.ledger.accounts())
