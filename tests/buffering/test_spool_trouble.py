"""Trouble with the disk in the midst of a run, and what it must not cost."""

import errno
import threading
from functools import partial

import pytest
from memory_folder import MemoryFolder
from spool_readings import numbered, reading
from spool_rig import Rig

from collector.buffering.reading import StampedReading
from collector.buffering.spool.holdings import Holdings
from collector.buffering.spool.read_back import TRIES
from collector.buffering.timestamps import Moment, Timestamps
from collector.ledger import DropCause
from collector.testkit.clock import FakeClock

MANY = tuple(f"m{number}" for number in range(100))


def _segments(folder):
    return sorted(name for name in folder.files if name.endswith("segment"))


def _spilt(count=200, **settings):
    """Return a rig of whose readings most are on disk only, in several segments."""
    rig = Rig(max_readings=20, **{"max_bytes": 400_000} | settings)
    for number in range(count):
        rig.put(reading(value=float(number), metrics=MANY))
        rig.pass_time(0.1)
    return rig


# -- writing ------------------------------------------------------------------------------------


def test_an_index_that_is_torn_leaves_the_spool_working():
    rig = Rig(max_age_s=3600.0)
    rig.put(*numbered(3))
    rig.pass_time()
    rig.folder.capacity = sum(len(node.data) for node in rig.folder.files.values()) + 20
    rig.folder.fault = lambda call, _: errno.EIO if call == "cut" else None
    rig.pass_time(600)  # old enough for its segment to be completed, of which a part is written
    rig.folder.capacity = 10**9
    rig.folder.fault = lambda call, number: None
    rig.put(*numbered(1, start=4))
    rig.pass_time(6.0)
    rig.pass_time(6.0)

    assert "" == rig.buffer.spool_status().degraded
    assert [1.0, 2.0, 3.0, 4.0] == rig.values()
    rig.kill()
    assert [1.0, 2.0, 3.0, 4.0] == rig.values()
    rig.audit()


def test_what_was_written_before_a_failure_is_synced_although_the_failure_stays():
    rig = Rig(max_readings=5000, max_bytes=10**6)
    rig.put(*numbered(600))
    appends = []

    def fail(call, _):
        if call == "append":
            appends.append(call)
        return errno.EROFS if call == "append" and len(appends) > 2 else None

    rig.folder.fault = fail
    rig.pass_time()
    assert rig.buffer.spool_status().degraded
    rig.pass_time(6.0)
    written = rig.buffer.spool_status().readings
    rig.folder.fault = lambda call, number: None
    rig.cut_power()

    assert 0 < written
    assert rig.values()[:written] == [float(n) for n in range(1, written + 1)]


def test_a_journal_that_cannot_be_written_does_not_keep_readings_from_being_synced(monkeypatch):
    rig = Rig()
    rig.put(*numbered(3))
    rig.pass_time()
    monkeypatch.setattr(rig.folder, "meet", partial(_append_fails, rig.folder.meet))

    rig.pass_time(6.0)
    monkeypatch.undo()
    rig.cut_power()

    assert [1.0, 2.0, 3.0] == rig.values()


def _append_fails(meet, call, size=0):
    if call == "append":
        raise OSError(errno.EIO, "Input/output error")
    return meet(call, size)


class LazyFolder(MemoryFolder):
    """A file system that has freed space back only later."""

    def free_bytes(self):
        return 0


def test_space_that_is_freed_only_later_does_not_cost_all_that_waits():
    rig = _spilt()
    before = len(_segments(rig.folder))
    rig.folder.__class__ = LazyFolder
    for number in range(20):
        rig.put(reading(value=1000.0 + number, metrics=MANY))
        rig.pass_time()

    assert len(_segments(rig.folder)) >= before - 2


def test_a_disk_that_stays_full_after_segments_went_does_not_take_them_all():
    rig = _spilt()
    before = len(_segments(rig.folder))
    rig.folder.fault = lambda call, _: errno.ENOSPC if call in {"append", "create"} else None

    rig.put(*numbered(1, start=1000))
    rig.pass_time()

    assert rig.buffer.spool_status().degraded
    assert len(_segments(rig.folder)) >= before - 3


