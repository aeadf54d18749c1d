"""One source and what becomes of it: ticks, failures, pauses, deadlines, and what is said."""

import itertools
import logging
import math
import pickle

import pytest
from sampling_rig import Rig, Scripted, plan

from collector.errors import SourceFaultError, SourceUnavailableError
from collector.plugin.source import Group, Metric, Reading
from collector.status import SourceState
from collector.testkit.clock import FakeClock

GONE = SourceUnavailableError("/dev/probe0 does not answer")
LATE_START = 1_700_000_004_000


def slow(rig_clock, seconds, result=None):
    def read():
        rig_clock.advance(seconds)
        if isinstance(result, Exception):
            raise result
        return result or Reading(values={"m": 1.0})

    return read


def messages(caplog, level=logging.INFO):
    return [record.getMessage() for record in caplog.records if record.levelno >= level]


# -- ticks --------------------------------------------------------------------------------------


def test_the_first_value_comes_at_once_and_the_others_on_the_grid():
    rig = Rig(plan(Scripted()), clock=FakeClock(LATE_START))
    rig.start().run(30)

    assert [0.0, 6.0, 16.0, 26.0] == rig.times()


def test_a_source_that_is_stamped_by_ticks_begins_on_the_grid():
    rig = Rig(plan(Scripted(), timestamp="tick"), clock=FakeClock(LATE_START))
    rig.start().run(30)

    assert [6.0, 16.0, 26.0] == rig.times()


def test_an_immediate_read_that_would_nearly_touch_the_first_tick_is_left_to_it():
    rig = Rig(plan(Scripted()), clock=FakeClock(LATE_START + 5500))
    rig.start().run(12)

    assert [0.5, 10.5] == rig.times()


def test_the_offset_moves_the_reads():
    rig = Rig(plan(Scripted(), timestamp="tick", offset_s=2.0), clock=FakeClock(LATE_START))
    rig.start().run(20)

    assert [8.0, 18.0] == rig.times()


def test_without_alignment_the_grid_starts_with_the_collector():
    rig = Rig(plan(Scripted(), align=False), clock=FakeClock(LATE_START))
    rig.start().run(25)

    assert [0.0, 10.0, 20.0] == rig.times()


def test_jitter_delays_each_read_anew_and_leaves_the_stamp_on_the_grid():
    rig = Rig(plan(Scripted(), timestamp="tick", jitter_s=5.0), clock=FakeClock(LATE_START))
    rig.start().run(1000)
    delays = [(at_s - 6.0) % 10 for at_s in rig.times()]

    assert 99 <= len(delays)
    assert all(0 <= delay <= 5 for delay in delays)
    assert 90 < len(set(delays))
    assert {0} == {reading.taken_at.boottime_ms % 10_000 - 6000 for _, reading in rig.accepted}
    assert 0 == rig.status().missed_ticks


def test_a_tick_whose_jitter_has_not_passed_is_not_missed():
    clock = FakeClock(LATE_START)
    source = Scripted(*[slow(clock, 6.9)] * 50)
    rig = Rig(plan(source, timestamp="tick", jitter_s=5.0), clock=clock)
    rig.start().run(499)

    assert any(at_s % 10 < 6 for at_s in rig.times())
    assert 0 == rig.status().missed_ticks


def test_each_group_has_its_own_interval_and_the_source_stays_open():
    source = Scripted(groups=(Group("fast", 1.0), Group("slow", 10.0), Group("common")))
    rig = Rig(plan(source, interval_s=5.0), clock=FakeClock(LATE_START + 500))
    rig.start().run(20)

    assert [21, 3, 4] == [source.count(f"read {name}") for name in ("fast", "slow", "common")]
    assert 1 == source.count("open")


def test_a_read_that_takes_longer_than_the_interval_skips_ticks_and_they_are_counted():
    rig = Rig(plan(Scripted()), clock=FakeClock(LATE_START))
    source = Scripted(slow(rig.clock, 0), *[slow(rig.clock, 25)] * 2)
    rig = Rig(plan(source), clock=rig.clock)
    rig.start().run(85)

    assert [0.0, 31.0, 61.0, 66.0, 76.0] == rig.times()
    assert 4 == rig.status().missed_ticks
    assert 2 == rig.status().overruns
    assert 25.0 > rig.status().last_read_s


