"""What every buffer does, the ring and the spooled one: order, bounds of memory, fair shares,
transactions, and a ledger that balances. The spool has no disk here, so its memory is all it has.
"""

import errno

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_folder import MemoryFolder
from spool_readings import reading

from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.buffering.shares import Shares
from collector.buffering.spool.buffer import SpooledBuffer
from collector.buffering.spool.settings import SpoolSettings
from collector.clock import Instant
from collector.ledger import DropCause, Ledger
from collector.testkit.clock import FakeClock


def _ring(ledger, **bounds):
    return RingBuffer(ledger=ledger, clock=FakeClock(), **bounds)


def _spooled(ledger, **bounds):
    folder = MemoryFolder()
    folder.fault = lambda call, number: errno.EIO
    buffer = SpooledBuffer(Shares(**bounds), folder, SpoolSettings(), ledger, FakeClock())
    buffer.turn()
    return buffer


START = Instant("boot-1", -1)


@pytest.fixture(params=[_ring, _spooled], ids=["ring", "spooled"])
def make(request):
    """Return how a buffer with its ledger is made."""
    return lambda **bounds: Ring(request.param, **bounds)


class Ring:
    """A buffer and its ledger, filled as the sampler fills it: accepted first, then put."""

    def __init__(self, make, max_readings=10, max_bytes=1_000_000, sources=1):
        self.ledger = Ledger()
        self.ring = make(
            self.ledger, max_readings=max_readings, max_bytes=max_bytes, sources=sources
        )

    def put(self, *readings):
        for one in readings:
            for source, count in one.counts:
                self.ledger.accept(source, one.sensor, count)
            self.ring.put(one)

    def account(self, source="a", sensor=None):
        [found] = [
            account
            for account in self.ledger.accounts()
            if (account.source, account.sensor) == (source, sensor or source)
        ]
        return found

    def values(self, sensor="a"):
        with self.ring.batch(sensor, 1000) as batch:
            return [one.values[0] for one in batch.readings]


def test_a_batch_holds_the_oldest_readings_of_one_sensor_in_their_order(make):
    ring = make()
    ring.put(reading(value=1.0), reading("b", value=2.0), reading(value=3.0), reading(value=4.0))

    batch = ring.ring.batch("a", 2)

    assert [1.0, 3.0] == [one.values[0] for one in batch.readings]
    assert ["a", "b"] == ring.ring.ready()


def test_an_accepted_reading_is_delivered_and_gone(make):
    ring = make()
    ring.put(reading())

    with ring.ring.batch("a", 5) as batch:
        batch.accept(batch.readings[0])

    assert 0 == ring.ring.status().readings
    assert 0 == ring.ring.status().bytes
    assert 1 == ring.account().delivered
    assert [] == ring.ring.ready()


def test_a_rejected_reading_is_dropped_with_its_cause(make):
    ring = make()
    ring.put(reading(metrics=("m", "n")))

    with ring.ring.batch("a", 5) as batch:
        batch.reject(batch.readings[0], DropCause.REJECTED_BY_AGENT)

    assert {"rejected_by_agent": 2} == ring.account().dropped
    assert 0 == ring.ring.status().readings


def test_of_a_reading_rejected_in_part_the_rest_is_delivered(make):
    ring = make()
    ring.put(reading(metrics=("m", "n", "o")))

    with ring.ring.batch("a", 5) as batch:
        batch.reject(batch.readings[0], DropCause.REJECTED_BY_AGENT, {"n"})

    assert {"rejected_by_agent": 1} == ring.account().dropped
    assert 2 == ring.account().delivered


def test_a_part_rejected_of_a_shared_sensor_is_counted_for_the_source_that_gave_it(make):
    ring = make()
    shared = StampedReading(
        "room", ("t", "h", "co2"), (1.0, 2.0, 3.0), Instant("boot", 1), (("one", 2), ("two", 1))
    )
    ring.put(shared)

    with ring.ring.batch("room", 5) as batch:
        batch.reject(shared, DropCause.REJECTED_BY_AGENT, {"co2"})

    assert (2, {}) == (ring.account("one", "room").delivered, ring.account("one", "room").dropped)
    assert {"rejected_by_agent": 1} == ring.account("two", "room").dropped


