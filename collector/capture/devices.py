"""The devices of a run without real ones: simulated by their kinds, or played from a recording."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from collector.capture.reading import Recording
from collector.clock import Deadline
from collector.config import SourceConfig
from collector.errors import (
    CollectorError,
    ConfigError,
    PluginError,
    SourceError,
    SourceFaultError,
    SourceUnavailableError,
)
from collector.plugin.cost import ReadCost
from collector.plugin.kind import Simulator, started
from collector.plugin.patience import CALL_LIMIT_S, bounded
from collector.plugin.resources import Resources
from collector.plugin.source import Group, ListeningSource, Metric, Reading, Source, SourceContext
from collector.plugin.tape import RecordedTape

WHAT = "its simulated device"
STOP_LIMIT_S = 2.0
"""A run has to end in time."""

MEANT = (CollectorError, ValueError, OSError)
"""What a device says when it cannot be had here."""


@dataclass(frozen=True, slots=True)
class Device:
    """The device of one source: code of its plugin, which nobody has to wait for.

    Attributes:
        who: Whose it is, for the log.
        simulator: Not started.
        tape: What it plays; None if it is simulated.
    """

    who: str
    simulator: Simulator
    tape: RecordedTape | None = None

    def start(self) -> Any:  # noqa: ANN401 - the settings model of the kind
        """Let it serve; return the settings that lead to it.

        Raises:
            PluginFault: It failed, or did not come back.
            Exception: One of `MEANT`: why it cannot serve here.
        """
        return bounded(
            self.who, f"starting {WHAT}", lambda: started(self.simulator), CALL_LIMIT_S, *MEANT
        )

    def stop(self) -> None:
        """Let it serve no more. Safe to call whatever became of `start`.

        Raises:
            PluginFault: It failed, or did not come back.
        """
        bounded(self.who, f"stopping {WHAT}", self.simulator.stop, STOP_LIMIT_S)

    def told(self, source: Source) -> Source:
        """Return its source, which says in its messages what the tape has no answer to."""
        if self.tape is None or isinstance(source, ListeningSource):  # which never asks
            return source
        return _ToldSource(source, self.tape)


class Simulation(Protocol):
    """Makes devices."""

    def device(self, source: SourceConfig, context: SourceContext) -> Device | None:
        """Return the device of a source that is not broken; None to read the real one.

        Raises:
            ConfigError: There is none for this source.
            ValueError: Its kind cannot make it.
            PluginFault: Its kind fails, or does not come back.
        """
        ...


class _Simulated:
    """Has kinds simulate their devices; one that cannot was marked as broken by the loading."""

    def device(self, source: SourceConfig, context: SourceContext) -> Device | None:
        """See `Simulation`."""
        if source.kind is None or source.kind.simulate is None:
            return None
        simulate = source.kind.simulate
        return _made(source, lambda: simulate(source.settings, context))


SIMULATED: Simulation = _Simulated()
"""Devices that move by themselves."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Has kinds play a recording.

    Attributes:
        recording: What is played.
        speed: How much faster than it was recorded.
    """

    recording: Recording
    speed: float = 1.0

    def device(self, source: SourceConfig, context: SourceContext) -> Device | None:
        """See `Simulation`."""
        if source.kind is None:
            raise PluginError(source.plugin, source.broken)
        self._check(source)
        if source.kind.replay is None:
            raise PluginError(source.plugin, "cannot play recordings: left out by --replay")
        replay, tape = source.kind.replay, self.recording.tape(source.name, self.speed)
        return _made(source, lambda: replay(source.settings, context, tape), tape)

    def _check(self, source: SourceConfig) -> None:
        file, recorded = self.recording.file, self.recording.header.sources
        if source.name not in recorded:
            names = ", ".join(map(repr, recorded)) or "nothing"
            raise ConfigError(f"{source.name!r} is not in {file}, which is of: {names}")
        kind = recorded[source.name].get("plugin")
        if kind != source.plugin:
            raise ConfigError(f"{file} is of {source.name!r} as {kind!r}, not {source.plugin!r}")


def _made(
    source: SourceConfig, make: Callable[[], Simulator], tape: RecordedTape | None = None
) -> Device:
    who = f"{source.name}: plugin {source.plugin!r}"
    return Device(who, bounded(who, f"making {WHAT}", make, CALL_LIMIT_S, *MEANT), tape)


def unplayable(source: SourceConfig) -> str:
    """Return why a recording of this source would be of no use; empty if it would be."""
    if source.kind is None or source.broken:
        return source.broken or "it is broken"
    if source.kind.replay is None:
        return f"recordings of kind {source.plugin!r} cannot be played"
    return ""


class _ToldSource(Source):
    """A polled source that is played, and says what the tape lacks.

    Args:
        source: The real one.
        tape: Knows what was missed.
    """

    def __init__(self, source: Source, tape: RecordedTape) -> None:
        self._source = source
        self._tape = tape

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Source`."""
        return self._source.metrics

    @property
    def may_learn_metrics(self) -> bool:
        """See `Source`."""
        return self._source.may_learn_metrics

    @property
    def link(self) -> str:
        """See `Source`."""
        return self._source.link

    @property
    def groups(self) -> Sequence[Group]:
        """See `Source`."""
        return self._source.groups

    @property
    def notes(self) -> Sequence[str]:
        """See `Source`."""
        return [*self._source.notes, *self._lacks()]

    @property
    def resources(self) -> Resources | None:
        """See `Source`."""
        return self._source.resources

    def cost(self, group: str) -> ReadCost | None:
        """See `Source`."""
        return self._source.cost(group)

    def open(self) -> None:
        """See `Source`."""
        try:
            self._source.open()
        except SourceError as error:
            raise self._told(error) from error

    def read(self, group: str, deadline: Deadline) -> Iterable[Reading]:
        """See `Source`."""
        try:
            return list(self._source.read(group, deadline))
        except SourceError as error:
            raise self._told(error) from error

    def close(self) -> None:
        """See `Source`."""
        self._source.close()

    def _lacks(self) -> list[str]:
        return [f"the recording has no answer to {request}" for request in self._tape.missed]

    def _told(self, error: SourceError) -> SourceError:
        lacks = self._lacks()
        if not lacks:
            return error
        text = f"{error} ({lacks[0]})"
        if isinstance(error, SourceFaultError):
            return SourceFaultError(text)
        return SourceUnavailableError(text, retry_in_s=getattr(error, "retry_in_s", None))
