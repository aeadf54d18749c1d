"""Sources that talk by themselves, on real threads and fake time."""

import logging
import queue
import random
import threading
import time

import pytest
from sampling_live import LONG_S, Live, reading, until
from sampling_rig import Rig, Scripted, Talking, plan

from collector.errors import SourceFaultError, SourceUnavailableError
from collector.plugin.source import Reading
from collector.sampling.engine import Sampling
from collector.sampling.stop import Stop
from collector.status import SourceState
from collector.testkit.clock import FakeClock


def test_a_listening_source_gives_readings_as_they_come_with_the_time_they_came():
    clock = FakeClock()

    def listen(emit, stop):
        emit(reading(1.0))
        clock.advance(2.5)
        emit(reading(2.0))
        stop.wait()

    with Live(plan(source := Talking(listen)), clock=clock) as live:
        first, second = live.next(), live.next()
        assert SourceState.OK == live.status().state

    assert [(1.0,), (2.0,)] == [first.values, second.values]
    assert 2500 == second.taken_at.boottime_ms - first.taken_at.boottime_ms
    assert ["open", "listen", "close"] == source.calls
    assert (2, SourceState.STOPPED) == (live.status().reads, live.status().state)
    assert [("a", True)] == live.states


def test_its_values_are_checked_like_all_others():
    def listen(emit, stop):
        emit(Reading(values={"m": None, "x": 1.0}))
        emit(Reading(values={"m": 1.0}, device_time_ms=1_600_000_000_000))
        stop.wait()

    with Live(plan(Talking(listen), timestamp="device")) as live:
        assert 1_600_000_000_000 == live.next().timestamp_ms

    assert {"wrong_type": 1, "undeclared": 1} == live.refused()


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (SourceUnavailableError("line is silent"), "line is silent"),
        (SystemExit(1), "plugin 'probe' (fake 1.2): listen() failed"),
        (None, "stopped listening by itself"),
    ],
)
def test_a_listener_that_ends_is_closed_and_opened_again_after_a_pause(ending, words, caplog):
    caplog.set_level(logging.INFO)
    clock = FakeClock()
    endings = [ending, ending]

    def listen(emit, stop):
        if endings:
            error = endings.pop()
            if error is not None:
                raise error
            return
        emit(reading())
        stop.wait()

    with Live(plan(source := Talking(listen)), clock=clock) as live:
        until(lambda: live.status().failures == 1)
        assert words in live.status().message
        clock.advance(1)
        until(lambda: live.status().failures == 2)
        clock.advance(2)
        live.next()

    assert ["open", "listen", "close"] * 3 == source.calls
    said = [record.getMessage() for record in caplog.records]
    assert words in said[0]
    assert ["a: works again after 2 failures, 0 ticks missed"] == said[1:]


def test_a_fault_of_a_listener_is_tried_again_at_the_longest_pause():
    clock = FakeClock()

    def listen(emit, stop):
        raise SourceFaultError("wrong instrument")

    with Live(plan(source := Talking(listen)), clock=clock) as live:
        until(lambda: live.status().failures == 1)
        clock.advance(200)
        clock.advance(30)
        assert 1 == source.calls.count("open")
        clock.advance(71)
        until(lambda: live.status().failures == 2)


def test_what_is_emitted_by_mistake_fails_in_the_plugin():
    def listen(emit, stop):
        emit({"m": 1.0})

    with Live(plan(Talking(listen))) as live:
        until(lambda: live.status().failures == 1)

    assert "TypeError: gave a dict: give a Reading(values=...)" in live.status().message
    assert [] == live.accepted


def test_a_silent_listener_is_offline_after_three_intervals_and_online_with_a_reading():
    clock = FakeClock()
    talk = threading.Semaphore(0)

    def listen(emit, stop):
        while not stop.is_set():
            if talk.acquire(timeout=0.01):
                emit(reading())

    with Live(plan(Talking(listen), timeout_s=5.0), clock=clock) as live:
        talk.release()
        live.next()
        clock.advance(34.9)
        assert [("a", True)] == live.states
        clock.advance(1)
        until(lambda: ("a", False) in live.states)
        status = live.status()
        talk.release()
        live.next()
        until(lambda: [("a", True), ("a", False), ("a", True)] == live.states)

    assert SourceState.FAILING == status.state
    assert "gave nothing for 3 intervals" == status.message


