"""What the spool keeps, over deaths of the process and of the machine, and what it writes down."""

import errno
import threading
from random import Random

import pytest
from memory_folder import MemoryFolder
from spool_readings import content, reading
from spool_rig import Rig

from collector.buffering.reading import StampedReading
from collector.buffering.spool.names import first_line
from collector.buffering.spool.settings import SpoolMode
from collector.buffering.spool.totals import Totals
from collector.clock import Instant
from collector.ledger import DropCause, RefusalReason


def numbered(count, source="a", start=1):
    return [reading(source, value=float(n)) for n in range(start, start + count)]


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
    _filled(rig, 150)
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


# -- power cuts ---------------------------------------------------------------------------------


def test_what_was_unconfirmed_for_the_sync_time_survives_a_power_cut():
    rig = Rig(sync_s=5.0)
    rig.put(*numbered(5))
    for _ in range(51):
        rig.pass_time(0.1)
    rig.put(*numbered(3, start=6))
    rig.pass_time(0.1)

    rig.cut_power()

    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")[:5]
    rig.audit()


def test_a_sync_comes_just_before_the_file_system_would_commit_by_itself():
    rig = Rig(sync_s=5.0)
    rig.put(*numbered(5))
    rig.pass_time()
    before = rig.folder.synced_bytes

    rig.pass_time(4.7)
    assert before == rig.folder.synced_bytes
    rig.pass_time(0.1)
    assert before < rig.folder.synced_bytes


def test_what_is_synced_fills_whole_blocks_where_that_takes_little_room():
    rig = Rig(sync_s=1.0)
    for second in range(10):
        rig.put(*numbered(48, start=1 + 48 * second))  # of 66 bytes
        rig.pass_time(1.1)
    [segment] = [name for name in rig.folder.files if name.endswith("segment")]
    size = rig.folder.size(segment)

    assert 10 * 4096 == size
    rig.kill()
    assert 0 == rig.buffer.spool_status().damaged_bytes
    assert [float(number) for number in range(1, 481)] == rig.accept("a")
    rig.audit()


def test_little_that_is_synced_is_not_filled_up():
    rig = Rig(sync_s=1.0)
    for second in range(10):
        rig.put(*numbered(3, start=1 + 3 * second))
        rig.pass_time(1.1)

    [segment] = [name for name in rig.folder.files if name.endswith("segment")]
    assert rig.folder.size(segment) < 3000


def test_readings_that_are_confirmed_in_time_are_never_synced():
    rig = Rig(sync_s=5.0)
    rig.pass_time()
    before = rig.folder.synced_bytes
    for number in range(100):
        rig.put(reading(value=float(number)))
        rig.pass_time(0.2)
        rig.accept("a")

    assert before == rig.folder.synced_bytes
    assert 100 == rig.account("a").delivered


def test_with_sync_of_every_batch_a_power_cut_costs_nothing_that_was_written():
    rig = Rig(sync_s=0.0)
    rig.put(*numbered(5))
    rig.pass_time()

    rig.cut_power()

    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")


def test_what_an_earlier_run_had_not_synced_is_synced_by_the_next():
    rig = Rig(sync_s=1000.0)
    rig.put(*numbered(5))
    rig.pass_time()
    rig.kill()

    rig.cut_power()

    assert 5 == len(rig.values("a"))


@pytest.mark.parametrize("seed", range(10))
def test_a_power_cut_after_segments_were_removed_makes_no_loss_of_what_was_confirmed(seed):
    rig = Rig(sync_s=0.0, max_bytes=10**6)
    _filled(rig, 150)
    rig.accept("a", 580)
    rig.pass_time(1.0)

    rig.cut_power(Random(seed))

    assert {} == rig.account("a").dropped
    assert {145.0 + part / 4 for part in range(20)} <= set(rig.values("a"))
    rig.audit()


# -- modes and limits ---------------------------------------------------------------------------


def test_in_the_mode_outage_nothing_is_written_while_the_agent_confirms():
    rig = Rig(mode=SpoolMode.OUTAGE)
    for number in range(100):
        rig.put(reading(value=float(number)))
        rig.pass_time(1.0)
        rig.accept("a")
    assert 0 == rig.buffer.spool_status().bytes

    rig.put(*numbered(5))
    rig.pass_time(21.0)
    rig.kill()

    assert 5 == len(rig.values("a"))


