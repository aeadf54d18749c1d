"""The spool at its limits of size, room and age: what goes, and how that is counted."""

from memory_folder import MemoryFolder
from spool_readings import numbered, reading
from spool_rig import Rig


def test_at_its_limit_the_spool_loses_its_oldest_segment_and_counts_it_by_sensor():
    rig = Rig(max_bytes=100_000, sources=1)
    rig.fill(100)

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
    rig.fill(150, "flood")

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

    rig.fill(40)

    assert set(rig.account("a").dropped) <= {"spool_full", "ring_full"}
    assert 39.75 == rig.values("a")[-1]
    rig.audit()


def test_readings_in_flight_when_their_segment_goes_are_delivered_or_counted():
    rig = Rig(max_bytes=100_000, sources=1)
    rig.fill(1)
    batch = rig.buffer.batch("a", 4)
    rig.fill(100)
    batch.accept(batch.readings[0])
    batch.keep()

    assert 60 == rig.account("a").delivered
    assert rig.values("a")[0] > 1
    assert rig.account("a").pending == 60 * rig.buffer.status().readings
    rig.audit()
