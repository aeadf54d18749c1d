"""What is too old leaves the spool counted, and so does what a stop has no room for."""

import pytest
from spool_readings import reading
from spool_rig import Rig

DAY_S = 86_400.0
SEALED_S = 6.0
"""The keeper looks every five seconds."""


def aged(rig, seconds):
    """Let time pass, and have the keeper look twice: it completes a segment, and removes it."""
    rig.pass_time(seconds)
    rig.pass_time(SEALED_S)


def put(rig, *values):
    for value in values:
        one = reading(value=value)
        one.taken_at = rig.clock.now()
        rig.put(one)
    rig.pass_time()


@pytest.fixture
def rig():
    return Rig(max_age_s=DAY_S)


def test_readings_that_are_too_old_are_dropped_and_counted(rig):
    put(rig, 1.0, 2.0)
    aged(rig, DAY_S / 2)
    put(rig, 3.0)

    aged(rig, DAY_S / 2)

    assert [3.0] == rig.values()
    assert {"expired": 2} == rig.account().dropped
    rig.audit()


def test_without_a_limit_nothing_is_too_old():
    rig = Rig()
    put(rig, 1.0)

    aged(rig, 1000 * DAY_S)

    assert [1.0] == rig.values()


def test_the_count_of_what_was_too_old_survives_a_kill(rig):
    put(rig, 1.0)
    aged(rig, DAY_S / 2)
    aged(rig, DAY_S)
    rig.pass_time(1.0)

    rig.kill()

    assert [] == rig.values()
    assert {"expired": 1} == rig.account().dropped
    rig.audit()


def test_what_is_in_flight_when_it_becomes_too_old_may_still_be_confirmed(rig):
    put(rig, 1.0)
    aged(rig, DAY_S / 2)
    batch = rig.buffer.batch("a", 1)

    aged(rig, DAY_S)
    batch.accept(batch.readings[0])
    batch.keep()

    assert {} == rig.account().dropped
    assert 1 == rig.account().delivered
    rig.audit()


@pytest.mark.parametrize("step_s", [400 * DAY_S, -400 * DAY_S])
def test_a_step_of_the_clock_makes_nothing_of_this_boot_old(rig, step_s):
    put(rig, 1.0)
    rig.clock.step_wall(step_s)

    aged(rig, DAY_S / 2)

    assert [1.0] == rig.values()


def test_readings_of_an_earlier_boot_are_too_old_by_a_clock_that_is_right(rig):
    put(rig, 1.0)
    rig.pass_time(SEALED_S)
    rig.clock.reboot()
    rig.stop_and_start()

    aged(rig, DAY_S + 60)
    aged(rig, SEALED_S)

    assert {"expired": 1} == rig.account().dropped


def test_a_clock_that_nothing_sets_makes_nothing_of_an_earlier_boot_old(rig):
    put(rig, 1.0)
    rig.pass_time(SEALED_S)
    rig.clock.reboot()
    rig.clock.synchronized = False
    rig.clock.step_wall(400 * DAY_S)
    rig.stop_and_start()

    aged(rig, 60)

    assert [1.0] == rig.values()


def test_what_a_stop_had_no_room_for_is_counted_over_restarts():
    rig = Rig(free_bytes_at_least=10**12)  # journals are written all the same
    put(rig, 1.0, 2.0)
    assert "are free" in rig.buffer.spool_status().degraded

    rig.stop_and_start()

    assert (2, {"shutdown": 2}) == (rig.account().accepted, rig.account().dropped)
    rig.audit()