def test_sources_of_one_link_take_turns_and_none_starves():
    clock = FakeClock(LATE_START)
    sources = [Scripted(*[slow(clock, 0.6)] * 100, link="/dev/ttyS0") for _ in range(3)]
    plans = [
        plan(source, name, interval_s=1.0) for source, name in zip(sources, "abc", strict=False)
    ]
    rig = Rig(*plans, clock=clock)
    rig.start().run(59)

    counts = [len(rig.times(name)) for name in "abc"]
    assert 95 <= sum(counts)
    assert min(counts) >= 25
    for name in "abc":
        assert 57 <= len(rig.times(name)) + rig.status(name).missed_ticks <= 61


def test_a_fast_group_goes_before_a_slow_one_that_waits_for_the_busy_link_too():
    clock = FakeClock()
    order = []

    def taking(name, seconds):
        def read():
            order.append(name)
            clock.advance(seconds)
            return Reading(values={"m": 1.0})

        return read

    slow_ones = [Scripted(*[taking("slow", 0.5)] * 9, link="bus") for _ in range(3)]
    fast = Scripted(*[taking("fast", 0.02)] * 99, link="bus")
    plans = [plan(source, f"s{number}") for number, source in enumerate(slow_ones)]
    rig = Rig(*plans, plan(fast, "fast", interval_s=0.2), clock=clock)
    rig.start().run(9)
    order.clear()
    rig.run(2.0)

    assert ["slow", "fast", "slow", "fast", "slow"] == order[order.index("slow") :][:5]


def test_a_slow_group_is_read_even_if_fast_ones_take_all_of_the_link():
    clock = FakeClock()
    fast = Scripted(*[slow(clock, 0.3)] * 999, link="bus")
    rig = Rig(
        plan(fast, "fast", interval_s=0.2, timeout_s=1.0),
        plan(Scripted(*[slow(clock, 0.3)] * 99, link="bus"), "slow"),
        clock=clock,
    )
    rig.start().run(100)

    assert 9 <= len(rig.times("slow")) <= 11
    assert 1 >= rig.status("slow").missed_ticks


def test_after_ten_stopped_minutes_there_is_one_read_and_the_rest_is_counted_as_missed():
    rig = Rig(plan(Scripted(), interval_s=1.0))
    rig.start().run(5)
    before = len(rig.accepted)
    rig.clock.advance(600.5)
    rig.run(0)

    assert 1 == len(rig.accepted) - before
    rig.run(10)
    assert 11 == len(rig.accepted) - before
    assert 599 <= rig.status().missed_ticks <= 600


@pytest.mark.parametrize("step_s", [3600, -3600, 1_000_000_000])
def test_steps_of_the_wall_clock_leave_the_number_of_readings_as_it_is(step_s):
    rig = Rig(plan(Scripted(), interval_s=1.0))
    rig.start().run(50)
    rig.clock.step_wall(step_s + 0.3)
    rig.run(50)

    times = rig.times()
    assert abs(101 - len(times)) <= 1
    assert all(0.5 <= b - a <= 1.5 for a, b in itertools.pairwise(times))


# -- deadlines ----------------------------------------------------------------------------------


def test_the_deadline_is_the_timeout_after_the_read_began():
    source = Scripted()
    rig = Rig(plan(source, timeout_s=2.5))
    rig.start().run(1)

    [deadline] = source.deadlines
    assert 1002.5 == deadline.at_s


def test_waiting_for_the_link_does_not_use_up_the_deadline():
    clock = FakeClock()
    late = Scripted(link="bus")
    rig = Rig(
        plan(Scripted(slow(clock, 5), link="bus"), "first"),
        plan(late, "second", timeout_s=2.0),
        clock=clock,
    )
    rig.start().run(9)

    [deadline] = late.deadlines
    assert 1007.0 == deadline.at_s


def test_a_late_reading_is_kept_with_its_true_time():
    clock = FakeClock()
    rig = Rig(plan(Scripted(slow(clock, 3)), timeout_s=2.0), clock=clock)
    rig.start().run(9)

    assert [3.0] == rig.times()
    assert 1_003_000 == rig.accepted[0][1].taken_at.boottime_ms
    assert (1, 0, SourceState.OK) == (
        rig.status().overruns,
        rig.status().failures,
        rig.status().state,
    )