def test_a_deleted_directory_costs_nothing_that_is_in_memory_too():
    rig = Rig(max_bytes=200_000, max_readings=5000)
    for number in range(100):
        rig.put(reading(value=float(number), metrics=MANY))
        rig.pass_time(0.1)
    rig.pass_time(6.0)  # synced and closed: nothing but memory has what they held
    assert len(_segments(rig.folder)) > 2
    batch = rig.buffer.batch("a", 3)

    rig.folder.delete()
    rig.pass_time(6.0)
    rig.pass_time(6.0)
    batch.keep()

    expected = [float(n) for n in range(100)]
    assert expected == rig.values()
    rig.audit()
    rig.pass_time(6.0)
    rig.kill()
    assert expected == sorted(rig.values())
    assert {} == rig.account().dropped
    rig.audit()


# -- reading back -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOMEM, errno.EIO])
def test_a_read_that_fails_for_a_while_costs_nothing(code):
    rig = _spilt()
    expected = [float(n) for n in range(200)]
    rig.folder.fault = lambda call, _: code if call in {"read", "open"} else None

    assert [] == rig.accept("a", 1)
    assert rig.buffer.spool_status().unreadable
    rig.folder.fault = lambda call, number: None
    rig.pass_time(4.0)

    assert expected == rig.values()
    assert "" == rig.buffer.spool_status().unreadable
    rig.audit()


def test_what_a_medium_does_not_give_after_several_tries_is_lost_and_the_rest_goes_on():
    rig = _spilt()
    bad = _segments(rig.folder)[0]
    real = rig.folder.open

    def open_file(name):
        if name == bad:
            raise OSError(errno.EIO, "Input/output error")
        return real(name)

    rig.folder.open = open_file
    for _ in range(TRIES):
        rig.pass_time(4.0)
        rig.accept("a", 1)

    assert 199.0 == rig.accept("a")[-1]
    dropped = rig.account().dropped["corrupt"]
    assert 0 < dropped == rig.buffer.spool_status().lost_values
    assert 20_000 == dropped + rig.account().delivered
    rig.audit()


def test_damage_that_is_found_when_readings_are_sent_is_in_the_status():
    rig = _spilt()
    node = rig.folder.files[_segments(rig.folder)[0]]
    node.data[5000:5010] = bytes(10)

    rig.accept()

    assert 100 == rig.buffer.spool_status().lost_values
    assert {"corrupt": 100} == rig.account().dropped


def test_a_disk_that_hangs_holds_up_the_network_thread_once_and_not_for_each_sensor():
    rig = Rig(max_readings=20, max_bytes=10**6)
    for number in range(30):
        rig.put(*(reading(source, value=float(number)) for source in "abcdefgh"))
        rig.pass_time(0.1)
    held, release = threading.Event(), threading.Event()
    thread = threading.Thread(target=_hold, args=(rig, held, release))
    thread.start()
    assert held.wait(10)
    waits = []
    lock = rig.buffer._segments.lock

    class Counting:
        def acquire(self, timeout):
            waits.append(timeout)
            return lock.acquire(timeout=timeout)

        release = lock.release

    rig.buffer._segments.lock = Counting()
    for source in "abcdefgh":
        rig.buffer.batch(source, 64)
    release.set()
    thread.join(10)

    assert [0] * 7 == waits[1:]


def _hold(rig, held, release):
    with rig.buffer._segments.lock:
        held.set()
        release.wait(10)


# -- counts -------------------------------------------------------------------------------------


def test_what_is_settled_while_the_journal_is_written_is_never_taken_for_lost(monkeypatch):
    rig = Rig()
    rig.put(*numbered(5))
    rig.pass_time()
    batch = rig.buffer.batch("a", 5)
    rig.folder.files = {k: v for k, v in rig.folder.files.items() if "journal" not in k}
    books = rig.buffer._holdings.books
    real = books.take_changes

    def settle_behind():
        changes = real()
        for one in batch.readings[:2]:  # the agent's answer comes between sums and runs
            batch.accept(one)
        return changes

    monkeypatch.setattr(books, "take_changes", settle_behind)
    rig.pass_time(6.0)  # the journal is missing, so it is written as a whole
    monkeypatch.undo()

    rig.kill()

    assert {} == rig.account().dropped
    assert 5 == len(rig.values()) + rig.account().delivered
    rig.audit()


def test_the_count_of_a_segment_has_one_writer_for_each_of_its_parts():
    rig = Rig()
    rig.put(*numbered(3))
    rig.pass_time()
    [segment] = rig.buffer._segments.segments

    segment.settle(0)
    segment.settle(0)
    segment.settle_range(0, 2)

    assert 1 == segment.unsettled


