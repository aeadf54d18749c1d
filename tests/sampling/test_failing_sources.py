"""What becomes of a source that fails: pauses, what is said, and that it costs nobody else."""

import itertools
import logging
import math
import pickle

import pytest
from sampling_rig import Rig, Scripted, plan

from collector.errors import SourceFaultError, SourceUnavailableError
from collector.plugin.source import Group, Reading
from collector.status import SourceState

GONE = SourceUnavailableError("/dev/probe0 does not answer")


def messages(caplog, level=logging.INFO):
    return [record.getMessage() for record in caplog.records if record.levelno >= level]


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
        (5, "returned a int: return a list of Reading"),
        ({"m": 1.0}, "returned a dict: return a list of Reading"),
        (["rubbish"], "gave a str: give a Reading(values=...)"),
        ([{"m": 1.0}], "gave a dict: give a Reading(values=...)"),
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