def test_a_late_reading_that_would_bear_the_time_of_its_tick_is_refused():
    clock = FakeClock()
    rig = Rig(plan(Scripted(slow(clock, 3)), timeout_s=2.0, timestamp="tick"), clock=clock)
    rig.start().run(9)

    assert [] == rig.times()
    assert {"late": 1} == rig.refused()
    assert 1 == rig.status().refused


def test_a_read_past_its_deadline_shows_as_overdue():
    clock = FakeClock()
    seen = []

    def read():
        seen.append(rig.status().state)
        clock.advance(2.1)
        seen.append((rig.status().state, rig.status().message))
        return Reading(values={"m": 1.0})

    rig = Rig(plan(Scripted(read), timeout_s=2.0), clock=clock)
    rig.start().run(5)

    assert [SourceState.STARTING, (SourceState.OVERDUE, "has not come back in time")] == seen
    assert SourceState.OK == rig.status().state


def test_an_open_past_its_timeout_shows_as_overdue_too():
    clock = FakeClock()
    seen = []
    source = Scripted()
    source.on_open = lambda: (clock.advance(11), seen.append(rig.status().state))
    rig = Rig(plan(source), clock=clock)
    rig.start().run(1)

    assert [SourceState.OVERDUE] == seen


# -- failures -----------------------------------------------------------------------------------


def test_an_unplugged_device_is_reported_once_and_so_is_its_return(caplog):
    caplog.set_level(logging.INFO)
    rig = Rig(plan(Scripted(None, *[GONE] * 5)))
    rig.start().run(300)

    assert [
        "a: /dev/probe0 does not answer; it is tried again",
        "sensor a is offline",
        "a: works again after 5 failures, 1 ticks missed",
        "sensor a is online again",
    ] == messages(caplog)
    assert 5 == rig.status().failures
    assert SourceState.OK == rig.status().state
    assert "" == rig.status().message


def test_while_it_fails_the_status_says_why():
    rig = Rig(plan(Scripted(None, *[GONE] * 9)))
    rig.start().run(15)

    assert SourceState.FAILING == rig.status().state
    assert "/dev/probe0 does not answer" == rig.status().message


def test_after_a_failure_the_source_is_closed_and_opened_again():
    source = Scripted(None, GONE, None)
    rig = Rig(plan(source))
    rig.start().run(25)

    calls = [call for call in source.calls if call != "metrics"]
    assert ["open", "read", "read", "close", "open", "read"] == calls


def test_pauses_double_from_one_second_to_five_minutes_and_begin_anew_after_a_success():
    source = Scripted(*[GONE] * 14, None, GONE, GONE)
    rig = Rig(plan(source, interval_s=0.1, timeout_s=0.1))
    opened = []
    source.on_open = lambda: opened.append(rig.clock.monotonic_s())
    rig.start().run(2300)

    pauses = [b - a for a, b in itertools.pairwise(opened)]
    for number, pause in enumerate(pauses[:12]):
        longest = min(300, 2**number)
        assert 0.8 * longest <= pause <= longest + 0.11
    assert 300 > max(pauses[:12])
    assert 0.8 <= pauses[14] <= 1.11
    assert len(set(pauses[9:13])) > 2


@pytest.mark.parametrize(
    ("retry_in_s", "expected_s"),
    [(7.25, 7.25), (900, 900.0), (0.0, 0.05), (-5.0, 0.05), (1e9, 3600.0), (10**400, 3600.0)],
)
def test_a_source_that_knows_when_to_be_tried_again_gets_exactly_its_pause(retry_in_s, expected_s):
    gone = SourceUnavailableError("busy", retry_in_s=retry_in_s)
    rig = Rig(plan(Scripted(*[gone] * 3)))
    rig.start().run(0)

    assert 1000 + expected_s == rig.sampling._benches[0].health.retry_at_s


@pytest.mark.parametrize("retry_in_s", [None, math.nan, math.inf, -math.inf, "soon"])
def test_a_pause_that_is_no_finite_number_is_left_to_the_collector(retry_in_s):
    gone = SourceUnavailableError("busy", retry_in_s=retry_in_s)
    rig = Rig(plan(Scripted(gone)))
    rig.start().run(0)

    assert 0.8 <= rig.sampling._benches[0].health.retry_at_s - 1000 <= 1.0


def test_a_pause_of_its_own_leaves_the_growing_ones_where_they_were():
    wishes = [SourceUnavailableError("busy", retry_in_s=1.0)] * 8
    rig = Rig(plan(Scripted(*wishes, GONE), interval_s=1.0))
    rig.start().run(8)

    assert 9 == rig.status().failures
    assert 0.8 <= rig.sampling._benches[0].health.retry_at_s - 1008 <= 1.0


