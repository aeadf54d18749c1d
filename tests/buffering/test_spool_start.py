"""What a start finds, whatever fails meanwhile: taken up once, synced, never lost."""

import errno

import pytest
from memory_folder import MemoryFolder
from spool_readings import numbered, reading
from spool_rig import Rig

from collector.buffering.spool.contents import MAX_ASIDE
from collector.buffering.spool.names import first_line

METRICS = tuple(f"m{number}" for number in range(20))


def _segments(folder):
    return sorted(name for name in folder.files if name.endswith("segment"))


def _left_behind(count=60):
    """Return the folder of a run that was killed, and what it holds of each sensor."""
    rig = Rig(max_bytes=200_000)
    for number in range(count):
        rig.put(*(reading(sensor, value=float(number), metrics=METRICS) for sensor in "ab"))
        rig.pass_time(0.3)
    rig.accept("b", count // 3)
    rig.pass_time(1.0)
    return {name: bytes(node.data) for name, node in rig.folder.files.items()}, {
        sensor: rig.values(sensor) for sensor in "ab"
    }


def _folder_with(files):
    folder = MemoryFolder()
    for name, data in files.items():
        folder.create(name).append(data)
    return folder


def _calls_of_a_start(files):
    folder = _folder_with(files)
    before = folder.calls
    rig = Rig(folder, max_bytes=200_000)
    rig.pass_time(1.0)
    return range(before, folder.calls)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EMFILE])
def test_whatever_fails_at_the_start_all_is_taken_up_once(code):
    files, left = _left_behind()
    for failing in _calls_of_a_start(files):
        folder = _folder_with(files)
        folder.fault = lambda _, n, failing=failing: code if n == failing else None

        rig = Rig(folder, max_bytes=200_000)
        rig.pass_time(1.0)
        rig.pass_time(4.0)

        assert "" == rig.buffer.spool_status().degraded
        assert left == {sensor: rig.values(sensor) for sensor in "ab"}
        assert 60 * len(METRICS) == rig.account("a").accepted
        assert {} == rig.account("a").dropped
        rig.audit()


def test_a_file_that_the_medium_cannot_read_is_put_aside_and_its_readings_are_counted_for_good():
    files, left = _left_behind()
    folder = _folder_with(files)
    bad = _segments(folder)[0]
    real_open = folder.open
    folder.open = lambda name: _unreadable() if name == bad else real_open(name)

    rig = Rig(folder, max_bytes=200_000)
    rig.pass_time(1.0)
    folder.open = real_open
    rig.kill()

    dropped = rig.account("a").dropped["corrupt"]
    assert 0 < dropped == len(METRICS) * (len(left["a"]) - len(rig.values("a")))
    assert 1 == rig.buffer.spool_status().kept_aside
    rig.audit()


def _unreadable():
    raise OSError(errno.EIO, "Input/output error")


def test_a_settled_segment_that_cannot_be_removed_at_the_start_is_not_sent_again():
    rig = Rig()
    rig.put(*numbered(5))
    rig.pass_time()
    rig.accept()
    rig.pass_time(1.0)  # the journal knows
    rig.folder.fault = lambda call, _: errno.EIO if call == "remove" else None
    rig.kill()
    rig.pass_time(4.0)
    rig.folder.fault = lambda call, number: None

    rig.kill()

    assert [] == rig.values()
    assert (5, 5) == (rig.account().accepted, rig.account().delivered)
    rig.pass_time(4.0)
    assert [] == _segments(rig.folder)


def test_all_that_was_never_synced_is_synced_by_the_next_run_however_many_segments_it_fills():
    rig = Rig(max_bytes=400_000, max_readings=5000)
    for number in range(200):
        names = tuple(f"m{k}" for k in range(100))
        rig.put(reading(value=float(number), metrics=names))
    rig.pass_time()
    left = rig.values()
    assert len(_segments(rig.folder)) > 4

    rig.kill()
    rig.cut_power()

    assert left == rig.values()


def test_what_was_synced_is_not_synced_again_at_the_next_start():
    rig = Rig(max_bytes=400_000, max_readings=5000)
    _fill(rig)
    rig.pass_time(6.0)
    rig.put(*numbered(1))  # with what comes next, the journal is told
    rig.pass_time(1.0)
    assert len(_segments(rig.folder)) > 4
    syncs = []
    rig.folder.fault = lambda call, _: syncs.append(call) if call == "sync" else None

    rig.kill()

    assert len(syncs) <= 2


