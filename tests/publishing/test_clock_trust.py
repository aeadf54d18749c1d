"""Readings wait for a clock that cannot be right, for a while, and get their true time."""

import pytest
from agent_double import Known, World
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_folder import MemoryFolder

from collector.buffering.shares import Shares
from collector.buffering.spool.buffer import SpooledBuffer
from collector.buffering.spool.settings import SpoolSettings
from collector.publishing.supply.clock_trust import RELEASED_AT_MS, ClockTrust
from collector.testkit.clock import FakeClock

NOW_MS = 1_790_000_000_000
NOW_S = NOW_MS / 1000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


def in_1970():
    return FakeClock(wall_ms=5000, synchronized=False)


def not_disciplined(wall_ms=NOW_MS):
    return FakeClock(wall_ms=wall_ms, synchronized=False)


def set_right(world, wall_ms):
    """What NTP does at last: the clock is stepped, and disciplined from now on."""
    world.clock.step_wall((wall_ms - world.clock.wall_ms()) / 1000)
    world.clock.synchronized = True


class TestWhatIsDoubted:
    def test_a_machine_without_ntp_whose_clock_is_right_is_not_held_up(self):
        world = World(clock=not_disciplined(), known=Known(NOW_MS - HOUR_MS))
        world.connect()

        world.put()
        world.settle()

        assert 1 == len(world.pushes)
        assert (False, False, "") == (
            world.trust.is_doubted,
            world.trust.is_holding,
            world.trust.words,
        )

    @pytest.mark.parametrize(
        ("shown_ms", "known_ms", "expected"),
        [
            (0, 0, True),
            (RELEASED_AT_MS - 6000, 0, True),
            (RELEASED_AT_MS, 0, False),
            (NOW_MS - HOUR_MS, NOW_MS, True),
            (NOW_MS - 4000, NOW_MS, False),
            (NOW_MS + HOUR_MS, NOW_MS, False),
        ],
    )
    def test_times_before_the_release_or_the_last_readings_cannot_be(
        self, shown_ms, known_ms, expected
    ):
        trust = ClockTrust(not_disciplined(shown_ms), 600, Known(known_ms))

        assert expected == trust.is_doubted

    def test_a_disciplined_clock_is_believed_whatever_it_shows(self):
        known = Known(NOW_MS + 1000 * HOUR_MS)

        trust = ClockTrust(FakeClock(NOW_MS), 600, known)

        assert not trust.is_doubted
        assert known.wall_ms == NOW_MS  # what was noted was wrong

    def test_a_clock_that_jumps_back_in_a_run_is_doubted_at_once(self):
        world = World(clock=not_disciplined())
        world.connect()
        world.put()
        world.run(1)

        world.clock.step_wall(-3600)
        world.put()
        world.run(10)

        assert (1, 1) == (world.delivered, world.pending)

    def test_small_steps_back_are_no_reason(self):
        world = World(clock=not_disciplined())
        world.connect()

        for _ in range(10):
            world.put()
            world.run(10)
            world.clock.step_wall(-0.2)

        assert 10 == world.delivered