def test_an_error_of_a_plugin_that_never_heard_of_pauses_is_unavailable_as_well():
    class GoneError(SourceUnavailableError):
        def __init__(self, port):
            self.port = port

    rig = Rig(plan(Scripted(GoneError(3))))
    rig.start().run(0)

    assert SourceState.FAILING == rig.status().state


def test_the_wish_travels_with_the_error_to_another_process():
    copy = pickle.loads(pickle.dumps(SourceUnavailableError("busy", retry_in_s=2.5)))

    assert ("busy", 2.5) == (str(copy), copy.retry_in_s)


def test_a_fault_that_needs_a_human_is_tried_again_at_the_longest_pause():
    source = Scripted(SourceFaultError("no permission for /dev/probe0: add the user to dialout"))
    rig = Rig(plan(source))
    rig.start().run(239)

    assert 1 == source.count("open")
    assert "no permission for /dev/probe0: add the user to dialout" == rig.status().message
    rig.run(75)
    assert 2 == source.count("open")
    assert SourceState.OK == rig.status().state


def test_a_pause_wakes_nobody_at_the_ticks_within_it():
    source = Scripted(SourceFaultError("no permission"))
    rig = Rig(plan(source, interval_s=0.1))
    rig.start()
    [worker] = rig.sampling._links.workers
    planned = []
    rig.run(0.5)
    while worker._agenda.next_due_s < 1239:
        planned.append(worker._agenda.next_due_s)
        rig.run(worker._agenda.next_due_s - rig.clock.monotonic_s())

    assert [] == planned
    assert 1 == source.count("open")


def test_ticks_of_a_pause_are_counted_as_missed():
    rig = Rig(plan(Scripted(*[GONE] * 7), interval_s=1.0))
    rig.start().run(200)

    assert 201 == rig.status().missed_ticks + rig.status().reads


def test_all_groups_of_a_failed_source_pause_with_it():
    source = Scripted(
        None, None, GONE, groups=(Group("one", 1.0), Group("two", 1.5)), metrics=["m"]
    )
    rig = Rig(plan(source))
    rig.start().run(1.75)

    assert ["open", "read one", "read two", "read one", "close"] == source.calls[-5:]
    assert 1 == rig.status().missed_ticks


def test_an_open_that_fails_is_a_failure_like_any_other(caplog):
    source = Scripted()

    def fail_once():
        if source.count("open") == 1:
            raise GONE

    source.on_open = fail_once
    rig = Rig(plan(source))
    rig.start().run(15)

    assert 1 == rig.status().failures
    assert [10.0] == rig.times()
    assert ["a: /dev/probe0 does not answer; it is tried again"] == messages(
        caplog, logging.WARNING
    )


class Cancelled(BaseException):
    """What asynchronous libraries raise through everything."""


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (ValueError("bad\nframe"), "ValueError: bad frame"),
        (KeyError("m"), "KeyError: 'm'"),
        (SystemExit(3), "SystemExit: 3"),
        (Cancelled(), "Cancelled"),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_whatever_a_plugin_raises_costs_it_alone(raised, words, caplog):
    rig = Rig(plan(Scripted(None, raised)), plan(Scripted(), "b"))
    rig.start().run(35)

    assert [0.0, 10.0, 20.0, 30.0] == rig.times("b")
    assert [0.0, 20.0, 30.0] == rig.times("a")
    assert 1 == rig.status().failures
    assert messages(caplog)[0].endswith(f": {words}; it is tried again")


