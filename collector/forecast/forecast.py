"""The whole forecast of a configuration."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collector.clock import Clock
from collector.config import Config
from collector.forecast.links import LinkUse, link_uses
from collector.forecast.memory import Memory, memory
from collector.forecast.parts import Part
from collector.forecast.reads import Measurements, Read, reads_of
from collector.forecast.samples import message_bytes, reading_of, record_bytes
from collector.forecast.storage import Storage, storage
from collector.forecast.timeline import Stream, completions, ready, span_s
from collector.forecast.traffic import Traffic, traffic

Rate = Callable[[Part], float]
"""Which bound of a part's rate counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorUse:
    """What one sensor gets in a day.

    Attributes:
        sensor: The sensor.
        sources: Who feeds it.
        readings: Readings taken.
        least_messages: Messages that are sent in any case.
        most_messages: Messages that may be sent.
        message_bytes: The longest of them, as an MQTT packet.
    """

    sensor: str
    sources: tuple[str, ...]
    readings: float
    least_messages: float
    most_messages: float
    message_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a configuration costs.

    Attributes:
        reads: What is read.
        links: What the links have to do.
        sensors: What sensors get.
        least: What goes to the agent, if transforms leave out what they may.
        most: If they leave out nothing.
        storage: What is held and written, if they leave out nothing.
        memory: What a run takes.
    """

    reads: tuple[Read, ...]
    links: tuple[LinkUse, ...]
    sensors: tuple[SensorUse, ...]
    least: Traffic
    most: Traffic
    storage: Storage
    memory: Memory

    @property
    def remarks(self) -> list[str]:
        """What is not known, a line each."""
        return [f"{read.source}: {read.remark}" for read in self.reads if read.remark]


def make_forecast(
    config: Config,
    clock: Clock,
    measured: Measurements | None = None,
    free_bytes: int | None = None,
) -> Forecast:
    """Compute what a configuration costs; nothing is opened.

    Args:
        config: The configuration.
        clock: Handed to sources that are made.
        measured: What trials have shown.
        free_bytes: What the file system of the spool has; None where that is not known.

    Raises:
        PluginFault: A plugin is broken.
    """
    reads = reads_of(config, clock, measured or {})
    has_agent_ids = config.agent.inventory == "create"
    until_s = span_s(reads)
    ends = completions(reads, until_s)
    least_streams = _streams(reads, _least, has_agent_ids=has_agent_ids)
    most_streams = _streams(reads, _most, has_agent_ids=has_agent_ids)
    fenced = config.delivery.ack != "puback"
    least = ready(least_streams, ends, until_s)
    messages = ready(most_streams, ends, until_s)
    held_bytes = _held_bytes(reads)
    stored = storage(config, messages, until_s, held_bytes, free_bytes)
    return Forecast(
        reads=tuple(reads),
        links=tuple(link_uses(reads)),
        sensors=tuple(_sensors(reads, least_streams, most_streams)),
        least=traffic(least_streams, least, until_s, has_fences=fenced),
        most=traffic(most_streams, messages, until_s, has_fences=fenced),
        storage=stored,
        memory=memory(config, reads, stored, held_bytes),
    )


def _least(part: Part) -> float:
    return part.least_per_day


def _most(part: Part) -> float:
    return part.most_per_day


def _together(reads: Sequence[Read]) -> list[tuple[Read, ...]]:
    """Return the reads whose readings leave as one: those of one sensor with one interval."""
    sharing: defaultdict[tuple[str, float], list[Read]] = defaultdict(list)
    by_source: defaultdict[str, set[str]] = defaultdict(set)
    for read in reads:
        by_source[read.sensor].add(read.source)
    for read in reads:
        own = "" if len(by_source[read.sensor]) > 1 else f"{read.source}\n{read.group}"
        sharing[read.sensor + own, read.interval_s].append(read)
    return [tuple(group) for group in sharing.values()]


def _streams(reads: Sequence[Read], rate: Rate, *, has_agent_ids: bool) -> list[Stream]:
    found = []
    for together in _together(reads):
        for number in range(max(len(read.parts) for read in together)):
            given = [(read, read.parts[number]) for read in together if number < len(read.parts)]
            reading = reading_of((read, part.metrics) for read, part in given)
            found.append(
                Stream(
                    reads=tuple(read for read, _ in given),
                    per_day=max(rate(part) for _, part in given),
                    size=message_bytes(reading, has_agent_ids=has_agent_ids),
                    record=record_bytes(reading),
                )
            )
    return found


def _sensors(
    reads: Sequence[Read], least: Sequence[Stream], most: Sequence[Stream]
) -> list[SensorUse]:
    by_sensor: defaultdict[str, list[Read]] = defaultdict(list)
    for read in reads:
        by_sensor[read.sensor].append(read)
    return [
        SensorUse(
            sensor=sensor,
            sources=tuple(dict.fromkeys(read.source for read in feeding)),
            readings=sum(read.per_day for read in feeding),
            least_messages=sum(each.per_day for each in _of(sensor, least)),
            most_messages=sum(each.per_day for each in _of(sensor, most)),
            message_bytes=max(each.size for each in _of(sensor, most)),
        )
        for sensor, feeding in by_sensor.items()
    ]


def _of(sensor: str, streams: Sequence[Stream]) -> list[Stream]:
    return [stream for stream in streams if stream.reads[0].sensor == sensor]


def _held_bytes(reads: Sequence[Read]) -> float:
    """Return what a reading takes of the memory, on average over all that are taken."""
    total = rate = 0.0
    for read in reads:
        for part in read.parts:
            total += part.most_per_day * reading_of([(read, part.metrics)]).size_bytes()
            rate += part.most_per_day
    return total / rate if rate else 0.0
