"""Plans of requests: known maps, what a plan must never do, and what is read how."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector_modbus.planning.cost import NetworkCost, SerialCost
from collector_modbus.planning.planner import Plan, plan
from collector_modbus.registers.table import Block, Span, Table

RTU_9600 = SerialCost(9600, character_bits=11)
TCP_5_MS = NetworkCost(round_trip_s=0.005)


class PerRequest:
    """A cost that only counts requests."""

    def of(self, block):
        return 1.0


class Counted:
    """A cost that counts how often it is asked."""

    def __init__(self, cost):
        self.cost = cost
        self.asked = 0

    def of(self, block):
        self.asked += 1
        return self.cost.of(block)


def spans_of(*addresses, count=1):
    return [Span(address, count) for address in addresses]


def holding(*spans):
    return tuple(Block(Table.HOLDING, Span(*span)) for span in spans)


def planned(spans, cost=RTU_9600, max_count=125, holes=()):
    return plan(Table.HOLDING, spans, cost, max_count=max_count, holes=holes)


def figures(found, cost):
    """Return requests, registers and whole milliseconds of a plan."""
    time_s = sum(cost.of(block) for block in found.blocks)
    registers = sum(block.span.count for block in found.blocks)
    return len(found.blocks), registers, round(1000 * time_s)


METER = spans_of(0, 2, 4, 6, 8, 10, 12, 14, 16, 52, 62, 70, 72, 74, 342, count=2)
"""15 floats of an energy meter."""

EVERY_TENTH = spans_of(*range(1000, 1231, 10))
"""24 registers with nine unwanted ones between each two."""

ISLANDS = spans_of(*range(5, 15), *range(100, 110), *range(120, 145), *range(230, 240))
"""55 registers of a list of 300."""

STATUS_WORD = spans_of(*[77] * 16)
"""16 bits of one register."""


@pytest.mark.parametrize(
    ("spans", "cost", "expected"),
    [
        (METER, RTU_9600, (3, 44, 200)),
        (METER, TCP_5_MS, (2, 78, 10)),
        (EVERY_TENTH, RTU_9600, (2, 222, 575)),
        (EVERY_TENTH, TCP_5_MS, (2, 222, 10)),
        (ISLANDS, RTU_9600, (3, 65, 248)),
        (ISLANDS, TCP_5_MS, (2, 225, 10)),
        (STATUS_WORD, RTU_9600, (1, 1, 35)),
        (STATUS_WORD, TCP_5_MS, (1, 1, 5)),
    ],
)
def test_known_maps_take_so_many_requests_registers_and_milliseconds(spans, cost, expected):
    assert expected == figures(planned(spans, cost), cost)


def test_a_gap_is_read_over_while_that_is_cheaper_than_another_request():
    narrow = planned(spans_of(0, 15))
    wide = planned(spans_of(0, 16))

    assert holding((0, 16)) == narrow.blocks  # 14 between; 14.4 cost as much as a request
    assert holding((0, 1), (16, 1)) == wide.blocks


def test_a_slow_device_makes_wider_gaps_worth_reading():
    slow = SerialCost(9600, turnaround_s=0.100)

    assert holding((0, 51)) == planned(spans_of(0, 50), slow).blocks


def test_duplicates_overlaps_and_spans_within_others_are_read_once():
    spans = [Span(10, 4), Span(12, 4), Span(10, 4), Span(11, 2), Span(10, 1)]

    assert Plan(holding((10, 6)), ()) == planned(spans)


def test_a_value_is_not_torn_where_a_request_has_to_end():
    spans = spans_of(*range(0, 126, 2), count=2)

    found = planned(spans, max_count=5)

    assert {4, 2} == {block.span.count for block in found.blocks}


def test_overlapping_values_that_do_not_fit_into_one_request_are_each_read_whole():
    found = planned([Span(0, 4), Span(3, 4)], max_count=5)

    assert holding((0, 4), (3, 4)) == found.blocks


def test_nothing_wanted_needs_no_request():
    assert Plan((), ()) == planned([])


def test_a_hole_is_not_read_in_passing():
    found = planned(spans_of(0, 1, 3, 4), holes=[Span(2, 1)])

    assert Plan(holding((0, 2), (3, 2)), ()) == found


def test_a_hole_that_another_one_reaches_beyond_is_respected_to_its_end():
    found = planned(spans_of(0, 12), holes=[Span(2, 8), Span(4, 1)])

    assert holding((0, 1), (12, 1)) == found.blocks


def test_what_touches_a_hole_is_unreadable_and_the_rest_is_read():
    found = planned([Span(5, 2), Span(4, 2), Span(0, 2), Span(5, 2)], holes=[Span(6, 1)])

    assert Plan(holding((0, 6)), (Span(5, 2),)) == found


def test_what_is_longer_than_a_request_is_unreadable():
    found = planned([Span(0, 9), Span(20, 8)], max_count=8)

    assert Plan(holding((20, 8)), (Span(0, 9),)) == found


def test_what_lies_within_something_unreadable_is_read_all_the_same():
    found = planned([Span(0, 9), Span(3, 2)], max_count=8)

    assert Plan(holding((3, 2)), (Span(0, 9),)) == found


def test_bits_are_counted_as_bits():
    spans = spans_of(0, 1999, 2000)

    found = plan(Table.COIL, spans, TCP_5_MS, max_count=2000)

    assert [2, 1] == sorted((block.span.count for block in found.blocks), reverse=True)
    assert {Table.COIL} == {block.table for block in found.blocks}


def test_of_equally_cheap_plans_the_one_with_fewer_requests_is_taken():
    # A register and a request cost the same, so a gap of one may be read or not.
    class Even:
        def of(self, block):
            return 0.1 * (1 + block.span.count)

    # Neither 0.1 nor most of its sums are exact, so equal costs differ in their last bits.
    assert holding((0, 21)) == planned(spans_of(*range(0, 21, 2)), Even()).blocks


def test_of_equally_cheap_plans_with_as_many_requests_the_one_with_fewer_items_is_taken():
    left = planned(spans_of(0, 3, 4), PerRequest(), max_count=4)
    right = planned(spans_of(0, 1, 4), PerRequest(), max_count=4)

    assert holding((0, 1), (3, 2)) == left.blocks
    assert holding((0, 2), (4, 1)) == right.blocks


_SPANS = st.lists(st.builds(Span, st.integers(0, 300), st.integers(1, 12)), max_size=40)
_HOLES = st.lists(st.builds(Span, st.integers(0, 300), st.integers(1, 5)), max_size=8)
_COSTS = st.sampled_from([RTU_9600, SerialCost(115200, 10), TCP_5_MS, PerRequest()])


@settings(deadline=None)
@given(spans=_SPANS, holes=_HOLES, cost=_COSTS, max_count=st.integers(1, 125))
def test_every_span_is_read_whole_within_the_limits_or_said_to_be_unreadable(
    spans, holes, cost, max_count
):
    found = planned(spans, cost, max_count, holes)

    read = [block.span for block in found.blocks]
    impossible = {
        span
        for span in spans
        if span.count > max_count or any(hole.touches(span) for hole in holes)
    }
    assert sorted(impossible) == list(found.unreadable)
    assert all(block.count <= max_count for block in read)
    assert not any(hole.touches(block) for hole in holes for block in read)
    assert all(any(block.covers(span) for block in read) for span in set(spans) - impossible)


@settings(deadline=None)
@given(spans=_SPANS, holes=_HOLES, cost=_COSTS, max_count=st.integers(12, 125))
def test_blocks_ascend_and_begin_and_end_with_something_wanted(spans, holes, cost, max_count):
    found = planned(spans, cost, max_count, holes)

    read = [block.span for block in found.blocks]
    wanted = set(spans) - set(found.unreadable)
    assert all(one.address < two.address and one.end < two.end for one, two in pairwise(read))
    assert {block.address for block in read} <= {span.address for span in wanted}
    assert {block.end for block in read} <= {span.end for span in wanted}


@settings(deadline=None)
@given(spans=_SPANS, holes=_HOLES, seed=st.randoms())
def test_the_order_of_spans_and_holes_does_not_matter(spans, holes, seed):
    shuffled_spans, shuffled_holes = list(spans), list(holes)
    seed.shuffle(shuffled_spans)
    seed.shuffle(shuffled_holes)

    assert planned(spans, holes=holes) == planned(shuffled_spans, holes=shuffled_holes)


@pytest.mark.parametrize(("table", "max_count"), [(Table.HOLDING, 125), (Table.COIL, 2000)])
def test_a_thousand_points_take_one_cost_for_each_length(table, max_count):
    cost = Counted(RTU_9600)

    plan(table, spans_of(*range(0, 10_000, 10)), cost, max_count=max_count)

    assert max_count == cost.asked