def test_a_listener_without_an_interval_may_be_silent_for_any_time():
    rig = Rig(plan(Talking(lambda emit, stop: None), interval_s=0.0))
    rig.sampling._presence.check(rig.clock.monotonic_s() + 1e9)

    assert [] == rig.states


def test_sources_that_share_the_link_of_a_listener_are_warned_of(caplog):
    class Shared(Talking):
        link = "/dev/ttyS0"

    talker = Shared(lambda emit, stop: None)
    Rig(plan(talker, "talks"), plan(Scripted(link="/dev/ttyS0"), "waits")).start()
    Rig(plan(talker, "talks")).start()

    assert [
        "talks listens and so keeps link /dev/ttyS0 to itself: 1 sources have to wait for it"
    ] == [record.getMessage() for record in caplog.records]


def test_a_reading_from_a_thread_of_the_plugin_is_taken_as_well():
    def listen(emit, stop):
        threads = [
            threading.Thread(target=lambda: [emit(reading()) for _ in range(100)]) for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stop.wait()

    with Live(plan(Talking(listen))) as live:
        for _ in range(500):
            live.next()

    [account] = live.ledger.accounts()
    assert (500, True) == (account.accepted, account.balances)


def test_threads_of_a_plugin_are_taken_one_at_a_time():
    inside, at_once = [], []

    class Crowded(Talking):
        @property
        def metrics(self):
            inside.append(1)
            at_once.append(len(inside))
            time.sleep(0.01)
            inside.pop()
            return self.declared

    def listen(emit, stop):
        new = [Reading(values={f"new-{number}": 1.0}) for number in range(5)]
        threads = [threading.Thread(target=emit, args=(each,)) for each in new]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        emit(reading())
        stop.wait()

    with Live(plan(Crowded(listen))) as live:
        live.next()

    assert {"undeclared": 5} == live.refused()
    assert [1] * 6 == at_once


def test_a_flood_of_one_source_keeps_nobody_else_from_its_ticks():
    clock = FakeClock()

    def listen(emit, stop):
        while not stop.is_set():
            emit(reading(2.0))

    live = Live(plan(Talking(listen), "flood"), plan(Scripted(), "well"), clock=clock)
    with live:
        for expected in range(1, 20):
            until(lambda count=expected: len(live.times("well")) >= count)
            clock.advance(10)

    assert 0 == live.status("well").missed_ticks
    assert all(account.balances for account in live.ledger.accounts())


def test_the_stop_signal_waits_until_it_is_set_or_the_time_is_up():
    clock = FakeClock()
    stop = Stop(clock)
    results = queue.Queue()
    waiter = threading.Thread(target=lambda: results.put(stop.wait(5.0)))
    waiter.start()
    until(lambda: clock._waiting)
    clock.advance(4)
    assert results.empty()
    clock.advance(1)
    assert results.get(timeout=LONG_S) is False

    threading.Thread(target=lambda: results.put(stop.wait())).start()
    stop.set()
    assert results.get(timeout=LONG_S) is True
    assert stop.is_set()
    assert stop.wait(0)


def test_under_load_from_many_threads_the_ledger_balances_and_nothing_is_lost():
    clock = FakeClock()
    draw = random.Random(5)

    def unsteady():
        if draw.random() < 0.1:
            raise SourceUnavailableError("gone")
        return reading() if draw.random() < 0.8 else reading(float("nan"))

    plans = [
        plan(Scripted(*[unsteady] * 400, link=f"bus{number % 7}"), f"s{number}", interval_s=1.0)
        for number in range(30)
    ]
    sampling: Sampling
    with Live(*plans, clock=clock) as live:
        sampling = live.sampling
        for _ in range(100):
            before = sum(status.reads for status in sampling.sources())
            clock.advance(1)
            until(lambda count=before: sum(s.reads for s in sampling.sources()) > count)

    accounts = live.ledger.accounts()
    assert all(account.balances for account in accounts)
    assert sum(account.accepted for account in accounts) == len(live.accepted)
    assert 500 < len(live.accepted)