def _fill(rig):
    for number in range(200):
        rig.put(reading(value=float(number), metrics=tuple(f"m{k}" for k in range(100))))
    rig.pass_time()


def test_numbers_begin_behind_files_of_another_version_so_that_both_can_be_read_later():
    rig = Rig()
    rig.put(*numbered(2))
    rig.pass_time(1.0)
    for name, node in rig.folder.files.items():
        if not name.endswith("lock"):
            node.data[:] = b"collector-spool 9\nof another make" + b"." * 100
    theirs = set(rig.folder.files)
    rig.kill()
    rig.put(*numbered(2))
    rig.pass_time(1.0)

    ours = [name for name in rig.folder.files if name not in theirs]

    assert all(name > other for name in ours for other in theirs
               if name.split(".")[1] == other.split(".")[1])  # fmt: skip
    assert [60_000] == [int(name[:16]) for name in ours if name.endswith("segment")]


def test_a_damaged_digit_of_the_version_costs_no_reading():
    rig = Rig()
    rig.put(*numbered(3))
    rig.pass_time(1.0)
    [name] = _segments(rig.folder)
    rig.folder.files[name].data[len(first_line()) - 2] = ord("3")

    rig.kill()

    assert [1.0, 2.0, 3.0] == rig.values()
    assert 0 == rig.buffer.spool_status().kept_aside


def test_a_copy_with_a_hole_does_not_hide_what_the_original_has():
    rig = Rig()
    rig.put(*numbered(9))
    rig.pass_time()
    [original] = _segments(rig.folder)
    first, data = min(original, "0" * 16 + "-00000000.segment"), rig.folder.files[original].data
    _copy_with_a_hole(rig.folder, original, first, data)

    rig.kill()

    assert [float(n) for n in range(1, 10)] == rig.values()
    assert {} == rig.account().dropped
    rig.audit()


def _copy_with_a_hole(folder, original, copy, data):
    """Make the copy that a kill in the middle leaves: a block of it never reached the disk."""
    from collector.buffering.spool.frame import frame, scan  # noqa: PLC0415 - of this alone

    salt = int(original[17:25], 16)
    whole = bytearray(first_line())
    for number, found in enumerate(scan(bytes(data), salt)):
        piece = frame(found.payload, int(copy[17:25], 16))
        whole += bytes(len(piece)) if 3 <= number < 6 else piece
    folder.create(copy).append(bytes(whole))


def test_files_put_aside_do_not_fill_the_disk():
    rig = Rig()
    for number in range(MAX_ASIDE + 5):
        name = f"{900 + number:016d}-00000000.segment"
        rig.folder.create(name).append(first_line() + bytes(500))
    rig.kill()

    aside = sorted(name for name in rig.folder.files if name.endswith(".aside"))

    assert MAX_ASIDE == len(aside) == rig.buffer.spool_status().kept_aside
    assert f"{900 + MAX_ASIDE + 4:016d}" in aside[-1]


def test_a_spool_that_begins_on_a_full_disk_grows_when_there_is_room():
    rig = Rig(MemoryFolder(capacity=0), max_bytes=100_000)
    rig.put(*numbered(3))
    rig.pass_time(4.0)
    assert rig.buffer.spool_status().degraded

    rig.folder.capacity = 10**7
    rig.pass_time(6.0)

    assert "" == rig.buffer.spool_status().degraded
    assert 100_000 == rig.buffer.spool_status().max_bytes


def test_a_tenth_of_the_free_space_stays_a_tenth_however_often_it_starts():
    rig = Rig(MemoryFolder(capacity=4_000_000), max_bytes=10**8, max_readings=5000)
    first = rig.buffer.spool_status().max_bytes
    _fill(rig)
    for _ in range(3):
        rig.kill()
        rig.pass_time(6.0)

    assert pytest.approx(first, rel=0.01) == rig.buffer.spool_status().max_bytes


def test_a_lower_limit_is_kept_as_soon_as_something_is_written():
    rig = Rig(max_bytes=400_000, max_readings=5000)
    _fill(rig)
    again = Rig(rig.folder, max_bytes=70_000)
    again.put(*numbered(1))
    again.pass_time()

    assert again.buffer.spool_status().bytes <= 70_000
    assert 1.0 == again.values()[-1]
    again.audit()
