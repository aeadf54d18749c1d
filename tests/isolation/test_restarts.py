"""When a worker whose process ended may start the next one."""

import random

import pytest
from isolation_bed import deadline

from collector.errors import SourceUnavailableError
from collector.isolation.restarts import LONG_LIFE_S, Restarts
from collector.sampling.pauses import LONGEST_S
from collector.testkit.clock import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def restarts(clock):
    return Restarts(clock, random.Random(1))


def live(restarts, clock, seconds):
    """Let a process come up, and end after so many seconds; return the pause after it."""
    restarts.ready()
    clock.advance(seconds)
    restarts.ended("it crashed")
    pause_s = restarts.wait_s()
    clock.advance(pause_s or 0.0)
    return pause_s


def test_the_first_end_costs_no_pause_beyond_that_of_its_failure(restarts, clock):
    assert live(restarts, clock, 1) is None
    assert (1, "it crashed") == (restarts.endings, restarts.last_ending)


def test_short_lives_in_a_row_double_the_pause_up_to_five_minutes(restarts, clock):
    pauses_s = [live(restarts, clock, 1) for _ in range(12)]

    assert pauses_s[0] is None
    ceilings_s = [min(LONGEST_S, 2.0**n) for n in range(11)]
    assert all(
        0.8 * ceiling_s <= pause_s <= ceiling_s
        for pause_s, ceiling_s in zip(pauses_s[1:], ceilings_s, strict=True)
    )


def test_a_long_life_is_followed_by_no_pause(restarts, clock):
    for _ in range(5):
        live(restarts, clock, 1)

    assert live(restarts, clock, LONG_LIFE_S) is None
    assert live(restarts, clock, 1) is None


def test_one_that_never_came_up_has_lived_for_no_time(restarts, clock):
    for _ in range(2):
        clock.advance(10 * LONG_LIFE_S)
        restarts.ended("starting its process did not come back")

    assert restarts.wait_s() is not None


def test_a_plugin_that_works_once_in_each_process_is_not_started_again_without_end(bed):
    source = bed.opened(trouble="crash", after=1)
    with pytest.raises(SourceUnavailableError, match="SIGSEGV"):
        read_until_it_fails(source)
    source.open()

    with pytest.raises(SourceUnavailableError, match="SIGSEGV") as caught:
        read_until_it_fails(source)

    assert 0.5 < caught.value.retry_in_s <= 1
    with pytest.raises(SourceUnavailableError, match=r"its process is gone: .*SIGSEGV") as caught:
        source.open()
    assert 0 < caught.value.retry_in_s <= 1


def read_until_it_fails(source):
    for _ in range(3):
        source.read("", deadline())
