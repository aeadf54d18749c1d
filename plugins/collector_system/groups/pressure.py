"""Pressure: how much of the time work stood still for want of processor, memory or disk."""

from collections.abc import Iterator, Mapping

from collector import Deadline
from collector_system.counters import Counters
from collector_system.decode.kernel import parse_pressure
from collector_system.groups.group import Machine, MetricGroup
from collector_system.table import PERCENT, Measured, Row, Table

_RESOURCES = ("cpu", "io", "memory")
_PERCENT_OF_MICROSECONDS = 1e-4

SOME: Table[Mapping[str, float]] = Table(
    (
        Row(
            "pressure_{}_some",
            "Some tasks waiting for {}",
            PERCENT,
            lambda rates: rates.get("some"),
        ),
    )
)
FULL: Table[Mapping[str, float]] = Table(
    (Row("pressure_{}_full", "All tasks waiting for {}", PERCENT, lambda rates: rates.get("full")),)
)


class PressureGroup(MetricGroup):
    """Stall times since the last read; nothing on kernels that do not keep them."""

    needs_baseline = True

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._counters = Counters()

    def read(self, deadline: Deadline) -> Iterator[Measured]:
        """See `MetricGroup`."""
        del deadline
        for resource in _RESOURCES:
            text = self.machine.proc.optional(f"pressure/{resource}")
            if text:
                yield from self._measure(resource, parse_pressure(text))

    def _measure(self, resource: str, totals: Mapping[str, int]) -> Iterator[Measured]:
        rates = self._counters.rates(resource, totals, self.machine.clock.monotonic_s())
        shares = {kind: min(100.0, rate * _PERCENT_OF_MICROSECONDS) for kind, rate in rates.items()}
        yield from SOME.measure(shares, of=resource)
        if resource != "cpu":  # the whole system cannot wait for a processor
            yield from FULL.measure(shares, of=resource)