class TestWhatIsHeld:
    def test_nothing_is_sent_while_the_clock_cannot_be_right(self):
        world = World(clock=in_1970())
        world.connect()

        for _ in range(5):
            world.put()
            world.run(100)

        assert ([], 5) == (world.pushes, world.pending)
        assert world.trust.is_holding
        assert "shows 1970-01-01" in world.trust.words
        assert world.publisher.is_idle  # a stop does not wait for it

    def test_held_readings_get_their_true_time_in_their_order_when_the_clock_is_set(self):
        world = World(clock=in_1970())
        world.connect()
        for _ in range(120):
            world.put()
            world.run(1, step_s=0.5)

        set_right(world, NOW_MS)
        world.run(2)

        stamps = [message["timestamp"] for _, message in world.pushes]
        expected = [NOW_MS - (120 - number) * 1000 for number in range(120)]
        assert all(abs(a - b) <= 50 for a, b in zip(expected, stamps, strict=True))
        assert stamps == sorted(set(stamps))
        assert (120, 0) == (world.delivered, world.publisher.stamps.unverified)
        assert not world.trust.words

    def test_the_step_is_seen_within_two_seconds_without_any_event(self):
        world = World(clock=in_1970())
        world.connect()
        world.put()
        set_right(world, NOW_MS)

        due_s = world.publisher.next_due_s()

        assert due_s - world.clock.monotonic_s() <= 2

    def test_waiting_for_the_clock_does_not_keep_the_thread_busy(self):
        world = World(clock=in_1970())
        world.connect()
        world.put()
        for _ in range(30):
            world.clock.advance(0.7)
            world.settle()

            assert world.publisher.next_due_s() > world.clock.monotonic_s()

    def test_nor_does_it_while_the_agent_has_not_answered_yet(self):
        world = World(clock=in_1970())
        world.answers_pings = False
        world.connect()
        world.put()
        for _ in range(10):
            world.clock.advance(0.7)
            world.settle()

            assert world.publisher.next_due_s() > world.clock.monotonic_s()

    def test_after_the_longest_wait_they_are_sent_with_the_time_there_is_and_counted(self):
        world = World(clock=in_1970())
        world.connect()
        world.put()
        world.run(599, step_s=1)
        assert [] == world.pushes

        world.run(2, step_s=1)
        world.put()
        world.run(2)

        assert (2, 2) == (world.delivered, world.publisher.stamps.unverified)
        assert (True, False) == (world.trust.is_doubted, world.trust.is_holding)
        assert "sent with the time that it shows" in world.trust.words

    def test_a_repetition_is_not_counted_again(self):
        fates = iter(["lose"])
        world = World(clock=in_1970(), hold_s=0, fault=lambda sensor, message: next(fates, None))
        world.connect()
        world.put()

        world.run(5)

        assert 2 == len(world.pushes)
        assert 1 == world.publisher.stamps.unverified

    def test_with_no_wait_configured_nothing_is_held(self):
        world = World(clock=in_1970(), hold_s=0)
        world.connect()

        world.put()
        world.settle()

        assert 1 == len(world.pushes)

    def test_the_wait_counts_from_the_start_and_not_from_the_connection(self):
        world = World(clock=in_1970())
        world.put()
        world.clock.advance(601)

        world.connect()

        assert 1 == len(world.pushes)

    def test_what_the_buffer_has_stamped_without_a_right_clock_is_counted_once(self):
        world = World()  # the clock is right now
        world.connect()
        old, good = world.put(), world.put()
        for reading, wall_ms in ((old, 77), (good, NOW_MS)):
            reading.timestamp_ms, reading.is_unverified = wall_ms, True

        world.run(1)

        assert (2, 1) == (world.delivered, world.publisher.stamps.unverified)

    def test_a_time_that_the_device_gave_is_not_judged(self):
        world = World()
        world.connect()
        world.put().timestamp_ms = 77

        world.run(1)

        assert (1, 0) == (world.delivered, world.publisher.stamps.unverified)


class TestWhatIsKnown:
    def test_the_newest_time_is_noted_every_ten_minutes(self):
        world = World(clock=FakeClock(NOW_MS))
        world.connect()
        noted = set()
        for _ in range(60):
            world.run(30, step_s=10)
            noted.add(world.known.wall_ms)

        assert 4 == len(noted)
        assert world.known.wall_ms >= world.clock.wall_ms() - 10 * MINUTE_MS

    def test_a_clock_that_nobody_corrects_is_believed_by_the_next_run(self):
        known = Known(NOW_MS)
        world = World(clock=not_disciplined(NOW_MS - HOUR_MS), known=known)
        world.connect()
        world.run(602, step_s=1)

        following = ClockTrust(world.clock, 600, known)

        assert (True, False) == (world.trust.is_doubted, following.is_doubted)

    def test_a_time_before_the_release_is_never_noted(self):
        world = World(clock=in_1970())
        world.connect()

        world.run(700, step_s=10)

        assert 0 == world.known.wall_ms


