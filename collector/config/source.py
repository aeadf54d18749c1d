"""One configured source, ready to be made."""

from dataclasses import dataclass, field

from collector.clock import Clock
from collector.config.models import Isolation, SourceKeys, Timestamp
from collector.plugin.kind import SourceKind
from collector.plugin.settings import ConfigModel
from collector.plugin.source import SourceContext
from collector.plugin.tape import NO_TAPE, Tape
from collector.transforms.settings import TransformSettings

MAX_DEFAULT_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One ``[[source]]`` table.

    Equality means: nothing of this source changed; where the table stands does not matter.

    Attributes:
        plugin: The kind's name.
        name: Unique in this configuration.
        sensor: The sensor id of its readings.
        interval: Seconds between ticks; 0 for a source that has no schedule of its own.
        offset: Seconds that ticks lie after the grid's instants.
        jitter: Seconds, less than the interval, by which a tick may be late at random.
        align: Whether the grid is aligned to the wall clock.
        timeout: Seconds that one read may take.
        timestamp: Which instant readings carry: ``read``, ``tick`` or ``device``.
        isolation: Where its code runs: ``thread`` or ``process``.
        transforms: What is done to its values, in this order.
        settings: The kind's own settings; None if it is broken.
        kind: The kind; None if it is broken.
        broken: Why the source cannot run: its plugin is broken, or cannot be simulated. Else empty.
        place: Where the table stands, ``file:line:column``.
    """

    plugin: str
    name: str
    sensor: str
    interval: float
    offset: float
    jitter: float
    align: bool
    timeout: float
    timestamp: Timestamp
    isolation: Isolation = "thread"
    transforms: tuple[TransformSettings, ...] = ()
    settings: ConfigModel | None = None
    kind: SourceKind | None = field(default=None, compare=False)
    broken: str = ""
    place: str = field(default="", compare=False)

    @classmethod
    def of(
        cls, keys: SourceKeys, name: str, place: str, default_isolation: Isolation = "thread"
    ) -> "SourceConfig":
        """Return the source of these keys, under its unique name, still without its kind."""
        timeout = min(keys.interval, MAX_DEFAULT_TIMEOUT_S) or MAX_DEFAULT_TIMEOUT_S
        return cls(
            plugin=keys.plugin,
            name=name,
            sensor=keys.sensor,
            interval=keys.interval,
            offset=keys.offset,
            jitter=keys.jitter,
            align=keys.align,
            timeout=timeout if keys.timeout is None else keys.timeout,
            timestamp=keys.timestamp,
            isolation=keys.isolation or default_isolation,
            place=place,
        )

    def context(self, clock: Clock, tape: Tape = NO_TAPE) -> SourceContext:
        """Return what the source will know of its surroundings."""
        return SourceContext(self.name, self.sensor, self.interval, clock, tape)