def test_in_the_mode_outage_a_stop_keeps_everything():
    rig = Rig(mode=SpoolMode.OUTAGE)
    rig.put(*numbered(5))

    rig.stop_and_start()

    assert 5 == len(rig.values("a"))


def _filled(rig, rounds, source="a", size=60):
    names = tuple(f"m{k}" for k in range(size))
    for number in range(rounds):
        rig.put(*(reading(source, value=number + part / 4, metrics=names) for part in range(4)))
        rig.pass_time()


def test_at_its_limit_the_spool_loses_its_oldest_segment_and_counts_it_by_sensor():
    rig = Rig(max_bytes=100_000, sources=1)
    _filled(rig, 100)

    status = rig.buffer.spool_status()
    account = rig.account("a")
    assert status.bytes <= 100_000
    assert set(account.dropped) == {"spool_full"}
    assert 0 < account.pending == 60 * rig.buffer.status().readings
    assert 99.75 == rig.values("a")[-1]
    rig.audit()
    rig.kill()
    rig.audit()
    assert account.dropped == rig.account("a").dropped


def test_a_source_over_its_share_loses_its_newest_before_another_loses_anything():
    rig = Rig(max_bytes=200_000, sources=2)
    rig.put(*numbered(50, "quiet"))
    rig.pass_time()
    _filled(rig, 150, "flood")

    assert {} == rig.account("quiet").dropped
    assert set(rig.account("flood").dropped) == {"quota"}
    assert [0.0, 0.25] == rig.values("flood")[:2]
    rig.audit()


def test_sources_of_equal_weight_lose_their_oldest_and_not_their_newest():
    rig = Rig(max_bytes=200_000, sources=2)
    for number in range(150):
        names = tuple(f"m{k}" for k in range(60))
        rig.put(*(reading(source, value=float(number), metrics=names) for source in "ab"))
        rig.pass_time()

    for source in "ab":
        assert set(rig.account(source).dropped) == {"spool_full"}
        assert 149.0 == rig.values(source)[-1]
    rig.audit()


def test_a_tenth_of_the_free_space_is_enough():
    rig = Rig(MemoryFolder(capacity=1_000_000), max_bytes=10**8)
    rig.pass_time(6)

    assert rig.buffer.spool_status().max_bytes <= 100_000


def test_readings_beyond_the_maximal_age_go_by_whole_segments():
    rig = Rig(max_age_s=3600.0)
    rig.put(*(reading(value=float(n)) for n in range(3)))
    rig.pass_time()
    for _ in range(80):
        rig.pass_time(60)

    assert {"expired": 3} == rig.account("a").dropped
    assert [] == rig.values("a")
    rig.audit()


def test_a_full_disk_costs_the_oldest_and_the_newest_is_written():
    rig = Rig(MemoryFolder(capacity=400_000), max_bytes=10**6)
    rig.pass_time(6)
    rig.folder.capacity = 30_000

    _filled(rig, 40)

    assert set(rig.account("a").dropped) <= {"spool_full", "ring_full"}
    assert 39.75 == rig.values("a")[-1]
    rig.audit()


def test_readings_in_flight_when_their_segment_goes_are_delivered_or_counted():
    rig = Rig(max_bytes=100_000, sources=1)
    _filled(rig, 1)
    batch = rig.buffer.batch("a", 4)
    _filled(rig, 100)
    batch.accept(batch.readings[0])
    batch.keep()

    assert 60 == rig.account("a").delivered
    assert rig.values("a")[0] > 1
    assert rig.account("a").pending == 60 * rig.buffer.status().readings
    rig.audit()


# -- trouble ------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.EIO, errno.EROFS, errno.EACCES])
def test_without_a_disk_readings_wait_in_memory_and_are_written_when_it_is_back(code):
    rig = Rig()
    rig.folder.fault = lambda call, number: code
    rig.put(*numbered(3))
    rig.pass_time()
    rig.pass_time()

    assert "in memory" not in rig.buffer.spool_status().degraded
    assert rig.buffer.spool_status().degraded
    assert [1.0, 2.0, 3.0] == rig.values("a")

    rig.folder.fault = lambda call, number: None
    rig.pass_time(4)
    assert "" == rig.buffer.spool_status().degraded
    rig.kill()
    assert [1.0, 2.0, 3.0] == rig.values("a")
    rig.audit()


