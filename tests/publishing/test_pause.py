"""A pause passes by itself, and ends early where the time was missing and is set."""

import pytest

from collector.publishing.connection.pause import Pause, wall_offset_ms
from collector.status import DeliveryState
from collector.testkit.clock import FakeClock

LONG_S = 30.0


@pytest.fixture
def clock():
    return FakeClock()


def paused(clock, state=DeliveryState.WAITING_FOR_TIME):
    return Pause(clock, LONG_S, state, wall_offset_ms(clock))


@pytest.mark.parametrize("state", DeliveryState)
def test_every_pause_passes_with_its_time(clock, state):
    pause = paused(clock, state)

    clock.advance(LONG_S - 0.1)
    assert not pause.is_over()
    clock.advance(0.1)

    assert pause.is_over()


@pytest.mark.parametrize("seconds", [3600, -3600, 1])
def test_a_clock_that_is_set_ends_it_where_the_time_was_missing(clock, seconds):
    pause = paused(clock)

    clock.step_wall(seconds)

    assert pause.is_over()


def test_so_does_one_that_was_set_while_the_attempt_was_under_way(clock):
    before_ms = wall_offset_ms(clock)
    clock.step_wall(3600)

    assert Pause(clock, LONG_S, DeliveryState.WAITING_FOR_TIME, before_ms).is_over()


def test_a_clock_that_is_only_kept_right_ends_none(clock):
    pause = paused(clock)

    clock.step_wall(0.015)

    assert not pause.is_over()


def test_a_clock_that_is_set_ends_no_pause_with_another_reason(clock):
    pause = paused(clock, DeliveryState.WAITING)

    clock.step_wall(3600)

    assert not pause.is_over()


def test_a_clock_is_looked_at_each_second_only_where_its_time_is_missing(clock):
    assert 1.0 == paused(clock).next_look_s()
    assert LONG_S == paused(clock, DeliveryState.WAITING).next_look_s()
