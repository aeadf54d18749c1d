"""A run that only records: reads chosen sources on their schedules and delivers nothing."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from collector.buffering.reading import StampedReading
from collector.capture.devices import SIMULATED, Simulation
from collector.capture.recorder import Recorder
from collector.clock import Clock, Deadline
from collector.config import Config
from collector.ledger import Ledger
from collector.plugin.source import Metric
from collector.sampling.engine import Sampling
from collector.service.sources import SourceSet
from collector.service.state_dir import Mode
from collector.status import SourceStatus

STOP_TIMEOUT_S = 2.0
"""A read that takes longer is abandoned."""


class RecordingRun:
    """Reads sources as a run does, with their tapes in a recorder.

    Args:
        config: Its sources are those to be recorded.
        mode: REAL or SIMULATE.
        recorder: Keeps what passes.
        clock: The time.
        ended: Set by others when it is to end.
        simulation: Makes the devices with SIMULATE.
    """

    def __init__(
        self,
        config: Config,
        mode: Mode,
        recorder: Recorder,
        clock: Clock,
        ended: threading.Event,
        simulation: Simulation = SIMULATED,
    ) -> None:
        self._clock = clock
        self._recorder = recorder
        self._counts: Counter[str] = Counter()
        self._sources = SourceSet(
            config, mode, clock, Ledger(), ended, simulation=simulation, tapes=recorder.tape
        )
        self._sampling = Sampling(
            self._sources.plans(),
            clock=clock,
            ledger=Ledger(),
            accept=self._count,
            on_sensor_state=_ignore_state,
            on_metrics=_ignore_metrics,
            random=Random(),  # noqa: S311 - spreads load, keeps no secret
        )

    @property
    def readings(self) -> Mapping[str, int]:
        """How many readings each source had a part in."""
        return dict(self._counts)

    def start(self) -> None:
        """Start to read."""
        self._sampling.start()

    def statuses(self) -> Sequence[SourceStatus]:
        """Return how each source is. From any thread."""
        return [*self._sampling.sources(), *self._sources.broken()]

    def stop(self) -> None:
        """Stop reading, and end the recording before sources are closed for good."""
        self._recorder.end()
        self._sampling.stop(Deadline.after(self._clock, STOP_TIMEOUT_S))
        self._sources.stop()

    def _count(self, reading: StampedReading) -> None:
        self._counts.update(source for source, _ in reading.counts)


def _ignore_state(sensor: str, is_online: bool) -> None:  # noqa: FBT001 - a callback's form
    del sensor, is_online


def _ignore_metrics(sensor: str, metrics: Sequence[Metric]) -> None:
    del sensor, metrics