def test_what_is_unsettled_at_the_end_of_a_batch_is_kept_at_the_head(make):
    ring = make()
    ring.put(*(reading(value=float(n)) for n in range(1, 6)))

    with ring.ring.batch("a", 3) as batch:
        batch.accept(batch.readings[1])

    assert [1.0, 3.0, 4.0, 5.0] == ring.values()


def test_a_full_ring_drops_the_oldest_and_counts_it(make):
    ring = make(max_readings=3)

    ring.put(*(reading(value=float(n)) for n in range(1, 6)))

    assert [3.0, 4.0, 5.0] == ring.values()
    assert {"ring_full": 2} == ring.account().dropped


def test_the_bound_in_bytes_holds_as_well(make):
    ring = make(max_readings=1000, max_bytes=3 * reading().size_bytes())

    ring.put(*(reading(value=float(n)) for n in range(1, 6)))

    assert [3.0, 4.0, 5.0] == ring.values()


def test_what_is_in_flight_is_counted_but_never_dropped(make):
    ring = make(max_readings=3)
    ring.put(reading(value=1.0), reading(value=2.0), reading(value=3.0))
    batch = ring.ring.batch("a", 2)

    ring.put(reading(value=4.0), reading(value=5.0))

    assert [5.0] == ring.values()
    assert {"ring_full": 2} == ring.account().dropped
    for one in batch.readings:
        batch.accept(one)
    assert 2 == ring.account().delivered


def test_a_flooding_source_loses_its_own_readings_only(make):
    ring = make(max_readings=10, sources=2)
    ring.put(*(reading("quiet", value=float(n)) for n in range(4)))

    ring.put(*(reading("flood", value=float(n)) for n in range(100)))

    assert 4 == len(ring.values("quiet"))
    assert 6 == len(ring.values("flood"))
    assert {} == ring.account("quiet").dropped


def test_a_source_may_borrow_what_others_leave_and_gives_it_back(make):
    ring = make(max_readings=10, sources=2)
    ring.put(*(reading("busy", value=float(n)) for n in range(9)))
    assert 9 == len(ring.values("busy"))

    ring.put(*(reading("late", value=float(n)) for n in range(5)))

    assert 5 == len(ring.values("late"))
    assert [4.0, 5.0, 6.0, 7.0, 8.0] == ring.values("busy")


def test_a_reading_larger_than_the_ring_is_dropped_and_counted(make):
    ring = make(max_bytes=100)

    ring.put(reading())

    assert [] == ring.values()
    assert {"ring_full": 1} == ring.account().dropped


def test_what_is_left_at_the_end_is_counted_as_lost_by_the_shutdown(make):
    ring = make()
    ring.put(reading(), reading())

    ring.ring.close()

    assert {"shutdown": 2} == ring.account().dropped
    assert 0 == ring.ring.status().readings


def test_settling_a_reading_twice_is_a_fault_of_the_caller(make):
    ring = make()
    ring.put(reading())
    batch = ring.ring.batch("a", 1)
    batch.accept(batch.readings[0])

    with pytest.raises(KeyError):
        batch.accept(batch.readings[0])


def test_the_newest_can_be_taken_ahead_of_the_rest_in_their_order(make):
    ring = make()
    ring.put(*(reading(value=float(n)) for n in range(1, 6)))

    newest = ring.ring.newest("a", 2, START)
    oldest = ring.ring.batch("a", 9)

    assert [4.0, 5.0] == [one.values[0] for one in newest.readings]
    assert [1.0, 2.0, 3.0] == [one.values[0] for one in oldest.readings]
    assert [] == ring.ring.ready()