def test_a_directory_of_another_process_is_left_alone_until_it_is_free():
    folder = MemoryFolder()
    folder.fault = lambda call, number: errno.EAGAIN if call == "take" else None
    rig = Rig(folder)
    rig.put(*numbered(2))
    assert "another collector uses this directory" in rig.buffer.spool_status().degraded
    assert {} == folder.files

    folder.fault = lambda call, number: None
    rig.pass_time(4)

    assert "" == rig.buffer.spool_status().degraded
    rig.kill()
    assert 2 == len(rig.values("a"))


def test_what_an_earlier_run_left_comes_first_when_the_disk_is_back_later():
    rig = Rig()
    rig.put(*numbered(2))
    rig.stop_and_start()
    rig.folder.kill()
    rig.folder.fault = lambda call, number: errno.EIO
    rig.begin()
    rig.put(*numbered(2, start=3))
    rig.folder.fault = lambda call, number: None
    rig.pass_time(4)

    assert [1.0, 2.0, 3.0, 4.0] == rig.values("a")
    assert 4 == rig.account("a").accepted
    rig.audit()


def test_after_a_failed_sync_the_segment_is_written_anew_and_survives_a_power_cut():
    rig = Rig(sync_s=1.0)
    rig.put(*numbered(5))
    rig.pass_time()
    before = {name for name in rig.folder.files if name.endswith("segment")}
    failures = iter([errno.EIO])
    rig.folder.fault = lambda call, number: next(failures, None) if call == "sync" else None
    for _ in range(15):
        rig.pass_time()

    assert before.isdisjoint(rig.folder.files)
    rig.cut_power()
    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")


def test_a_file_that_could_not_be_synced_is_never_trusted_to_a_second_try():
    rig = Rig(sync_s=1.0)
    rig.put(*numbered(5))
    rig.pass_time()
    before = {name for name in rig.folder.files if name.endswith("segment")}
    syncs, creates = iter([errno.EIO]), iter([errno.EIO, errno.EIO])
    rig.folder.fault = lambda call, number: (
        next(syncs, None) if call == "sync" else next(creates, None) if call == "create" else None
    )
    for _ in range(15):
        rig.pass_time()
    assert rig.buffer.spool_status().degraded

    for _ in range(4):
        rig.pass_time(3.0)

    assert "" == rig.buffer.spool_status().degraded
    assert before.isdisjoint(rig.folder.files)
    rig.cut_power()
    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")


def _used(rig):
    return sum(len(node.data) for node in rig.folder.files.values())


def test_a_torn_write_is_taken_back_and_what_follows_is_whole():
    rig = Rig()
    rig.put(*numbered(2))
    rig.pass_time(1.0)
    rig.folder.capacity = _used(rig) + 30
    rig.put(*numbered(1, start=3))
    rig.pass_time(0.1)
    assert "No space left" in rig.buffer.spool_status().degraded

    rig.folder.capacity = 10**9
    rig.pass_time(4)
    rig.kill()

    assert [1.0, 2.0, 3.0] == rig.values("a")
    assert 0 == rig.buffer.spool_status().damaged_bytes


def test_behind_a_torn_write_that_cannot_be_taken_back_nothing_is_written():
    rig = Rig()
    rig.put(*numbered(2))
    rig.pass_time(1.0)
    rig.folder.capacity = _used(rig) + 30
    appends = iter([None])
    rig.folder.fault = lambda call, number: (
        next(appends, errno.EIO) if call == "append" else errno.EIO if call == "cut" else None
    )
    rig.put(*numbered(1, start=3))
    rig.pass_time(0.1)

    rig.folder.capacity = 10**9
    rig.folder.fault = lambda call, number: None
    rig.pass_time(4)
    rig.put(*numbered(1, start=4))
    rig.pass_time(0.1)
    rig.kill()

    assert [1.0, 2.0, 3.0, 4.0] == rig.values("a")
    assert 30 == rig.buffer.spool_status().damaged_bytes
    rig.audit()


