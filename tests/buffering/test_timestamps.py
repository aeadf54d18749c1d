"""The time of readings that wait: right, increasing, and the same when they are sent again."""

import pytest
from spool_readings import reading
from spool_rig import Rig

from collector.buffering.timestamps import Increasing, Moment, Timestamps
from collector.testkit.clock import FakeClock

HOUR_MS = 3_600_000


def taken_now(clock, sensor="a"):
    one = reading(sensor)
    one.taken_at = clock.now()
    return one


def test_timestamps_increase_through_small_steps_back_and_follow_large_ones():
    increasing = Increasing()

    assert [1000, 1001, 1002, 90_000, 2000] == [
        increasing.next_ms("a", ms) for ms in (1000, 1000, 500, 90_000, 2000)
    ]
    assert 700 == increasing.next_ms("b", 700)


def test_with_a_clock_that_is_right_a_reading_has_its_final_time_at_once():
    clock = FakeClock()
    timestamps = Timestamps(clock)
    one = taken_now(clock)
    expected = clock.wall_ms()
    clock.advance(7)

    timestamps.stamp(one)
    clock.step_wall(3600)
    timestamps.correct(one)

    assert (expected, False) == (one.timestamp_ms, one.is_tentative)


def test_the_time_of_the_device_is_left_as_it_is():
    clock = FakeClock(synchronized=False)
    one = taken_now(clock)
    one.timestamp_ms = 5

    Timestamps(clock).stamp(one)

    assert (5, False) == (one.timestamp_ms, one.is_tentative)


def test_what_was_taken_before_the_clock_was_set_gets_its_true_time():
    clock = FakeClock(wall_ms=0, synchronized=False)
    timestamps = Timestamps(clock)
    one = taken_now(clock)
    timestamps.stamp(one)
    clock.advance(60)
    clock.step_wall(1_700_000_000)
    clock.synchronized = True
    timestamps.observe()
    expected = clock.wall_ms() - 60_000

    timestamps.correct(one)

    assert expected == one.timestamp_ms


def test_a_repetition_after_a_restart_has_the_same_corrected_time():
    rig = Rig()
    rig.clock = FakeClock(wall_ms=0, synchronized=False)
    rig.folder.kill()
    rig.begin()
    rig.put(taken_now(rig.clock))
    rig.pass_time(1)
    rig.clock.step_wall(1_700_000_000)
    rig.clock.synchronized = True
    rig.pass_time(6)
    rig.put(taken_now(rig.clock, "b"))
    rig.pass_time(1)
    [sent] = rig.buffer.batch("a", 1).readings

    rig.kill()
    rig.clock.step_wall(0.040)  # slewed meanwhile
    [again] = rig.buffer.batch("a", 1).readings

    assert sent.timestamp_ms == again.timestamp_ms
    assert sent.timestamp_ms > 1_600_000_000_000


def test_a_reading_of_an_earlier_boot_gets_its_true_time_where_the_clock_was_right_once():
    rig = Rig()
    rig.clock = FakeClock(wall_ms=0, synchronized=False)
    rig.folder.kill()
    rig.begin()
    rig.put(taken_now(rig.clock))
    rig.pass_time(1)
    rig.clock.step_wall(1_700_000_000)
    expected = rig.clock.wall_ms() - 1000
    rig.clock.synchronized = True
    rig.pass_time(6)
    rig.put(taken_now(rig.clock, "b"))
    rig.pass_time(1)
    rig.buffer.close()

    rig.clock.reboot()
    rig.clock.step_wall(3600)
    rig.begin()

    [found] = rig.buffer.batch("a", 1).readings
    assert expected == found.timestamp_ms


def test_a_reading_of_a_boot_without_a_right_clock_keeps_what_was_noted():
    rig = Rig()
    rig.clock = FakeClock(synchronized=False)
    rig.folder.kill()
    rig.begin()
    rig.put(taken_now(rig.clock))
    expected = rig.clock.wall_ms()
    rig.buffer.close()

    rig.clock.reboot()
    rig.clock.step_wall(3600)
    rig.begin()

    [found] = rig.buffer.batch("a", 1).readings
    assert expected == found.timestamp_ms


def test_a_clock_set_by_hand_is_believed_before_a_reading_is_sent():
    clock = FakeClock(wall_ms=0, synchronized=False)
    timestamps = Timestamps(clock)
    one = taken_now(clock)
    timestamps.stamp(one)
    clock.step_wall(1_700_000_000)

    timestamps.correct(one)

    assert clock.wall_ms() == one.timestamp_ms


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (Moment("boot-1", 400_000, 0, is_tentative=True), 600_000),
        (Moment("gone", 1, 1_700_000_000_000 - HOUR_MS, is_tentative=False), HOUR_MS),
        (Moment("gone", 1, 77, is_tentative=True), 1_000_000),
    ],
)
def test_an_age_is_never_made_up(moment, expected):
    assert expected == Timestamps(FakeClock()).age_ms(moment)


def test_a_first_answer_of_the_network_that_was_wrong_does_not_hold_for_the_whole_boot():
    clock = FakeClock()
    clock.step_wall(3600)  # the first server was wrong by an hour
    timestamps = Timestamps(clock)
    timestamps.observe()
    clock.advance(100)
    clock.step_wall(-3600)
    timestamps.observe()
    clock.advance(100_000)
    clock.synchronized = False  # for so long no server was reached
    timestamps.observe()
    one = taken_now(clock)

    timestamps.stamp(one)
    expected = clock.wall_ms()
    timestamps.correct(one)

    assert expected == one.timestamp_ms


def test_small_steps_do_not_change_the_time_of_what_may_have_been_sent_already():
    clock = FakeClock(wall_ms=0, synchronized=False)
    timestamps = Timestamps(clock)
    first, second = taken_now(clock), taken_now(clock, "b")
    timestamps.stamp(first)
    timestamps.stamp(second)
    clock.step_wall(1_700_000_000)
    clock.synchronized = True
    timestamps.observe()
    timestamps.correct(first)
    clock.step_wall(0.3)
    timestamps.observe()

    timestamps.correct(second)

    assert first.timestamp_ms == second.timestamp_ms
