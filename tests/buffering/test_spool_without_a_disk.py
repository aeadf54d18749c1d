"""A disk that fails, tears writes or is not there: what waits in memory, and comes back."""

import errno

import pytest
from memory_folder import MemoryFolder
from spool_readings import numbered
from spool_rig import Rig


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
    assert 2 == len(rig.segments())

    rig.kill()

    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values("a")
    rig.audit()


def test_a_deleted_directory_is_made_again_and_what_is_lost_is_counted():
    rig = Rig(max_bytes=100_000)
    rig.fill(8)
    rig.folder.delete()
    rig.fill(100)

    assert "" == rig.buffer.spool_status().degraded
    rig.audit()
    rig.kill()
    rig.audit()
    assert 99.75 == rig.values("a")[-1]
