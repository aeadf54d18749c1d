"""How good the plans of Modbus requests are, and how long planning takes.

Run by hand::

    python tests/benchmarks/bench_modbus_plan.py [--maps 300] [--rounds 5]

Times of the link are computed from the cost model and not measured: RTU at 9600 baud with 11 bits a
character and 10 ms of turnaround, Modbus TCP with a round trip of 5 ms. Ratios are to the optimum
that a shortest path along the addresses finds, which shares no code with the planner. The other
rules join two values whenever the gap between them is no wider than a constant.
"""

import argparse
import math
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence

import rig

from collector_modbus.planning.cost import Cost, NetworkCost, SerialCost
from collector_modbus.planning.planner import plan
from collector_modbus.registers.table import Block, Span, Table

Rule = Callable[[Sequence[Span], Cost], Iterable[Span]]

LINKS: dict[str, Cost] = {
    "RTU 9600": SerialCost(9600, character_bits=11),
    "TCP 5 ms": NetworkCost(0.005),
}


def spans_of(addresses: Iterable[int], count: int = 1) -> list[Span]:
    """Return values of so many registers each."""
    return [Span(address, count) for address in addresses]


METER = (0, 2, 4, 6, 8, 10, 12, 14, 16, 52, 62, 70, 72, 74, 342)
MAPS = {
    "A: 15 floats of a meter": spans_of(METER, count=2),
    "B: every tenth of 240": spans_of(range(1000, 1231, 10)),
    "C: 55 of 300": spans_of([*range(5, 15), *range(100, 110), *range(120, 145), *range(230, 240)]),
    "D: 16 bits of one": spans_of([77] * 16),
}
THOUSANDS = {
    "registers, every tenth": (Table.HOLDING, spans_of(range(0, 10_000, 10))),
    "registers, side by side": (Table.HOLDING, spans_of(range(1000))),
    "coils, side by side": (Table.COIL, spans_of(range(1000))),
}


def planned(spans: Sequence[Span], cost: Cost) -> list[Span]:
    """Return the requests that the planner makes."""
    found = plan(Table.HOLDING, spans, cost, max_count=Table.HOLDING.max_count)
    return [block.span for block in found.blocks]


def joined(gap: int) -> Rule:
    """Return the rule that reads over gaps up to a constant."""

    def join(spans: Sequence[Span], cost: Cost) -> list[Span]:
        blocks: list[Span] = []
        for span in sorted(spans):
            begin = blocks[-1].address if blocks else span.address
            is_near = bool(blocks) and span.address - blocks[-1].end <= gap
            if is_near and span.end - begin <= Table.HOLDING.max_count:
                blocks[-1] = Span(begin, max(span.end, blocks[-1].end) - begin)
            else:
                blocks.append(span)
        return blocks

    return join


RULES: dict[str, Rule] = {
    "planner": planned,
    "gaps up to 0": joined(0),
    "gaps up to 10": joined(10),
    "gaps up to 50": joined(50),
    "gaps up to 125": joined(125),
}


def time_s(blocks: Iterable[Span], cost: Cost) -> float:
    """Return how long requests take."""
    return math.fsum(cost.of(Block(Table.HOLDING, block)) for block in blocks)


def optimum_s(spans: Sequence[Span], cost: Cost) -> float:
    """Return the least time, by a shortest path: each step is a request to any address in reach."""
    spans = sorted(spans)
    times_s = [0.0, *[math.inf] * len(spans)]
    for start, span in enumerate(spans):
        still = start
        for count in range(1, Table.HOLDING.max_count + 1):
            while still < len(spans) and spans[still].end <= span.address + count:
                still += 1
            if still > start:
                step_s = time_s([Span(span.address, count)], cost)
                times_s[still] = min(times_s[still], times_s[start] + step_s)
    return times_s[-1]


def random_map(seed: int) -> list[Span]:
    """Return 10 to 60 values of 1 to 4 registers, half of them side by side."""
    dice = random.Random(seed)
    spans, address = [], 0
    for _ in range(dice.randint(10, 60)):
        spans.append(Span(address, dice.choice([1, 1, 2, 4])))
        gap = dice.choice([0, 0, 0, 0, dice.randint(1, 10), dice.randint(1, 40), 60, 200])
        address = spans[-1].end + gap
    return spans


def show_maps() -> None:
    """Print what the planner makes of known maps."""
    rows = []
    for name, spans in MAPS.items():
        for link, cost in LINKS.items():
            blocks = planned(spans, cost)
            registers = sum(block.count for block in blocks)
            rows.append((name, link, len(blocks), registers, f"{time_s(blocks, cost) * 1e3:.0f}"))
    rig.show(("map", "link", "requests", "registers", "ms"), rows)


def show_ratios(count: int) -> None:
    """Print how far rules are from the optimum on random maps."""
    maps = [random_map(seed) for seed in range(count)]
    best_s = {link: [optimum_s(spans, cost) for spans in maps] for link, cost in LINKS.items()}
    rows = []
    for name, rule in RULES.items():
        row = [name]
        for link, cost in LINKS.items():
            found_s = [time_s(rule(spans, cost), cost) for spans in maps]
            ratios = [one / best for one, best in zip(found_s, best_s[link], strict=True)]
            row += [f"{statistics.median(ratios):.2f}", f"{max(ratios):.2f}"]
        rows.append(row)
    heads = [f"{link}, {figure}" for link in LINKS for figure in ("median", "worst")]
    rig.show(("rule", *heads), rows)


def show_seconds(rounds: int) -> None:
    """Print how long it takes to plan 1000 values."""
    rows = []
    for name, (table, spans) in THOUSANDS.items():
        seconds = []
        for _ in range(rounds):
            start = time.perf_counter()
            plan(table, spans, LINKS["RTU 9600"], max_count=table.max_count)
            seconds.append(time.perf_counter() - start)
        rows.append((name, f"{statistics.median(seconds):.2f}"))
    rig.show(("1000 values", "s"), rows)


def main() -> None:
    """Compute, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--maps", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    show_maps()
    print()
    show_ratios(arguments.maps)
    print()
    show_seconds(arguments.rounds)


if __name__ == "__main__":
    main()