def test_a_kill_between_a_copy_and_the_removal_of_its_original_doubles_nothing():
    rig = Rig(sync_s=1.0)
    rig.put(*numbered(5))
    rig.pass_time()
    failures = iter([errno.EIO])
    rig.folder.fault = lambda call, number: (
        errno.EIO if call == "remove" else next(failures, None) if call == "sync" else None
    )
    for _ in range(15):
        rig.pass_time()
    rig.folder.fault = lambda call, number: None
    assert 2 == len(_segments(rig))

    rig.kill()

    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")
    rig.audit()


def test_a_deleted_directory_is_made_again_and_what_is_lost_is_counted():
    rig = Rig(max_bytes=100_000)
    _filled(rig, 8)
    rig.folder.delete()
    _filled(rig, 100)

    assert "" == rig.buffer.spool_status().degraded
    rig.audit()
    rig.kill()
    rig.audit()
    assert 99.75 == rig.values("a")[-1]


# -- damage -------------------------------------------------------------------------------------


def _segments(rig):
    return [node for name, node in sorted(rig.folder.files.items()) if name.endswith("segment")]


def test_a_damaged_record_is_counted_for_its_sensor_and_costs_no_other():
    rig = Rig()
    rig.put(*numbered(5), *numbered(5, "b"))
    rig.pass_time(1.0)
    rig.pass_time(1.0)
    [node] = _segments(rig)
    node.data[len(node.data) // 3] ^= 1

    rig.kill()

    assert 4 == len(rig.values("a"))
    assert {"corrupt": 1} == rig.account("a").dropped
    assert {} == rig.account("b").dropped
    assert 0 < rig.buffer.spool_status().damaged_bytes
    rig.audit()


def test_damage_in_a_complete_segment_is_found_when_it_is_read_and_counted():
    rig = Rig()
    rig.put(*numbered(5))
    rig.buffer.close()
    [node] = _segments(rig)
    node.data[len(first_line()) + 40] ^= 1

    rig.begin()

    assert [2.0, 3.0, 4.0, 5.0] == rig.values("a")
    assert {"corrupt": 1} == rig.account("a").dropped
    rig.audit()


def test_a_lost_journal_costs_duplicates_only():
    rig = Rig()
    rig.put(*numbered(5))
    rig.pass_time(1.0)
    rig.accept("a", 3)
    rig.pass_time(1.0)
    for name in [name for name in rig.folder.files if name.endswith("journal")]:
        del rig.folder.files[name]

    rig.kill()

    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")
    rig.audit()


def test_a_damaged_record_of_the_journal_costs_duplicates_and_no_sum():
    rig = Rig()
    rig.put(*numbered(5))
    rig.pass_time(1.0)
    [journal] = [node for name, node in rig.folder.files.items() if name.endswith("journal")]
    before = len(journal.data)
    rig.accept("a", 3)
    rig.pass_time(1.0)
    journal.data[before + 20] ^= 1
    rig.put(*numbered(1, start=6))
    rig.pass_time(1.0)
    rig.pass_time(1.0)

    rig.kill()

    assert [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] == rig.values("a")
    assert (6, 0) == (rig.account("a").accepted, rig.account("a").delivered)
    rig.audit()


def test_a_file_of_a_later_version_is_kept_aside_and_a_foreign_one_left_alone():
    rig = Rig()
    rig.put(*numbered(2))
    rig.buffer.close()
    later = "0000000000000900-00000000.segment"
    for name, text in ((later, b"collector-spool 9\nwhatever"), ("notes.txt", b"mine")):
        rig.folder.create(name).append(text)

    rig.begin()

    assert 1 == rig.buffer.spool_status().kept_aside
    assert b"collector-spool 9\nwhatever" == bytes(rig.folder.files[later].data)
    assert "notes.txt" in rig.folder.files
    assert [1.0, 2.0] == rig.values("a")


def test_a_segment_without_one_sound_record_is_kept_aside():
    rig = Rig()
    rig.put(*numbered(2))
    rig.pass_time(1.0)
    [node] = _segments(rig)
    node.data[:] = bytes(len(node.data))

    rig.kill()

    assert {"corrupt": 2} == rig.account("a").dropped
    assert 1 == rig.buffer.spool_status().kept_aside
    rig.audit()


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