def test_only_what_is_newer_than_an_instant_is_taken_ahead(make):
    ring = make()
    ring.put(*(reading(value=float(n)) for n in range(1, 6)))

    assert [5.0] == [
        one.values[0] for one in ring.ring.newest("a", 9, Instant("boot-1", 4)).readings
    ]
    assert [] == ring.ring.newest("a", 9, Instant("another", 0)).readings
    assert [] == ring.ring.newest("nobody", 9, START).readings


def test_the_newest_go_back_to_their_places_though_newer_came_meanwhile(make):
    ring = make(max_readings=20)
    ring.put(*(reading(value=float(n)) for n in range(1, 6)))
    first = ring.ring.newest("a", 1, START)
    second = ring.ring.newest("a", 2, START)
    ring.put(*(reading(value=float(n)) for n in range(6, 8)))
    second.accept(second.readings[0])

    first.keep()
    second.keep()

    assert [1.0, 2.0, 4.0, 5.0, 6.0, 7.0] == ring.values()
    assert 1 == ring.account().delivered


def test_timestamps_are_those_of_the_order_in_which_readings_were_put(make):
    ring = make()
    ring.put(*(reading(value=1.0) for _ in range(4)))

    stamps = [one.timestamp_ms for one in ring.ring.newest("a", 2, Instant("boot-1", 0)).readings]
    stamps = [one.timestamp_ms for one in ring.ring.batch("a", 2).readings] + stamps

    assert [stamps[0] + n for n in range(4)] == stamps


_steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "accept", "reject", "keep"]),
        st.sampled_from("abc"),
        st.booleans(),
    ),
    max_size=60,
)


@pytest.mark.parametrize("made_by", [_ring, _spooled])
@settings(max_examples=200, deadline=None)
@given(steps=_steps, bound=st.integers(1, 8))
def test_whatever_happens_the_bounds_hold_the_ledger_balances_and_order_is_kept(
    made_by, steps, bound
):
    ring = Ring(made_by, max_readings=bound, sources=3)
    settled = {(source, is_newest): [] for source in "abc" for is_newest in (False, True)}
    for number, (step, source, is_newest) in enumerate(steps):
        if step == "put":
            ring.put(reading(source, value=float(number)))
            continue
        taken = ring.ring.newest(source, 2, START) if is_newest else ring.ring.batch(source, 2)
        with taken as batch:
            for one in batch.readings[: 1 if step == "keep" else 2]:
                if step == "accept":
                    batch.accept(one)
                    settled[source, is_newest].append(one.values[0])
                elif step == "reject":
                    batch.reject(one, DropCause.REJECTED_BY_AGENT)

    assert ring.ring.status().readings <= bound
    for account in ring.ledger.accounts():
        assert account.balances
        assert account.pending == len(ring.values(account.sensor))
        assert account.pending == ring.ring.held()[account.source, account.sensor]
    for source in "abc":
        order = settled[source, False]
        assert order == sorted(order)
        assert not set(order) & set(settled[source, True])
        assert ring.values(source) == sorted(ring.values(source))


def test_the_age_of_the_oldest_reading_counts_what_is_in_flight_and_ends_with_it(make):
    buffer = make()
    now = FakeClock().now()
    old, new = reading("a"), reading("b")
    old.taken_at = Instant(now.boot_id, now.boottime_ms - 70_000)
    new.taken_at = Instant(now.boot_id, now.boottime_ms - 3_000)
    assert 0 == buffer.ring.oldest_age_s(now)
    buffer.put(old, new)

    batch = buffer.ring.batch("a", 1)
    assert 70 == buffer.ring.oldest_age_s(now)
    batch.accept(batch.readings[0])
    assert 3 == buffer.ring.oldest_age_s(now)
    buffer.ring.batch("b", 1).reject(new, DropCause.QUOTA)

    assert 0 == buffer.ring.oldest_age_s(now)
