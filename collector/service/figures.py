"""The collector's own figures, as a source: they take the way of every other reading.

The first reading comes one interval after the start, as what is measured over an interval needs
one. So a short run sends none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from collector.clock import Clock, Deadline
from collector.config import FiguresTable
from collector.ledger import Account, DropCause
from collector.plugin.resources import Resources
from collector.plugin.source import Metric, Reading, Source
from collector.sampling.lateness import Lateness
from collector.sampling.plan import SourcePlan
from collector.service.usage import Usage, UsageMeter
from collector.status import DeliveryStatus, SourceStatus, SpoolStatus
from collector.wire.units import MetricValue, ValueType, ValueUnit

PLUGIN = "figures"
"""What stands where other sources have the name of their kind."""

TIMEOUT_S = 10.0

_BITS_PER_BYTE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the figures are made of, at one moment.

    Attributes:
        lateness: Of the ticks since the look before.
        alarms: How many things are not well, as in the status.
        oldest_age_s: Age of the oldest reading that is not confirmed; 0 where there is none.
        usage: Of the machine, since the look before.
    """

    accounts: Sequence[Account]
    sources: Sequence[SourceStatus]
    alarms: int
    lateness: Lateness
    spool: SpoolStatus
    oldest_age_s: float
    delivery: DeliveryStatus
    usage: Usage

    def dropped(self, cause: DropCause) -> int:
        """Return how many values were dropped for a cause."""
        return sum(account.dropped.get(cause.value, 0) for account in self.accounts)


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric, and where its value is from."""

    metric: Metric
    value: Callable[[Look], MetricValue]


def _count(name: str, title: str, of: str, value: Callable[[Look], int]) -> Figure:
    return Figure(Metric(id=name, name=title, annotation=of), lambda look: float(value(look)))


def _in(unit: ValueUnit, name: str, title: str, value: Callable[[Look], float]) -> Figure:
    return Figure(Metric(id=name, name=title, unit=unit), lambda look: float(value(look)))


def _dropped(cause: DropCause) -> Figure:
    words = cause.value.replace("_", " ")
    return _count(
        f"dropped_{cause.value}", f"Dropped: {words}", "values", lambda look: look.dropped(cause)
    )


FIGURES: Sequence[Figure] = (
    _count("values_sampled", "Sampled", "values",
           lambda look: sum(account.sampled for account in look.accounts)),
    _count("values_refused", "Refused", "values",
           lambda look: sum(sum(account.refused.values()) for account in look.accounts)),
    _count("values_filtered", "Filtered", "values",
           lambda look: sum(sum(account.filtered.values()) for account in look.accounts)),
    _count("values_delivered", "Delivered", "values",
           lambda look: sum(account.delivered for account in look.accounts)),
    _count("values_pending", "Pending", "values",
           lambda look: sum(account.pending for account in look.accounts)),
    *map(_dropped, DropCause),
    _in(ValueUnit.SECOND, "lateness_p50", "Lateness of ticks, median",
        lambda look: look.lateness.p50_s),
    _in(ValueUnit.SECOND, "lateness_max", "Lateness of ticks, worst",
        lambda look: look.lateness.max_s),
    _count("ticks_missed", "Ticks missed", "ticks",
           lambda look: sum(source.missed_ticks for source in look.sources)),
    _in(ValueUnit.BIT, "memory_resident", "Memory used",
        lambda look: look.usage.memory_bytes * _BITS_PER_BYTE),
    _in(ValueUnit.PERCENT, "cpu_percent", "Processor time",
        lambda look: look.usage.cpu_percent),
    _in(ValueUnit.BIT, "spool_used", "Spool used",
        lambda look: look.spool.bytes * _BITS_PER_BYTE),
    _in(ValueUnit.SECOND, "oldest_unsent_age", "Age of the oldest reading not confirmed",
        lambda look: look.oldest_age_s),
    Figure(Metric(id="agent_state", name="Way to the agent", type=ValueType.STRING),
           lambda look: look.delivery.state.value),
    _count("reconnects", "Reconnects", "connections",
           lambda look: max(0, look.delivery.connections - 1)),
    _count("notes", "Notes of sources", "notes",
           lambda look: sum(len(source.notes) for source in look.sources)),
    _count("alarms", "Alarms", "alarms", lambda look: look.alarms),
)  # fmt: skip
"""In the order in which they are documented."""


class Figures(Source):
    """Gives all figures at each read but the first, which begins the first interval.

    Args:
        look: Returns how the collector is, completed by the usage; asked once a read.
        clock: The time.
    """

    def __init__(self, look: Callable[[Usage], Look], clock: Clock) -> None:
        self._look = look
        self._meter = UsageMeter(clock)
        self._has_begun = False

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`."""
        return [figure.metric for figure in FIGURES]

    @property
    def resources(self) -> Resources:
        """See `Source`. None but the process itself."""
        return Resources()

    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        """See `Source`."""
        del group, deadline
        look = self._look(self._meter.measure())
        if not self._has_begun:
            self._has_begun = True
            return []
        return [Reading(values={each.metric.id: each.value(look) for each in FIGURES})]


def figures_plan(
    table: FiguresTable, look: Callable[[Usage], Look], clock: Clock
) -> list[SourcePlan]:
    """Return the plan of the figures; none where they are switched off."""
    if not table.enabled:
        return []
    return [
        SourcePlan(
            name=table.sensor,
            plugin=PLUGIN,
            package="",
            sensor=table.sensor,
            source=Figures(look, clock),
            interval_s=table.interval,
            align=False,
            timeout_s=TIMEOUT_S,
        )
    ]
