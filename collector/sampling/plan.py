"""What has to be sampled: one source, its schedule and its way of stamping."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from collector.plugin.source import Source
from collector.plugin.tape import NO_TAPE, Tape
from collector.transforms.settings import TransformSettings

Stamp = Literal["read", "tick", "device"]
"""Which instant a reading carries: the end of the read, the scheduled one, or the device's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlan:
    """One source, made and not yet opened.

    Attributes:
        name: Unique among the plans; in logs, status and the ledger.
        plugin: The kind's name.
        package: The distribution that offers the kind, and its version: ``"thermostat 1.2"``.
        sensor: The sensor of its readings, where they name none.
        source: The source itself.
        interval_s: Seconds between ticks, for groups that have no interval of their own; 0 only
            for a listening source that may be silent for any time.
        offset_s: Seconds that ticks lie after the grid's instants.
        jitter_s: Seconds, less than the interval, by which a read may begin late at random.
        align: Whether ticks are aligned to the wall clock.
        timeout_s: Seconds that one read may take.
        timestamp: Which instant readings carry.
        isolation: Where the source's code runs, for people: ``thread`` or ``process``.
        transforms: What is done to its values, in this order.
        tape: Where the source notes what passes between it and its device.
    """

    name: str
    plugin: str
    package: str
    sensor: str
    source: Source
    interval_s: float
    offset_s: float = 0.0
    jitter_s: float = 0.0
    align: bool = True
    timeout_s: float = 30.0
    timestamp: Stamp = "read"
    isolation: str = "thread"
    transforms: Sequence[TransformSettings] = ()
    tape: Tape = NO_TAPE
