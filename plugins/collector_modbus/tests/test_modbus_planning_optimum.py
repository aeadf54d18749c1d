"""Plans against optima that are found in other ways: by trying everything, by shortest paths."""

import math
import random
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector_modbus.planning.cost import NetworkCost, SerialCost
from collector_modbus.planning.planner import plan
from collector_modbus.registers.table import Block, Span, Table


class Stairs:
    """A cost in whole numbers, whose sums are exact: so much more for each further item."""

    def __init__(self, steps):
        self.costs = [float(cost) for cost in accumulate(steps)]

    def of(self, block):
        return self.costs[block.span.count - 1]


def weight(blocks, cost):
    """Return what plans are compared by, most important first."""
    time_s = math.fsum(cost.of(block) for block in blocks)
    return time_s, len(blocks), sum(block.span.count for block in blocks)


def partitions(items):
    """Yield every way to divide items into parts, with neighbours or without."""
    if not items:
        yield []
        return
    first, *others = items
    for parts in partitions(others):
        yield [[first], *parts]
        for place, part in enumerate(parts):
            yield [*parts[:place], [first, *part], *parts[place + 1 :]]


def hull(spans):
    begin = min(span.address for span in spans)
    return Span(begin, max(span.end for span in spans) - begin)


def lightest_of_all(spans, cost, max_count, holes):
    """Return the weight of the best plan, having tried every division into requests."""
    weights = []
    for parts in partitions(spans):
        hulls = {hull(part) for part in parts}
        if all(is_allowed(span, max_count, holes) for span in hulls):
            weights.append(weight([Block(Table.HOLDING, span) for span in hulls], cost))
    return min(weights)


def is_allowed(span, max_count, holes):
    return span.count <= max_count and not any(hole.touches(span) for hole in holes)


def shortest_path_s(spans, cost, max_count, holes=()):
    """Return the time of the best plan: a shortest path along the addresses.

    It stands at the first span that is still to be read; a step is a request from there to any
    address within reach, wanted or not, and leads to the next span that is then still to be read.
    """
    spans = sorted(spans)
    forbidden = {address for hole in holes for address in range(hole.address, hole.end)}
    times_s = [0.0, *[math.inf] * len(spans)]
    for start, span in enumerate(spans):
        still = start
        for count in range(1, max_count + 1):
            if span.address + count - 1 in forbidden:
                break
            while still < len(spans) and spans[still].end <= span.address + count:
                still += 1
            step_s = cost.of(Block(Table.HOLDING, Span(span.address, count)))
            if still > start:
                times_s[still] = min(times_s[still], times_s[start] + step_s)
    return times_s[-1]


def random_map(seed, size):
    """Return spans as devices have them: runs of neighbours, gaps of all widths, some overlaps."""
    dice = random.Random(seed)
    spans, address = [], dice.randrange(1000)
    for _ in range(size):
        spans.append(Span(address, dice.choice([1, 1, 1, 2, 2, 4, 8])))
        gap = dice.choice([0, 0, 0, 1, 3, 8, 14, 15, dice.randrange(40), dice.randrange(200)])
        address = spans[-1].end + gap if dice.random() < 0.9 else spans[-1].address + 1
    return spans


_STEPS = st.sampled_from([0, 1, 3]).flatmap(
    lambda most: st.lists(st.integers(0, most), min_size=28, max_size=28)
)


@settings(max_examples=400, deadline=None)
@given(
    spans=st.lists(
        st.builds(Span, st.integers(0, 24), st.integers(1, 5)), min_size=1, max_size=6, unique=True
    ),
    holes=st.lists(st.builds(Span, st.integers(0, 24), st.integers(1, 2)), max_size=3),
    steps=_STEPS,
    request=st.integers(0, 12),
    max_count=st.integers(1, 29),
)
def test_no_division_of_a_small_map_into_requests_is_better(
    spans, holes, steps, request, max_count
):
    cost = Stairs([request, *steps])

    found = plan(Table.HOLDING, spans, cost, max_count=max_count, holes=holes)

    readable = [span for span in spans if is_allowed(span, max_count, holes)]
    best = lightest_of_all(readable, cost, max_count, holes)
    assert best == weight(found.blocks, cost)


@pytest.mark.parametrize(
    "cost",
    [SerialCost(9600, 11), NetworkCost(0.005)],
    ids=["rtu-9600", "tcp-5ms"],
)
def test_no_path_along_the_addresses_of_300_maps_is_shorter(cost):
    for seed in range(300):
        spans = random_map(seed, size=10 + seed % 50)

        found = plan(Table.HOLDING, spans, cost, max_count=125)

        ratio = weight(found.blocks, cost)[0] / shortest_path_s(spans, cost, 125)
        assert pytest.approx(1.0, abs=1e-9) == ratio, f"map {seed}"


def test_no_path_around_holes_and_below_a_lower_limit_is_shorter():
    cost = SerialCost(38400, 10)
    for seed in range(100):
        dice = random.Random(seed)
        spans, max_count = random_map(seed, size=50), dice.choice([8, 16, 100])
        holes = [Span(dice.randrange(2000), dice.randint(1, 4)) for _ in range(30)]

        found = plan(Table.HOLDING, spans, cost, max_count=max_count, holes=holes)

        readable = [span for span in spans if span not in found.unreadable]
        ratio = weight(found.blocks, cost)[0] / shortest_path_s(readable, cost, max_count, holes)
        assert pytest.approx(1.0, abs=1e-9) == ratio, f"map {seed}"
