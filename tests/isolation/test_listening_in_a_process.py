"""Listening sources in processes of their own."""

import threading
import time
from unittest.mock import Mock

import pytest
from isolation_bed import CLOCK
from running import is_alive
from sampling_rig import Scripted

from collector.errors import SourceUnavailableError
from collector.isolation.pace import MAX_READINGS, MAX_VALUES, Pace
from collector.testkit.clock import FakeClock


def talker(bed, talk, name="talker"):
    return bed.source(name, "trouble-talker", talk=talk)


def test_its_readings_come_one_by_one_and_in_order(bed):
    bed.start(talker=talker(bed, "count"))

    bed.wait_for(lambda: len(bed.values("talker", "count")) > 5, "readings")

    counts = bed.values("talker", "count")
    assert list(map(float, range(len(counts)))) == counts


def test_a_reading_bears_the_moment_at_which_it_was_emitted(bed):
    bed.start(talker=talker(bed, "count"))
    bed.wait_for(lambda: len(bed.values("talker", "count")) > 3, "readings")

    taken_ms = [one.taken_at.boottime_ms for one in bed.accepted]

    assert sorted(set(taken_ms)) == taken_ms
    assert CLOCK.now().boot_id == bed.accepted[0].taken_at.boot_id


def test_it_ends_when_it_is_told_to(bed):
    source = talker(bed, "count")
    stop, seen = threading.Event(), []

    def emit(reading):
        seen.append(reading)
        stop.set()

    source.open()
    source.listen(emit, stop)
    source.close()

    assert {"count", "pid"} == seen[0].values.keys()


def test_one_that_ignores_the_stop_is_ended_with_its_process(bed, monkeypatch):
    monkeypatch.setattr("collector.isolation.listening.STOP_LIMIT_S", 0.5)
    source = talker(bed, "ignore stop")
    stop = threading.Event()
    source.open()

    with pytest.raises(SourceUnavailableError, match=r"listen\(\) did not end within 0.5 s"):
        source.listen(lambda _: stop.set(), stop)


def test_one_that_is_silent_and_lives_is_left_alone(bed, monkeypatch):
    monkeypatch.setattr("collector.isolation.listening.SILENCE_S", 0.3)
    bed.start(talker=talker(bed, "wait"))

    bed.wait_for(lambda: len(bed.values("talker", "count")) > 1, "the second reading")

    assert 0 == bed.status("talker").failures
    assert [0.0, 1.0] == bed.values("talker", "count")


def test_one_that_keeps_its_process_busy_is_ended_with_it(bed, monkeypatch):
    monkeypatch.setattr("collector.isolation.listening.SILENCE_S", 0.5)
    bed.start(talker=talker(bed, "spin"), well=Scripted())

    bed.wait_for(lambda: bed.status("talker").failures, "a failure")

    assert "listen() kept its process busy for 0.5 s" in "\n".join(bed.complaints)
    assert 0 == bed.status("well").missed_ticks


def test_one_that_returns_is_told_so_like_any_other(bed):
    bed.start(talker=talker(bed, "return"))

    bed.wait_for(lambda: bed.status("talker").failures, "a failure")

    assert "stopped listening by itself" in "\n".join(bed.complaints)
    assert [0.0] == bed.values("talker", "count")[:1]


def test_one_that_takes_its_process_down_is_started_again(bed):
    bed.start(talker=talker(bed, "die"))

    bed.wait_for(lambda: len(set(bed.values("talker", "pid"))) > 1, "a second process")

    assert "left with exit code 1 in listen()" in "\n".join(bed.complaints)


@pytest.mark.alone
def test_a_flood_is_counted_and_costs_nobody_else_anything(bed):
    bed.start(talker=talker(bed, "flood"), well=Scripted())
    began_s = time.monotonic()

    bed.wait_for(lambda: bed.refused("talker").get("too_many", 0) > 20_000, "what is refused")

    taken = len(bed.values("talker", "count"))
    assert taken < (time.monotonic() - began_s + 2) * (MAX_READINGS + 1000)
    assert (0, 0) == (bed.status("well").missed_ticks, bed.status("well").failures)
    bed.wait_for_note("talker", "values came faster")


def test_a_flood_of_wide_readings_is_held_back_by_their_values():
    pace, stop = Pace(FakeClock()), Mock()

    pace.keep(10, MAX_VALUES, stop)
    assert [] == stop.wait.mock_calls
    pace.keep(1, 1, stop)

    stop.wait.assert_called_once_with(1.0)


def test_metrics_beyond_all_bounds_end_the_call_and_say_so(bed):
    bed.start(talker=talker(bed, "learn too much"))

    bed.wait_for(lambda: bed.status("talker").failures, "a failure")

    assert "it gives too much at once: a message of" in "\n".join(bed.complaints)


def test_a_flood_can_be_stopped_at_any_time(bed):
    bed.start(talker=talker(bed, "flood"))
    pid = bed.wait_for(lambda: _pid(bed), "its process")
    bed.wait_for(lambda: len(bed.values("talker", "count")) > 100, "readings")
    began_s = time.monotonic()

    bed.stop()

    assert time.monotonic() - began_s < 5
    assert not is_alive(pid)


def _pid(bed):
    process = bed.workers._workers["trouble-talker", "source talker"]._process
    return process and process.pid
