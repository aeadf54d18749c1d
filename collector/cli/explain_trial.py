"""Reads what `collector explain --measure` is to measure: every group twice, or some seconds."""

import sys
from dataclasses import replace

from collector.capture.devices import SIMULATED
from collector.cli.trial import TimedStop, opened
from collector.clock import Clock, Deadline
from collector.config import Config, SourceConfig
from collector.errors import SourceError
from collector.forecast.reads import Measured
from collector.plugin.border import PluginFault, guarded
from collector.plugin.source import ListeningSource, Reading, Source
from collector.wire.units import MetricValue

READS = 2
"""The first read of many devices takes longer, and rates need two."""

PAUSE_S = 1.0
"""Between them, for what is counted over time: the traffic of a network or of a disk."""


def measure(
    config: Config, clock: Clock, *, simulate: bool, listen_s: float
) -> dict[tuple[str, str], Measured]:
    """Read every source, and return what that showed; what goes wrong is said, and left out.

    Args:
        config: The configuration.
        clock: Measures.
        simulate: Whether simulated devices are read.
        listen_s: How long to listen to a source that talks by itself.
    """
    found: dict[tuple[str, str], Measured] = {}
    devices = SIMULATED if simulate else None
    for source in config.sources:
        if source.broken:
            continue
        try:
            with guarded("the source", SourceError), opened(source, clock, devices) as it:
                found |= _measured(source, it, clock, listen_s)
        except (SourceError, PluginFault) as error:
            print(f"{source.name}: not measured: {error}", file=sys.stderr)
    return found


def _measured(
    source: SourceConfig, made: Source, clock: Clock, listen_s: float
) -> dict[tuple[str, str], Measured]:
    if isinstance(made, ListeningSource):
        return _heard(source, made, clock, listen_s)
    found: dict[tuple[str, str], Measured] = {}
    for number in range(READS):
        if number:
            TimedStop(Deadline.after(clock, PAUSE_S)).wait()
        for group in made.groups:
            before = found.get((source.name, group.name), Measured())
            read = _read(made, group.name, clock, source.timeout)
            values = {**before.values, **read.values}
            found[source.name, group.name] = replace(read, values=values)
    return found


def _read(made: Source, group: str, clock: Clock, timeout_s: float) -> Measured:
    values: dict[str, MetricValue] = {}
    began_s = clock.monotonic_s()
    for reading in made.read(group, Deadline.after(clock, timeout_s)):
        values |= reading.values
    took_s = clock.monotonic_s() - began_s
    return Measured(took_s=took_s, values=values, metrics=tuple(made.metrics))


def _heard(
    source: SourceConfig, made: ListeningSource, clock: Clock, listen_s: float
) -> dict[tuple[str, str], Measured]:
    came_s: list[float] = []
    values: dict[str, MetricValue] = {}

    def emit(reading: Reading) -> None:
        came_s.append(clock.monotonic_s())
        values.update(reading.values)

    made.listen(emit, TimedStop(Deadline.after(clock, listen_s)))
    if len(came_s) < READS:
        print(f"{source.name}: said too little in {listen_s:g} s", file=sys.stderr)
        return {}
    interval_s = (came_s[-1] - came_s[0]) / (len(came_s) - 1)
    measured = Measured(interval_s=interval_s, values=values, metrics=tuple(made.metrics))
    return {(source.name, ""): measured}
