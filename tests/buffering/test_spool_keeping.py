"""What the spool keeps over the death of a process, in its order, and what it counts."""

import errno
import threading

import pytest
from spool_readings import content, numbered, reading
from spool_rig import Rig

from collector.buffering.reading import StampedReading
from collector.buffering.spool.totals import Totals
from collector.clock import Instant
from collector.ledger import DropCause, RefusalReason


def test_what_was_written_waits_after_a_kill_in_its_order():
    rig = Rig()
    rig.put(*numbered(5), *numbered(2, "b"))
    rig.pass_time()

    rig.kill()

    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")
    assert [1.0, 2.0] == rig.values("b")
    assert 5 == rig.account("a").accepted
    rig.audit()


def test_a_reading_is_written_at_once_and_not_handed_out_before():
    rig = Rig()
    rig.put(*numbered(1))
    rig.buffer.turn()

    assert rig.buffer.next_due_s() == pytest.approx(rig.clock.monotonic_s() + 0.02)
    assert [] == rig.buffer.ready()
    assert [] == rig.values("a")
    rig.pass_time(0.1)
    assert ["a"] == rig.buffer.ready()
    assert 1 == rig.buffer.spool_status().readings


def test_a_disk_that_hangs_holds_up_no_delivery():
    rig = Rig()
    rig.put(*numbered(1))
    rig.clock.advance(3)
    rig.put(*numbered(1, start=2))

    assert "the disk does not answer" == rig.buffer.spool_status().degraded
    assert [1.0, 2.0] == rig.accept("a")
    rig.pass_time()
    rig.put(*numbered(1, start=3))
    rig.pass_time()
    assert "" == rig.buffer.spool_status().degraded
    rig.audit()
    rig.kill()
    assert 3 == rig.account("a").accepted


def test_a_reading_comes_back_as_it_was_with_the_timestamp_that_it_was_sent_with():
    rig = Rig()
    one = StampedReading(
        "room", ("t", "n", "b", "s"), (1.5, 7, True, "ö"), Instant("boot-1", 5),
        (("one", 3), ("two", 1)),
    )  # fmt: skip
    rig.put(one)
    rig.pass_time()
    [sent] = rig.buffer.batch("room", 9).readings
    before = content(sent)

    rig.kill()
    rig.clock.advance(3600)

    [again] = rig.buffer.batch("room", 9).readings
    assert before == content(again)


def test_confirmed_readings_do_not_come_back_and_the_counts_go_on():
    rig = Rig()
    rig.put(*numbered(5))
    rig.pass_time()
    rig.accept("a", 3)
    rig.pass_time(1.0)

    rig.kill()

    assert [4.0, 5.0] == rig.values("a")
    account = rig.account("a")
    assert (5, 3, 2) == (account.accepted, account.delivered, account.pending)


def test_a_kill_between_confirmation_and_journal_costs_duplicates_and_no_sum():
    rig = Rig()
    rig.put(*numbered(5))
    rig.pass_time(1.0)
    rig.accept("a", 3)

    rig.kill()

    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")
    assert (5, 0) == (rig.account("a").accepted, rig.account("a").delivered)
    rig.audit()


def test_drops_and_refusals_are_counted_over_restarts():
    rig = Rig()
    rig.put(*numbered(2))
    rig.ledger.refuse("a", "a", RefusalReason.NOT_FINITE, 4)
    rig.ledger.filter("a", "a", "deadband", 2)
    rig.ledger.make("a", "a", 1)
    rig.pass_time()
    with rig.buffer.batch("a", 1) as batch:
        batch.reject(batch.readings[0], DropCause.REJECTED_BY_AGENT)
    rig.pass_time(1.0)

    rig.kill()

    account = rig.account("a")
    assert {"rejected_by_agent": 1} == account.dropped
    assert ({"not_finite": 4}, {"deadband": 2}) == (account.refused, account.filtered)
    assert (8, 1) == (account.sampled, account.made)
    rig.audit()


def test_sums_from_before_there_were_transforms_are_read():
    key, totals = Totals.parse(["s", "a", 7, 5, 0, {"quota": 1}, {"late": 2}])

    assert ("s", "a") == key
    assert Totals(7, 5, {"quota": 1}, {}, {"late": 2}, 0) == totals
    assert (key, totals) == Totals.parse(totals.row(key))


def test_a_clean_stop_keeps_what_is_unconfirmed_at_once():
    rig = Rig()
    rig.put(*numbered(3))

    rig.stop_and_start()

    assert [1.0, 2.0, 3.0] == rig.values("a")
    assert {} == rig.account("a").dropped


def test_a_stop_without_a_disk_counts_what_is_lost():
    rig = Rig()
    rig.put(*numbered(3))
    rig.folder.fault = lambda call, number: errno.EIO

    rig.buffer.close()

    assert {"shutdown": 3} == rig.account("a").dropped


def test_a_whole_segment_that_is_settled_is_removed():
    rig = Rig(max_bytes=10**6)
    rig.fill(150)
    before = len(rig.folder.files)

    rig.accept("a", 580)
    rig.pass_time(1.0)

    assert before - 3 == len(rig.folder.files)
    rig.kill()
    assert [145.0 + part / 4 for part in range(20)] == rig.values("a")
    rig.audit()


def test_more_readings_than_fit_into_memory_wait_on_disk_in_their_order():
    rig = Rig(max_readings=20)
    for start in range(1, 300, 10):
        rig.put(*numbered(10, start=start), *numbered(5, "b", start=start))
        rig.pass_time()

    assert rig.buffer.status().max_readings == 20
    assert 450 == rig.buffer.status().readings
    assert [float(n) for n in range(1, 301)] == rig.accept("a")
    assert 150 == len(rig.values("b"))
    assert {} == rig.account("a").dropped
    rig.audit()


def test_whoever_reads_back_does_not_wait_for_a_write_that_hangs():
    rig = Rig(max_readings=10)
    for start in range(1, 50, 5):
        rig.put(*numbered(5, start=start))
        rig.pass_time()
    hangs, is_over = threading.Event(), threading.Event()

    def hang():
        with rig.buffer._segments.lock:
            hangs.set()
            is_over.wait(10)

    writer = threading.Thread(target=hang)
    writer.start()
    assert hangs.wait(10)

    meanwhile = rig.values("a")
    is_over.set()
    writer.join(10)

    assert [] == meanwhile
    assert ["a"] == rig.buffer.ready()
    assert 50 == len(rig.values("a"))


def test_a_sensor_that_is_blocked_holds_up_no_other():
    rig = Rig(max_readings=10)
    blocked = rig.buffer
    for start in range(1, 500, 5):
        rig.put(*numbered(5, "blocked", start=start), *numbered(5, "free", start=start))
        rig.pass_time()
        rig.accept("free")

    assert 500 == rig.account("free").delivered
    assert 500 == len(rig.values("blocked"))
    assert ["blocked"] == blocked.ready()


def test_the_age_of_the_oldest_reading_is_known_of_what_an_earlier_run_left():
    rig = Rig()
    readings = [reading() for _ in range(3)]
    for one in readings:
        one.taken_at = rig.clock.now()
    rig.put(*readings)
    rig.pass_time(1)
    rig.kill()
    rig.pass_time(99)

    assert 100 == rig.buffer.oldest_age_s(rig.clock.now())
