"""What survives a power cut, and how little is written for it; the modes of the spool."""

from random import Random

import pytest
from spool_readings import numbered, reading
from spool_rig import Rig

from collector.buffering.spool.settings import SpoolMode


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
    rig.fill(150)
    rig.accept("a", 580)
    rig.pass_time(1.0)

    rig.cut_power(Random(seed))

    assert {} == rig.account("a").dropped
    assert {145.0 + part / 4 for part in range(20)} <= set(rig.values("a"))
    rig.audit()


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
