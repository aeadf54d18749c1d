"""An agent that was gone for moments is found at once; after a long outage nobody is in a hurry."""

import itertools
from random import Random

import pytest

from collector.publishing.connection.pauses import (
    DECLINED_PERIOD_S,
    LONGEST_PAUSE_AT_FIRST_S,
    LONGEST_PAUSE_S,
    SHORT_OUTAGE_S,
    Pauses,
)
from collector.testkit.clock import FakeClock


class Longest(Random):
    """Draws the longest pause that may be drawn."""

    def uniform(self, a, b):
        return b


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def pauses(clock):
    return Pauses(clock, Longest())


def test_an_agent_that_is_absent_is_asked_often_at_first(pauses):
    drawn_s = [pauses.while_absent_s() for _ in range(6)]

    assert [1.0, 2.0, 4.0, 5.0, 5.0, 5.0] == drawn_s
    assert max(drawn_s) == LONGEST_PAUSE_AT_FIRST_S


def test_one_that_stays_away_is_asked_ever_more_seldom(pauses, clock):
    pauses.while_absent_s()
    clock.advance(SHORT_OUTAGE_S)

    drawn_s = [pauses.while_absent_s() for _ in range(7)]

    assert [1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_PAUSE_S, LONGEST_PAUSE_S] == drawn_s


def test_a_success_begins_a_new_outage(pauses, clock):
    pauses.while_absent_s()
    clock.advance(SHORT_OUTAGE_S)
    pauses.while_absent_s()

    pauses.reset()
    pauses.while_absent_s()
    clock.advance(SHORT_OUTAGE_S / 2)

    assert 2.0 == pauses.while_absent_s()


@pytest.mark.parametrize("lasts_s", [0.0, 10.0], ids=["refused at once", "never answered"])
@pytest.mark.parametrize("seed", range(20))
def test_an_agent_that_declines_is_asked_eleven_times_in_five_minutes_and_each_half_minute(
    lasts_s, seed, clock
):
    pauses, begun_s, end_s = Pauses(clock, Random(seed)), [], clock.monotonic_s() + 600
    while clock.monotonic_s() < end_s:
        begun_s.append(clock.monotonic_s())
        clock.advance(lasts_s)
        clock.advance(pauses.while_declined_s(begun_s[-1]))

    gaps_s = [later - earlier for earlier, later in itertools.pairwise(begun_s)]

    assert 11 >= sum(at_s - begun_s[0] < 300 for at_s in begun_s)
    assert DECLINED_PERIOD_S[1] >= max(gaps_s)


def test_one_that_has_just_begun_to_decline_is_asked_again_soon(pauses, clock):
    assert 3.0 == pauses.while_declined_s(clock.monotonic_s())

    pauses.while_declined_s(clock.monotonic_s())
    pauses.reset()

    assert 3.0 == pauses.while_declined_s(clock.monotonic_s())


def test_no_two_collectors_that_are_declined_keep_step(clock):
    schedules = {
        tuple(one.while_declined_s(clock.monotonic_s()) for _ in range(5))
        for one in (Pauses(clock, Random(seed)) for seed in range(100))
    }

    assert 100 == len(schedules)
