"""The spool on a real file system."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from spool_readings import reading
from spool_rig import Rig

from collector.buffering.shares import Shares
from collector.buffering.spool.buffer import SpooledBuffer
from collector.buffering.spool.disk import DiskFolder
from collector.buffering.spool.settings import SpoolSettings
from collector.clock import SystemClock
from collector.ledger import Ledger

PATIENCE_S = 10


def numbered(count, start=1):
    return [reading(value=float(n)) for n in range(start, start + count)]


@pytest.fixture
def rig(tmp_path):
    return Rig(DiskFolder(tmp_path / "deep" / "spool"))


def _again(rig):
    """Start anew, as after a kill: the lock ends with the process that held it."""
    rig.folder.release()
    rig.begin()


def test_readings_wait_in_files_that_nobody_else_may_read(rig, tmp_path):
    rig.put(*numbered(5))
    rig.pass_time()
    _again(rig)

    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values()
    files = list((tmp_path / "deep" / "spool").iterdir())
    assert {0o600} == {file.stat().st_mode & 0o777 for file in files}
    assert (tmp_path / "deep" / "spool").stat().st_mode & 0o777 == 0o700


def test_a_directory_that_is_made_survives_a_power_cut_itself(tmp_path, monkeypatch):
    synced, real = [], os.fsync
    monkeypatch.setattr(
        os,
        "fsync",
        lambda fd: (synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())), real(fd)),
    )
    folder = DiskFolder(tmp_path / "deep" / "spool")

    folder.take()
    folder.take()

    assert [str(tmp_path / "deep"), str(tmp_path)] == synced


def test_room_is_reserved_without_making_a_file_longer_and_given_back(tmp_path):
    folder, size = DiskFolder(tmp_path), 1024**2
    file = folder.create("one")

    file.reserve(size)
    file.append(b"some")

    assert (4, True) == (folder.size("one"), _occupied_bytes(tmp_path / "one") >= size)
    file.cut(4)
    assert _occupied_bytes(tmp_path / "one") < size


def test_a_complete_segment_takes_no_more_room_than_it_has_bytes(rig, tmp_path):
    folder = tmp_path / "deep" / "spool"
    rig.put(*numbered(5))
    rig.pass_time()
    rig.buffer.close()

    [segment] = folder.glob("*.segment")
    assert _occupied_bytes(segment) < 2**16


def _occupied_bytes(file):
    return file.stat().st_blocks * 512


def test_settled_segments_are_removed_and_their_space_is_free(rig, tmp_path):
    folder = tmp_path / "deep" / "spool"
    for start in range(1, 2001, 50):
        rig.put(*(reading(value=float(n), metrics=tuple(f"metric{k}" for k in range(40)))
                  for n in range(start, start + 50)))  # fmt: skip
        rig.pass_time()
    full = sum(file.stat().st_size for file in folder.iterdir())

    rig.accept()
    rig.pass_time(1.0)

    assert full > 1_000_000
    assert sum(file.stat().st_size for file in folder.iterdir()) < full / 2
    rig.audit()


def test_a_second_process_keeps_out_of_a_directory_that_is_taken(rig, tmp_path):
    rig.put(*numbered(1))
    rig.pass_time()
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from collector.buffering.spool.disk import DiskFolder\n"
        "try:\n    DiskFolder(Path(sys.argv[1])).take()\n"
        "except BlockingIOError:\n    print('taken')\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "deep" / "spool")],
        capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip

    assert "taken\n" == done.stdout


def test_a_directory_that_somebody_removes_is_made_again_with_what_was_being_written(rig, tmp_path):
    rig.put(*numbered(3))
    rig.pass_time()
    shutil.rmtree(tmp_path / "deep")
    rig.put(*numbered(2, start=4))
    rig.pass_time()
    rig.pass_time(6)
    rig.pass_time(6)

    assert "" == rig.buffer.spool_status().degraded
    rig.audit()
    _again(rig)
    assert [1.0, 2.0, 3.0, 4.0, 5.0] == rig.values()


def test_a_directory_that_is_no_longer_there_is_made_again_as_after_a_card_was_changed(
    rig, tmp_path
):
    rig.put(*numbered(3))
    rig.pass_time()
    (tmp_path / "deep").rename(tmp_path / "another card")
    rig.put(*numbered(2, start=4))
    rig.pass_time()
    for _ in range(3):
        rig.pass_time(6)

    assert "" == rig.buffer.spool_status().degraded
    rig.audit()
    assert {4.0, 5.0} <= set(rig.accept())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written_is_told(tmp_path):
    (tmp_path / "spool").mkdir(mode=0o500)
    rig = Rig(DiskFolder(tmp_path / "spool"))

    assert "Permission denied" in rig.buffer.spool_status().degraded


def test_a_file_in_the_place_of_the_directory_is_told_with_its_name(tmp_path):
    (tmp_path / "spool").write_text("in the way")
    rig = Rig(DiskFolder(tmp_path / "spool"))
    rig.put(*numbered(2))

    assert str(tmp_path / "spool") in rig.buffer.spool_status().degraded
    assert [1.0, 2.0] == rig.values()


def test_the_thread_writes_what_is_put_and_says_that_it_can_be_taken(tmp_path):
    ledger, clock, told = Ledger(), SystemClock(), threading.Event()
    shares = Shares(max_readings=1000, max_bytes=10**7, sources=1)
    buffer = SpooledBuffer(shares, DiskFolder(tmp_path), SpoolSettings(), ledger, clock)
    buffer.start(told.set)

    for one in numbered(20):
        ledger.accept("a", "a", 1)
        buffer.put(one)
    assert told.wait(PATIENCE_S)
    buffer.close()

    rig = Rig(DiskFolder(tmp_path))
    assert [float(n) for n in range(1, 21)] == rig.values()
    rig.audit()
