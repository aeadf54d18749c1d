"""Main memory and swap space."""

import os
from collections.abc import Iterator, Mapping

from collector import Deadline
from collector_system.counters import Counters
from collector_system.decode.memory import Space, memory, parse_meminfo, parse_swapped_pages, swap
from collector_system.groups.group import Machine, MetricGroup
from collector_system.table import BITS, BITS_PER_SECOND, PERCENT, Measured, Row, Table

_PAGE_BITS = os.sysconf("SC_PAGE_SIZE") * 8

MEMORY: Table[Space] = Table(
    (
        Row("memory_total", "Memory installed", BITS, lambda memory: memory.total_bytes * 8),
        Row("memory_used", "Memory used", BITS, lambda memory: memory.used_bytes * 8),
        Row("memory_available", "Memory available", BITS, lambda memory: memory.free_bytes * 8),
        Row(
            "memory_used_percent",
            "Share of memory used",
            PERCENT,
            lambda memory: memory.used_percent,
        ),
    )
)
SWAP: Table[Space] = Table(
    (
        Row("swap_total", "Swap size", BITS, lambda swap: swap.total_bytes * 8),
        Row("swap_used", "Swap used", BITS, lambda swap: swap.used_bytes * 8),
        Row("swap_used_percent", "Share of swap used", PERCENT, lambda swap: swap.used_percent),
    )
)
SWAP_TRAFFIC: Table[Mapping[str, float]] = Table(
    (
        Row("swap_in_rate", "Swap read", BITS_PER_SECOND, lambda pages: pages["in"] * _PAGE_BITS),
        Row(
            "swap_out_rate",
            "Swap written",
            BITS_PER_SECOND,
            lambda pages: pages["out"] * _PAGE_BITS,
        ),
    )
)


class MemoryGroup(MetricGroup):
    """Main memory."""

    metrics = MEMORY.metrics()

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        del deadline
        yield from MEMORY.measure(memory(parse_meminfo(self.machine.proc.text("meminfo"))))


class SwapGroup(MetricGroup):
    """Swap space, and what moves between it and memory."""

    metrics = (*SWAP.metrics(), *SWAP_TRAFFIC.metrics())
    needs_baseline = True

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._counters = Counters()

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        del deadline
        proc = self.machine.proc
        yield from SWAP.measure(swap(parse_meminfo(proc.text("meminfo"))))
        pages = parse_swapped_pages(proc.text("vmstat"))
        rates = self._counters.rates("swap", pages, self.machine.clock.monotonic_s())
        if rates:
            yield from SWAP_TRAFFIC.measure(rates)
