"""What is read how often, and what it gives: the groups of all sources of a configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from collector.clock import Clock
from collector.config import Config, FiguresTable, SourceConfig, make
from collector.config.link_checks import GroupCost, group_costs
from collector.forecast.parts import DAY_S, Part, parts_after
from collector.plugin.cost import ReadCost
from collector.plugin.patience import CALL_LIMIT_S, bounded
from collector.plugin.source import ListeningSource, Metric, Source
from collector.service.figures import FIGURES
from collector.wire.units import MetricValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a trial of a group has shown.

    Attributes:
        took_s: How long a read took; 0 for a source that talks by itself.
        interval_s: From one reading to the next of such a source; 0 for one that is polled.
        values: Of one reading.
        metrics: Of the source, once it was open.
    """

    took_s: float = 0.0
    interval_s: float = 0.0
    values: Mapping[str, MetricValue] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()


Measurements = Mapping[tuple[str, str], Measured]
"""By the names of source and group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One group of one source.

    Attributes:
        source: The source's name.
        group: The group's; empty for the one that most sources have.
        sensor: The sensor of its readings.
        link: What it shares with others; a name of its own where it shares nothing.
        interval_s: From one read to the next; 0 where that is not known.
        phase_s: When in it the read is due.
        cost: None where it is not known.
        is_measured: Whether the cost was measured.
        parts: What leaves of it.
        values: Of a reading that was taken, by metric; empty for none.
        is_isolated: Whether it runs in a process of its own.
        remark: What is not known of it, for people; empty for nothing.
    """

    source: str
    group: str = ""
    sensor: str
    link: str
    interval_s: float
    phase_s: float
    cost: ReadCost | None = None
    is_measured: bool = False
    parts: tuple[Part, ...]
    values: Mapping[str, MetricValue] = field(default_factory=dict)
    is_isolated: bool = False
    remark: str = ""

    @property
    def per_day(self) -> float:
        """How often it is read in a day; 0 where that is not known."""
        return DAY_S / self.interval_s if self.interval_s else 0.0


_GOLDEN = 0.618
"""Where in their interval reads lie that keep to no round instants: anywhere, so not together."""


def reads_of(config: Config, clock: Clock, measured: Measurements) -> list[Read]:
    """Return every group of every source that can run, and the collector's own figures.

    Raises:
        PluginFault: A plugin is broken.
    """
    found: list[Read] = []
    for source in config.sources:
        if not source.broken:
            found += _reads_of(source, make(source, source.settings, clock), measured)
    return [*found, *_figures(config.figures)]


def _reads_of(source: SourceConfig, made: Source, measured: Measurements) -> list[Read]:
    if isinstance(made, ListeningSource):
        return [_listening(source, made, measured.get((source.name, ""), Measured()))]
    costs = group_costs(f"{source.name}: plugin {source.plugin!r}", made, source.interval)
    trials = [measured.get((source.name, each.name), Measured()) for each in costs]
    return [_polled(source, made, each, trial) for each, trial in zip(costs, trials, strict=True)]


def _polled(source: SourceConfig, made: Source, group: GroupCost, trial: Measured) -> Read:
    """Return a read; what it costs was measured only where nothing was computed."""
    is_measured = group.cost is None and trial.took_s > 0
    cost = ReadCost(link_s=trial.took_s) if is_measured else group.cost
    metrics = _given(trial.metrics or _metrics(source, made), cost, trial)
    read = _read(source, made, group.interval_s, metrics)
    return replace(
        read,
        group=group.name,
        cost=cost,
        is_measured=is_measured,
        values=trial.values,
        remark=_unknown(metrics, cost, trial),
    )


def _metrics(source: SourceConfig, made: Source) -> Sequence[Metric]:
    who = f"{source.name}: plugin {source.plugin!r}"
    return bounded(who, "listing its metrics", lambda: [*made.metrics], CALL_LIMIT_S)


def _unknown(metrics: Sequence[Metric], cost: ReadCost | None, trial: Measured) -> str:
    if not metrics:
        return "its metrics are known when it is open: --measure opens it"
    if cost is not None and cost.has_more and not trial.values:
        return "more of its metrics are known when it is open: --measure opens it"
    return ""


def _listening(source: SourceConfig, made: Source, trial: Measured) -> Read:
    cost = ReadCost(requests=0)
    metrics = _given(trial.metrics or _metrics(source, made), cost, trial)
    is_known = trial.interval_s > 0
    unknown = "" if is_known else "talks by itself, how often is not known: --measure listens"
    read = _read(source, made, trial.interval_s, metrics)
    return replace(read, cost=cost, is_measured=is_known, values=trial.values, remark=unknown)


def _read(source: SourceConfig, made: Source, interval_s: float, metrics: Sequence[Metric]) -> Read:
    per_day = DAY_S / interval_s if interval_s else 0.0
    return Read(
        source=source.name,
        sensor=source.sensor,
        link=made.link or f"{source.name} alone",
        interval_s=interval_s,
        phase_s=source.offset if source.align else source.offset + _GOLDEN * interval_s,
        parts=tuple(parts_after(source.transforms, metrics, per_day)),
        is_isolated=source.isolation == "process",
    )


def _given(known: Sequence[Metric], cost: ReadCost | None, trial: Measured) -> Sequence[Metric]:
    if trial.values:
        return [metric for metric in known if metric.id in trial.values]
    if cost is None or cost.metrics is None:
        return known
    return [metric for metric in known if metric.id in cost.metrics]


def _figures(table: FiguresTable) -> list[Read]:
    if not table.enabled:
        return []
    metrics = [figure.metric for figure in FIGURES]
    return [
        Read(
            source=table.sensor,
            sensor=table.sensor,
            link=f"{table.sensor} alone",
            interval_s=table.interval,
            phase_s=_GOLDEN * table.interval,
            cost=ReadCost(requests=0),
            parts=tuple(parts_after((), metrics, DAY_S / table.interval)),
        )
    ]