class TestWithTheSpool:
    def world(self, folder, clock):
        def make(max_readings, ledger, clock):
            shares = Shares(max_readings=max_readings, max_bytes=10**9, sources=1)
            spool = SpoolSettings(max_bytes=10**7, free_bytes_at_least=0)
            return SpooledBuffer(shares, folder, spool, ledger, clock)

        world = World(clock=clock, ring=make)
        world.ring.turn()
        world.connect()
        return world

    def live(self, world, seconds):
        for _ in range(seconds):
            world.put()
            world.clock.advance(1)
            world.ring.turn()
            world.settle()

    def true_times(self, count, offset_ms):
        """Of readings put every second from the 1000th of the boot on."""
        return [1_000_000 + number * 1000 + offset_ms for number in range(count)]

    def stamps(self, world):
        return [message["timestamp"] for _, message in world.pushes]

    def test_held_readings_get_their_true_time_and_order(self):
        world = self.world(MemoryFolder(), in_1970())
        self.live(world, 60)
        assert [] == world.pushes

        set_right(world, NOW_MS)
        offset_ms = world.clock.wall_ms() - world.clock.now().boottime_ms
        self.live(world, 20)

        expected = self.true_times(80, offset_ms)
        found = self.stamps(world)
        assert all(abs(a - b) <= 50 for a, b in zip(expected, found, strict=True))
        assert found == sorted(set(found))
        assert 0 == world.publisher.stamps.unverified

    def test_also_when_the_collector_is_killed_while_it_waits(self):
        folder, clock = MemoryFolder(), in_1970()
        self.live(self.world(folder, clock), 30)
        folder.kill()
        world = self.world(folder, clock)
        self.live(world, 30)
        assert [] == world.pushes

        set_right(world, NOW_MS)
        offset_ms = world.clock.wall_ms() - world.clock.now().boottime_ms
        self.live(world, 10)

        expected = self.true_times(70, offset_ms)
        assert all(abs(a - b) <= 50 for a, b in zip(expected, self.stamps(world), strict=True))

    def test_readings_of_a_boot_that_never_knew_the_time_are_counted(self):
        folder, clock = MemoryFolder(), in_1970()
        self.live(self.world(folder, clock), 5)
        folder.kill()
        clock.reboot()
        clock.step_wall(NOW_S)
        clock.synchronized = True

        world = self.world(folder, clock)
        world.run(1)

        assert (5, 5) == (world.delivered, world.publisher.stamps.unverified)

    def test_what_is_sent_after_the_longest_wait_is_counted_once(self):
        world = self.world(MemoryFolder(), in_1970())
        self.live(world, 610)
        world.publisher.disconnected()
        world.connect()
        self.live(world, 2)
        world.run(1)

        assert world.delivered == world.publisher.stamps.unverified == 612


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["put", "put", "time", "cut"]), max_size=40),
    st.lists(st.sampled_from(["put", "put", "time", "cut"]), max_size=40),
)
def test_whenever_the_clock_is_set_all_times_are_right_and_in_order(before, after):
    world = World(clock=in_1970(), hold_s=100_000)
    world.connect()
    taken = []

    def play(steps):
        for step in steps:
            if step == "put":
                taken.append(world.put().taken_at.boottime_ms)
            elif step == "time":
                world.run(3, step_s=0.5)
            else:
                world.publisher.disconnected()
                world.connect()

    play(before)
    assert [] == world.pushes
    set_right(world, NOW_MS)
    offset_ms = world.clock.wall_ms() - world.clock.now().boottime_ms
    play(after)
    world.run(30, step_s=0.5)

    stamps = [ts for _, _, ts, _ in sorted(world.stored, key=lambda key: key[3])]
    assert all(
        0 <= stamp - (at_ms + offset_ms) <= len(taken)
        for stamp, at_ms in zip(stamps, taken, strict=True)
    )
    assert stamps == sorted(set(stamps))
    assert (0, 0) == (world.pending, world.publisher.stamps.unverified)


@pytest.mark.parametrize("known_ms", [10**15, 10**30, -(10**30), 253_402_300_800_000])
def test_a_noted_time_that_no_clock_can_show_is_not_believed(known_ms):
    trust = ClockTrust(not_disciplined(), 600, Known(known_ms))

    assert (False, "") == (trust.is_doubted, trust.words)


def test_a_noted_time_far_ahead_holds_up_one_run_and_not_the_next():
    known = Known(NOW_MS + 50 * 365 * 24 * HOUR_MS)
    world = World(clock=not_disciplined(), known=known)
    world.connect()
    world.put()
    world.run(590, step_s=1)
    assert (1, True) == (world.pending, "2076" in world.trust.words)
    world.run(20, step_s=1)
    assert (1, 1) == (world.delivered, world.publisher.stamps.unverified)

    following = ClockTrust(world.clock, 600, known)

    assert not following.is_doubted


def test_a_step_to_another_wrong_time_does_not_prolong_the_wait():
    world = World(clock=in_1970(), known=Known(NOW_MS))
    world.connect()
    world.put()
    for _ in range(6):
        world.run(99, step_s=1)
        world.clock.step_wall(3600)
    assert [] == world.pushes

    world.run(8, step_s=1)

    assert 1 == world.delivered
