"""Sensors: offline after three failed intervals, online on return."""

import logging

import pytest
from sampling_rig import Rig, Scripted, plan

from collector.errors import SourceFaultError, SourceUnavailableError
from collector.plugin.source import Group, Reading
from collector.sampling.presence import Presence

GONE = SourceUnavailableError("does not answer")


def test_a_sensor_is_online_with_its_first_success_and_that_is_told_once():
    rig = Rig(plan(Scripted()))
    rig.start().run(60)

    assert [("a", True)] == rig.states


def test_a_sensor_is_offline_when_the_third_interval_fails_and_online_on_return():
    rig = Rig(plan(Scripted(None, GONE, GONE, GONE)))
    rig.start().run(29.9)
    assert [("a", True)] == rig.states

    rig.run(0.2)
    assert [("a", True), ("a", False)] == rig.states

    rig.run(10)
    assert [("a", True), ("a", False), ("a", True)] == rig.states


def test_two_failed_intervals_are_no_reason():
    rig = Rig(plan(Scripted(None, GONE, GONE)))
    rig.start().run(100)

    assert [("a", True)] == rig.states


def test_a_sensor_that_never_answered_is_offline_after_three_intervals():
    rig = Rig(plan(Scripted(*[GONE] * 9)))
    rig.start().run(29.9)
    assert [] == rig.states

    rig.run(0.2)
    assert [("a", False)] == rig.states


def test_a_long_pause_after_a_failure_does_not_hide_that_the_sensor_is_gone():
    rig = Rig(plan(Scripted(None, SourceFaultError("wrong chip"))))
    rig.start().run(29.9)
    assert [("a", True)] == rig.states

    rig.run(0.2)
    assert [("a", True), ("a", False)] == rig.states


def test_a_read_that_hangs_takes_its_sensor_offline_after_three_intervals_and_the_timeout():
    now_s = 1000.0
    told = []
    presence = Presence(lambda *state: told.append(state), lambda _: None)
    source = presence.add("a", interval_s=10.0, timeout_s=5.0, now_s=now_s)
    source.good(now_s)

    assert 1035.0 == presence.check(now_s + 1)
    presence.check(now_s + 34.9)
    assert [("a", True)] == told
    presence.check(now_s + 35)
    assert [("a", True), ("a", False)] == told


@pytest.mark.parametrize(("interval_s", "next_look_s"), [(0.1, 1.0), (10.0, 31.0), (3600.0, 60.0)])
def test_looking_at_all_sources_wakes_the_machine_once_a_second_at_most(interval_s, next_look_s):
    presence = Presence(lambda *_: None, lambda _: None)
    presence.add("a", interval_s=interval_s, timeout_s=min(interval_s, 1.0), now_s=0.0)

    assert next_look_s == presence.check(0.0)


def test_a_shared_sensor_is_offline_only_when_all_its_sources_are():
    failing = Scripted(None, *[GONE] * 99)
    both = {"sensor": "s", "timestamp": "tick"}
    other = Scripted(*[None] * 30, *[GONE] * 99, metrics=["n"])
    rig = Rig(plan(failing, "one", **both), plan(other, "two", **both))
    rig.start().run(280)
    assert [("s", True)] == rig.states

    rig.run(300)
    assert [("s", True), ("s", False)] == rig.states


def test_a_shared_sensor_is_online_although_one_of_its_sources_never_answered():
    both = {"sensor": "s", "timestamp": "tick"}
    never = Scripted(*[GONE] * 99)
    rig = Rig(plan(never, "one", **both), plan(Scripted(metrics=["n"]), "two", **both))
    rig.start().run(100)

    assert [("s", True)] == rig.states


def test_the_shortest_interval_of_a_source_with_groups_is_the_one_that_counts():
    source = Scripted(*[GONE] * 99, groups=(Group("slow"), Group("fast", 1.0)))
    rig = Rig(plan(source))
    rig.start().run(3.1)

    assert [("a", False)] == rig.states


def test_sensors_that_readings_name_follow_their_source():
    both = [Reading(values={"m": 1.0}, sensor="x"), Reading(values={"m": 1.0}, sensor="y")]
    rig = Rig(plan(Scripted(both, *[GONE] * 3)))
    rig.start().run(31)

    assert {"x", "y"} <= {sensor for sensor, online in rig.states if online}
    assert {"x", "y"} <= {sensor for sensor, online in rig.states if not online}


def test_a_sensor_that_nothing_feeds_any_more_is_offline_and_no_trouble(caplog):
    caplog.set_level(logging.INFO)
    states = []
    presence = Presence(lambda *state: states.append(state), lambda _: None)
    source = presence.add("a", interval_s=1.0, timeout_s=1.0, now_s=0.0)
    source.good(0.0)

    presence.remove(source)

    assert [("a", True), ("a", False)] == states
    told = [("INFO", "sensor a is offline: no source feeds it any more")]
    assert told == [(each.levelname, each.getMessage()) for each in caplog.records]


def test_the_change_is_logged_and_the_first_success_is_not(caplog):
    caplog.set_level(logging.INFO)
    rig = Rig(plan(Scripted(None, *[GONE] * 4)))
    rig.start().run(200)

    said = [record.getMessage() for record in caplog.records]
    assert ["sensor a is offline", "sensor a is online again"] == [
        line for line in said if line.startswith("sensor")
    ]