def test_a_segment_that_comes_back_after_it_was_dropped_is_not_sent_again():
    rig = _spilt(max_bytes=400_000)
    oldest = _segments(rig.folder)[0]
    node = rig.folder.files[oldest]
    while oldest in rig.folder.files:
        rig.put(reading(value=rig.clock.monotonic_s(), metrics=MANY))
        rig.pass_time(0.1)
    rig.pass_time(1.0)
    before = rig.account()
    rig.folder.files[oldest] = node  # its removal did not survive the power cut

    rig.kill()

    assert before == rig.account()
    rig.audit()


# -- readings as they may be --------------------------------------------------------------------


def test_a_reading_of_thousands_of_metrics_is_kept_as_any_other():
    rig = Rig(memory_bytes=10**8, max_bytes=10**8)
    names = tuple(f"metric with a long enough name {n:05d}" for n in range(5000))
    rig.put(reading(metrics=names))
    rig.pass_time()

    rig.kill()

    [found] = rig.buffer.batch("a", 1).readings
    assert names == found.metrics


# -- shares -------------------------------------------------------------------------------------


def test_shares_follow_the_number_of_sources():
    rig = Rig(max_bytes=200_000, max_readings=1000, sources=1)
    rig.buffer.share_among(2)
    rig.put(*numbered(50, "quiet"))
    rig.pass_time()
    for number in range(150):
        names = tuple(f"m{k}" for k in range(60))
        rig.put(*(reading("flood", value=number + part / 4, metrics=names) for part in range(4)))
        rig.pass_time()

    assert {} == rig.account("quiet").dropped
    assert set(rig.account("flood").dropped) == {"quota"}


# -- time ---------------------------------------------------------------------------------------


def test_without_a_disk_it_is_noticed_all_the_same_that_the_clock_is_set():
    rig = Rig()
    rig.clock = FakeClock(wall_ms=0, synchronized=False)
    rig.folder.kill()
    rig.folder.fault = lambda call, number: errno.EIO
    rig.begin()
    one = StampedReading("a", ("m",), (1.0,), rig.clock.now(), (("a", 1),))
    rig.put(one)

    rig.clock.step_wall(1_700_000_000)
    rig.clock.synchronized = True
    rig.pass_time(6.0)

    [found] = rig.buffer.batch("a", 1).readings
    assert not found.is_unverified
    assert abs(rig.clock.wall_ms() - 6000 - found.timestamp_ms) <= 1


def test_the_offset_of_a_boot_is_kept_before_anything_else_happens():
    rig = Rig()
    rig.clock = FakeClock(wall_ms=0, synchronized=False)
    rig.clock.reboot("another boot")
    rig.folder.kill()
    rig.begin()
    rig.put(StampedReading("a", ("m",), (1.0,), rig.clock.now(), (("a", 1),)))
    rig.pass_time(2.0)
    rig.clock.step_wall(1_700_000_000)
    rig.clock.synchronized = True
    rig.pass_time(6.0)
    [sent] = rig.buffer.batch("a", 1).readings
    rig.clock.step_wall(0.3)

    rig.kill()

    [again] = rig.buffer.batch("a", 1).readings
    assert sent.timestamp_ms == again.timestamp_ms


def test_a_clock_that_nothing_sets_makes_nothing_old():
    clock = FakeClock(wall_ms=4_000_000_000_000, synchronized=False)

    age_ms = Timestamps(clock).age_ms(Moment("gone", 1, 1_700_000_000_000, is_tentative=False))

    assert clock.now().boottime_ms == age_ms


def test_a_reading_is_called_final_only_when_it_has_its_final_time(monkeypatch):
    clock = FakeClock(wall_ms=0, synchronized=False)
    timestamps = Timestamps(clock)
    one = StampedReading("a", ("m",), (1.0,), clock.now(), (("a", 1),))
    timestamps.stamp(one)
    seen = []
    monkeypatch.setattr(timestamps, "_true_ms", lambda one, ms: seen.append(one.is_tentative) or ms)

    timestamps.correct(one)

    assert [True] == seen
    assert not one.is_tentative


def test_the_memory_does_not_hide_a_count_below_nothing():
    rig = Rig()
    holdings: Holdings = rig.buffer._holdings
    holdings.books.drop({("a", "a"): 2}, DropCause.CORRUPT)

    assert -2 == rig.buffer.held()["a", "a"]
