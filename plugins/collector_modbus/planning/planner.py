"""The requests that read all wanted spans of one table in the least time of the link."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector_modbus.planning.cost import Cost
from collector_modbus.registers.table import Block, Span, Table

# Sums of the same costs in another order differ by far less, and nobody waits a nanosecond.
_SAME_S = 1e-9


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask for.

    Attributes:
        blocks: One for each request, by ascending address. They may overlap where wanted spans do.
        unreadable: The spans that no request can read: they touch a hole or are too long.
    """

    blocks: tuple[Block, ...]
    unreadable: tuple[Span, ...]


def plan(
    table: Table,
    spans: Iterable[Span],
    cost: Cost,
    *,
    max_count: int,
    holes: Iterable[Span] = (),
) -> Plan:
    """Return the requests that read all spans at the least cost: the optimum, not a guess.

    Each span lies wholly in one block, so that no value is torn over two requests. No block is
    longer than allowed, and none touches a hole. Among plans of equal cost (to a nanosecond a
    request) the one with the fewest requests is taken, among those the one with the fewest items.

    Why it suffices to cut the sorted spans into runs, of which dynamic programming finds the
    cheapest: A span that another one contains comes with it in any plan and can be left aside; of
    the others both the beginnings and the ends ascend strictly. Take any plan and drop the blocks
    that lie in another one, whose spans that one reads as well; then the same is true of its
    blocks. Let each span belong to the first block that covers it. If spans i and k belong to
    block X, then so does every j between: X covers it, and a block before X that covered j, and
    therefore ended behind j's end and so behind i's, and began before X and so before i, would
    cover i as well, to which i would then belong. So each block's spans are a run. Cut it down to
    them: it is no longer than before, and touches no hole that it did not touch. No step made the
    plan dearer, as cost neither is negative nor falls with the length.

    Takes n times w steps for n spans of which w begin within the longest request, and asks for one
    cost for each possible length.

    Args:
        table: Where the spans are.
        spans: What is wanted, in any order; duplicates, overlaps and spans within others may occur.
        cost: What one request costs.
        max_count: The most items of a request.
        holes: What must not be read, not even in passing.
    """
    forbidden = _Holes(holes)
    wanted = sorted(set(spans))
    unreadable = tuple(span for span in wanted if span.count > max_count or forbidden.touch(span))
    kept = _uncontained(sorted(set(wanted).difference(unreadable)))
    if not kept:
        return Plan((), unreadable)
    longest = min(max_count, kept[-1].end - kept[0].address)
    costs_s = [cost.of(Block(table, Span(0, count))) for count in range(1, longest + 1)]
    runs = _cheapest_runs(kept, [forbidden.end_before(span) for span in kept], costs_s)
    return Plan(tuple(Block(table, run) for run in runs), unreadable)


class _Holes:
    """The holes of a table."""

    def __init__(self, holes: Iterable[Span]) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []
        for hole in sorted(holes):
            self._begins.append(hole.address)
            self._ends.append(max([hole.end, *self._ends[-1:]]))

    def end_before(self, span: Span) -> int:
        """Return where the last hole ends that begins before the span's end; 0 if none does."""
        place = bisect_left(self._begins, span.end)
        return self._ends[place - 1] if place else 0

    def touch(self, span: Span) -> bool:
        """Tell whether one of them shares an address with the span."""
        return self.end_before(span) > span.address


@dataclass(frozen=True, slots=True)
class _Best:
    """The cheapest plan for the first so many spans.

    Attributes:
        first: The number of the span that its last block begins with.
    """

    cost_s: float
    requests: int
    items: int
    first: int


def _uncontained(spans: Iterable[Span]) -> list[Span]:
    """Leave out every span that another one covers; the result ascends in both ends."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.address, -span.count)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return kept


def _cheapest_runs(
    spans: Sequence[Span], floors: Sequence[int], costs_s: Sequence[float]
) -> list[Span]:
    """Return the blocks of the cheapest cut of the spans into runs.

    Args:
        spans: What is wanted, ascending in both ends.
        floors: For each span the lowest address that a block with it may begin at.
        costs_s: What requests of 1, 2, ... items cost.
    """
    begins = [span.address for span in spans]
    best = [_Best(0.0, 0, 0, 0)]
    for span, floor in zip(spans, floors, strict=True):
        lowest = bisect_left(begins, max(floor, span.end - len(costs_s)))
        counts = [span.end - begin for begin in begins[lowest : len(best)]]
        best.append(_extend(best[lowest:], counts, costs_s, lowest))
    return _blocks(spans, best)


def _extend(
    before: Sequence[_Best], counts: Sequence[int], costs_s: Sequence[float], lowest: int
) -> _Best:
    """Return the best of the plans that are each followed by one more block.

    Args:
        before: The plans for all spans before the block's first.
        counts: The length of the block, for each of them.
        costs_s: What requests of 1, 2, ... items cost.
        lowest: The number of the span that the first of these blocks begins with.
    """
    sums_s = [best.cost_s + costs_s[count - 1] for best, count in zip(before, counts, strict=True)]
    bound_s = min(sums_s) + _SAME_S
    return min(
        (
            _Best(sum_s, best.requests + 1, best.items + count, first)
            for first, (best, count, sum_s) in enumerate(
                zip(before, counts, sums_s, strict=True), lowest
            )
            if sum_s <= bound_s
        ),
        key=lambda best: (best.requests, best.items),
    )


def _blocks(spans: Sequence[Span], best: Sequence[_Best]) -> list[Span]:
    blocks: list[Span] = []
    behind = len(spans)
    while behind:
        first = best[behind].first
        begin = spans[first].address
        blocks.append(Span(begin, spans[behind - 1].end - begin))
        behind = first
    return blocks[::-1]