def test_the_message_of_a_mistake_names_kind_package_place_and_error(caplog):
    rig = Rig(plan(Scripted(ValueError("bad\nframe"))))
    rig.start().run(5)

    message = rig.status().message
    assert message.startswith("plugin 'probe' (fake 1.2): read() failed at sampling_rig.py:")
    assert message.endswith(": ValueError: bad frame")
    assert [f"a: {message}; it is tried again"] == messages(caplog)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (5, "'int' object is not iterable"),
        (["rubbish"], "gave a str where a Reading is due"),
        ([{"m": 1.0}], "gave a dict where a Reading is due"),
        ([Reading(values=[1])], "TypeError"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_reading_is_a_failure_that_says_so(given, words):
    rig = Rig(plan(Scripted(lambda: given)))
    rig.start().run(5)

    assert words in rig.status().message
    assert [] == rig.accepted


def test_a_lazy_source_fails_inside_the_border_too():
    def lazy():
        yield Reading(values={"m": 1.0})
        raise GONE

    rig = Rig(plan(Scripted(lazy)))
    rig.start().run(5)

    assert [] == rig.accepted
    assert 1 == rig.status().failures


def test_a_close_that_raises_does_not_matter():
    def fail():
        raise OSError("already gone")

    source = Scripted(None, GONE, None)
    source.on_close = fail
    rig = Rig(plan(source))
    rig.start().run(25)

    assert [0.0, 20.0] == rig.times()
    assert 1 == rig.status().failures


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Scripted(link=7), "link must be a string, not a int"),
        (Scripted(groups=[Group("x", 0)]), "the interval of group 'x' must be more than 0 s"),
        (Scripted(groups=[Group("x", float("nan"))]), "must be more than 0 s, not nan"),
        (Scripted(groups=["x"]), "AttributeError"),
    ],
)
def test_a_source_that_cannot_be_placed_is_broken_and_costs_nobody_else(source, words):
    rig = Rig(plan(source), plan(Scripted(), "b"))
    rig.start().run(15)

    assert SourceState.BROKEN == rig.status().state
    assert words in rig.status().message
    assert [0.0, 10.0] == rig.times("b")


def test_an_interval_of_nothing_is_broken_for_a_source_that_is_polled():
    rig = Rig(plan(Scripted(), interval_s=0.0))
    rig.start().run(15)

    assert "the interval must be more than 0 s, not 0.0" == rig.status().message


# -- what it says of itself ---------------------------------------------------------------------


def test_the_status_before_the_start_is_starting():
    rig = Rig(plan(Scripted()))

    assert SourceState.STARTING == rig.status().state
    assert [] == rig.sampling.links()
    assert [] == rig.sampling.last_values()


def test_the_status_tells_reads_and_the_link():
    clock = FakeClock()
    rig = Rig(plan(Scripted(slow(clock, 0.25), link="/dev/ttyS0")), clock=clock)
    rig.start().run(5)
    status = rig.status()

    assert ("a", "probe", "a", "/dev/ttyS0") == (
        status.name,
        status.plugin,
        status.sensor,
        status.link,
    )
    assert (1, 0.25) == (status.reads, status.last_read_s)


def test_links_are_shared_by_key_and_private_without_one():
    rig = Rig(
        plan(Scripted(link="bus"), "a"),
        plan(Scripted(link="bus"), "b"),
        plan(Scripted(), "c"),
        plan(Scripted(), "bus", sensor="d"),
    )
    rig.start()

    assert [("bus", ("a", "b")), ("bus", ("bus",)), ("c", ("c",))] == [
        (link.key, link.sources) for link in rig.sampling.links()
    ]


def test_last_values_are_the_newest_of_each_metric_with_name_unit_and_age():
    metrics = [Metric(id="m", name="Main"), Metric(id="n", annotation="rpm")]
    first = Reading(values={"m": 1.0, "n": 5.0})
    source = Scripted(first, Reading(values={"m": 2.0}), [], [], metrics=metrics)
    rig = Rig(plan(source))
    rig.start().run(35)

    [m, n] = rig.sampling.last_values()
    assert ("a", "m", "Main", 2.0, "", 1010.0) == (
        m.sensor,
        m.metric,
        m.name,
        m.value,
        m.unit,
        m.taken_at_s,
    )
    assert ("n", 5.0, "rpm", 1000.0) == (n.metric, n.value, n.unit, n.taken_at_s)


def test_a_value_is_counted_as_accepted_before_it_is_handed_on():
    rig = Rig(plan(Scripted()))
    seen = []
    rig.sampling._outlet._accept = lambda _: seen.append(rig.ledger.accounts()[0].accepted)
    rig.start().run(15)

    assert [1, 2] == seen


def test_all_metrics_are_told_at_the_start_sensor_by_sensor():
    rig = Rig(
        plan(Scripted(metrics="mn"), "a"),
        plan(Scripted(metrics="op"), "b", sensor="a", timestamp="tick"),
        plan(Scripted(metrics="x"), "c"),
    )
    rig.start()

    assert [("a", ["m", "n"]), ("a", ["m", "n", "o", "p"]), ("c", ["x"])] == rig.metrics
