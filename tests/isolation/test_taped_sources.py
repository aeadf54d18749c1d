"""What passes at a source in a process of its own can be recorded as that of any other."""

from contextlib import contextmanager

import pytest
from isolation_bed import CLOCK, deadline

from collector.capture.feed import Feed
from collector.capture.taps import Taps
from collector.errors import SourceUnavailableError


@pytest.fixture
def taps():
    return Taps(CLOCK)


@contextmanager
def recording(taps, source="a"):
    """Give the feed and how the source was set up."""
    feed = Feed(CLOCK)
    with taps.fed(feed, [source]) as setups:
        yield feed, [event.data for event in setups[source]]


def taken(feed, timeout_s=0.0):
    return [event.data for _, event in feed.take(timeout_s)]


def opened(bed, taps, **settings):
    """Open a source as sampling does."""
    tap = taps.tape("a")
    source = bed.source(tape=tap, **settings)
    with tap.setting_up():
        source.open()
    return source


def read(source):
    source.read("", deadline())


def test_what_passes_goes_to_who_records_and_to_nobody_before_or_after(bed, taps):
    source = opened(bed, taps)

    read(source)
    with recording(taps) as (feed, _):
        read(source)
    read(source)

    assert [b"ask 2"] == taken(feed)


def test_events_bear_the_time_at_which_they_passed(bed, taps):
    source = opened(bed, taps)

    with recording(taps) as (feed, _):
        before_s = CLOCK.monotonic_s()
        read(source)
        after_s = CLOCK.monotonic_s()

    [(_, event)] = feed.take(0.0)
    assert before_s <= event.at_s <= after_s
    assert ("bus", "out") == (event.channel, event.direction)


def test_its_setting_up_is_remembered_though_nobody_recorded_then(bed, taps):
    source = opened(bed, taps)
    read(source)

    with recording(taps) as (_, setup):
        assert [b"open"] == setup


def test_what_it_learns_later_takes_the_place_of_that(bed, taps):
    source = opened(bed, taps, at="read", trouble="learn")
    read(source)

    with recording(taps) as (_, setup):
        assert [b"map"] == setup


def test_what_it_said_before_it_hung_is_recorded(bed, taps):
    source = opened(bed, taps, at="read", trouble="sleep")

    with recording(taps) as (feed, _), pytest.raises(SourceUnavailableError):
        source.read("", deadline(0.2))

    assert [b"ask 1"] == taken(feed)


def test_what_its_own_threads_note_between_reads_is_recorded(bed, taps):
    source = opened(bed, taps, at="read", trouble="note elsewhere")

    with recording(taps) as (feed, _):
        bed.start(a=source)
        bed.wait_for(lambda: b"elsewhere" in taken(feed), "what a thread has noted")


def test_more_than_can_wait_ends_the_recording_and_harms_nobody(bed, taps):
    source = opened(bed, taps, at="read", trouble="note too much")

    with recording(taps) as (feed, _):
        bed.start(a=source)
        bed.wait_for(lambda: feed.is_overrun, "the recording has ended")
        seen = len(bed.values("a", "count"))
        bed.wait_for(lambda: len(bed.values("a", "count")) > seen + 2, "it goes on")

    assert "ok" == bed.status("a").state


def test_a_process_that_sends_what_is_no_event_is_ended(bed, taps):
    source = opened(bed, taps, at="read", trouble="note falsely")

    with pytest.raises(SourceUnavailableError, match="no event of a tape"):
        read(source)


def test_a_recording_may_begin_and_end_while_it_listens(bed, taps):
    tap = taps.tape("talker")
    source = bed.source("talker", "trouble-talker", tape=tap, talk="count")
    bed.start(talker=source)
    bed.wait_for(lambda: bed.values("talker", "count"), "it listens")

    with recording(taps, "talker") as (feed, _):
        bed.wait_for(lambda: taken(feed), "what it hears")
    taken(feed)
    seen = len(bed.values("talker", "count"))
    bed.wait_for(lambda: len(bed.values("talker", "count")) > seen + 9, "it goes on")

    assert [] == taken(feed)
