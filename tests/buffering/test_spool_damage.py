"""Damaged and foreign files of a spool: each costs what it held, counted, and nothing else."""

from spool_readings import numbered
from spool_rig import Rig

from collector.buffering.spool.names import first_line


def test_a_damaged_record_is_counted_for_its_sensor_and_costs_no_other():
    rig = Rig()
    rig.put(*numbered(5), *numbered(5, "b"))
    rig.pass_time(1.0)
    rig.pass_time(1.0)
    [node] = rig.segments()
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
    [node] = rig.segments()
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
    [node] = rig.segments()
    node.data[:] = bytes(len(node.data))

    rig.kill()

    assert {"corrupt": 2} == rig.account("a").dropped
    assert 1 == rig.buffer.spool_status().kept_aside
    rig.audit()
