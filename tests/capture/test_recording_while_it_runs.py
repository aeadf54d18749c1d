"""What passes in a run can be recorded from any moment on, and costs nothing while nobody does."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.capture.feed import EVENT_BYTES, Feed
from collector.capture.secrets import Mask
from collector.capture.session import Session
from collector.capture.taps import MAX_SETUP_BYTES, Tap, Taps
from collector.plugin.tape import TapeEvent
from collector.testkit.clock import FakeClock


def noted(tap: Tap, *data: bytes) -> None:
    for each in data:
        tap.note("bus", "out", each)


def setup_of(tap: Tap, clock: FakeClock) -> list[bytes]:
    feed = Feed(clock)
    events = tap.join(feed)
    tap.leave(feed)
    return [event.data for event in events]


def taken(feed: Feed) -> list[tuple[str, bytes]]:
    return [(source, event.data) for source, event in feed.take(0.0)]


def test_what_passes_goes_to_who_records_and_to_nobody_before_or_after(clock: FakeClock) -> None:
    taps, feed = Taps(clock), Feed(clock)
    tape = taps.tape("hall")
    tape.note("bus", "in", b"before")
    with taps.fed(feed, ["hall"]):
        tape.note("bus", "in", b"during")
        taps.tape("other").note("bus", "in", b"elsewhere")
    tape.note("bus", "in", b"after")

    assert [("hall", b"during")] == taken(feed)


def test_two_can_record_at_once(clock: FakeClock) -> None:
    taps, one, other = Taps(clock), Feed(clock), Feed(clock)
    with taps.fed(one, ["hall"]), taps.fed(other, ["hall"]):
        taps.tape("hall").note("bus", "in", b"x")

    assert [("hall", b"x")] == taken(one) == taken(other)


def test_the_last_setting_up_is_kept(clock: FakeClock) -> None:
    tap = Tap("hall", clock)
    for data in (b"first", b"second"):
        with tap.setting_up():
            noted(tap, data)
        noted(tap, b"read")

    assert [b"second"] == setup_of(tap, clock)


def test_a_setting_up_without_a_word_changes_nothing(clock: FakeClock) -> None:
    tap = Tap("hall", clock)
    with tap.setting_up():
        noted(tap, b"calibration")
    with tap.setting_up():
        pass

    assert [b"calibration"] == setup_of(tap, clock)


def interrupted(tap: Tap, *data: bytes, resumes: bool = False) -> None:
    with suppress(OSError), tap.setting_up(resumes=resumes):
        noted(tap, *data)
        raise OSError


def test_of_a_setting_up_that_failed_nothing_is_in_the_next_one(clock: FakeClock) -> None:
    tap = Tap("hall", clock)
    interrupted(tap, b"half")
    with tap.setting_up():
        noted(tap, b"calibration")

    assert [b"calibration"] == setup_of(tap, clock)


def test_a_setting_up_that_failed_leaves_nothing_of_the_one_before(clock: FakeClock) -> None:
    tap = Tap("hall", clock)
    with tap.setting_up():
        noted(tap, b"calibration")
    interrupted(tap, b"half")

    assert [b"half"] == setup_of(tap, clock)


def test_a_setting_up_in_parts_is_kept_whole_with_openings_in_between(clock: FakeClock) -> None:
    tap = Tap("hall", clock)
    interrupted(tap, b"1", b"2")
    with tap.setting_up():
        pass
    interrupted(tap, b"3", resumes=True)
    interrupted(tap)
    with tap.setting_up(resumes=True):
        noted(tap, b"4")

    assert [b"1", b"2", b"3", b"4"] == setup_of(tap, clock)


def test_a_setting_up_in_parts_takes_no_more_memory_than_another(clock: FakeClock) -> None:
    tap = Tap("hall", clock)
    for _ in range(200):
        interrupted(tap, bytes(1000), resumes=True)

    kept = len(setup_of(tap, clock))
    assert kept == MAX_SETUP_BYTES // (1000 + EVENT_BYTES)


def test_what_is_done_is_not_gone_on_with(clock: FakeClock) -> None:
    tap = Tap("hall", clock)
    with tap.setting_up():
        noted(tap, b"done")
    with tap.setting_up(resumes=True):
        noted(tap, b"again")

    assert [b"again"] == setup_of(tap, clock)


def test_a_setting_up_that_goes_on_is_given_up_to_now_and_then_as_it_comes(
    clock: FakeClock,
) -> None:
    tap, feed = Tap("hall", clock), Feed(clock)
    with tap.setting_up():
        noted(tap, b"1")
        before = tap.join(feed)
        noted(tap, b"2")

    assert [b"1"] == [event.data for event in before]
    assert [("hall", b"2")] == taken(feed)


def test_no_more_than_so_much_of_a_setting_up_is_kept(clock: FakeClock) -> None:
    tap = Tap("hall", clock)
    with tap.setting_up():
        noted(tap, *[bytes(1000)] * 1000)

    assert sum(map(len, setup_of(tap, clock))) <= MAX_SETUP_BYTES


@given(st.lists(st.binary(max_size=300), max_size=40), st.integers(0, 3000))
def test_a_feed_gives_all_that_was_put_until_it_is_overrun_and_then_nothing(
    data: list[bytes], max_bytes: int
) -> None:
    clock = FakeClock()
    feed = Feed(clock, max_bytes)

    for each in data:
        feed.put("hall", TapeEvent(0.0, "bus", "in", each))

    found = [each for _, each in taken(feed)]
    assert data[: len(found)] == found
    assert feed.is_overrun == (len(found) < len(data))
    assert sum(len(each) + EVENT_BYTES for each in found) <= max_bytes


def test_a_feed_that_is_taken_from_holds_out(clock: FakeClock) -> None:
    feed = Feed(clock, 300)

    for number in range(100):
        feed.put("hall", TapeEvent(0.0, "bus", "in", bytes(100)))
        assert len(taken(feed)) == 1, number

    assert not feed.is_overrun


def test_a_recording_begins_with_the_setting_up_as_if_it_had_been_just_now(
    clock: FakeClock,
) -> None:
    taps, feed = Taps(clock), Feed(clock)
    tap = taps._tap("hall")
    with tap.setting_up():
        noted(tap, b"ask")
        clock.advance(0.25)
        noted(tap, b"answer")
    clock.advance(86400.0)

    with taps.fed(feed, ["hall"]) as setups:
        session = Session(feed, setups, Mask(), clock.monotonic_s())
        clock.advance(1.0)
        noted(tap, b"read")
        events = [event for _, event in [*session.beginning(), *session.events(0.0)]]

    assert [b"ask", b"answer", b"read"] == [event.data for event in events]
    assert pytest.approx([0.0, 0.25, 1.25]) == [event.at_s for event in events]


def test_a_recording_of_a_running_collector_holds_no_secret(clock: FakeClock) -> None:
    taps, feed = Taps(clock), Feed(clock)
    tap = taps._tap("hall")
    with tap.setting_up():
        noted(tap, b"LOGIN hunter22")

    with taps.fed(feed, ["hall"]) as setups:
        session = Session(feed, setups, Mask.of(["hunter22"]), clock.monotonic_s())
        tap.note("to hunter22", "in", b"hunter22?")
        events = [event for _, event in [*session.beginning(), *session.events(0.0)]]

    assert [b"LOGIN ********", b"********?"] == [event.data for event in events]
    assert "to ********" == events[1].channel
