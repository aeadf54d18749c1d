"""The buffer of a run: the ring alone, or with the spool behind it."""

import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from collector.buffering.batch import Batch
from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.buffering.shares import Shares
from collector.buffering.spool.buffer import SpooledBuffer
from collector.buffering.spool.disk import DiskFolder
from collector.buffering.spool.names import SEGMENT
from collector.buffering.spool.settings import SpoolMode, SpoolSettings
from collector.clock import Clock, Instant
from collector.config import Config
from collector.ledger import Ledger
from collector.pulse import Pulse
from collector.service.state_dir import Mode, StateDirectory
from collector.status import BufferStatus, SpoolStatus

log = logging.getLogger(__name__)


class ServiceBuffer(Protocol):
    """What a run does with its buffer."""

    @property
    def pulse(self) -> Pulse:
        """Whether its thread goes on, if it has one."""
        ...

    def start(self, on_ready: Callable[[], None]) -> None:
        """Take up what an earlier run has left; the callback tells that something may be sent."""
        ...

    def finish(self) -> None:
        """Note that nothing is put any more."""
        ...

    def close(self) -> None:
        """Keep what waits, or count it as lost."""
        ...

    def put(self, reading: StampedReading) -> None:
        """Take an accepted reading."""
        ...

    def ready(self) -> list[str]:
        """Return the sensors that have readings waiting."""
        ...

    def batch(self, sensor: str, max_readings: int) -> Batch:
        """Take a sensor's oldest readings."""
        ...

    def newest(self, sensor: str, max_readings: int, after: Instant) -> Batch:
        """Take a sensor's newest readings of those that were taken after an instant."""
        ...

    def share_among(self, sources: int) -> None:
        """Have so many sources share it from now on."""
        ...

    def status(self) -> BufferStatus:
        """Return how full it is."""
        ...

    def spool_status(self) -> SpoolStatus:
        """Return how its half on disk is."""
        ...

    def oldest_age_s(self, now: Instant) -> float:
        """Return how old the oldest reading is that is not confirmed; 0 where there is none."""
        ...

    def held(self) -> Counter[tuple[str, str]]:
        """Return how many values it holds, by source and sensor."""
        ...


def make_buffer(
    config: Config, mode: Mode, state: StateDirectory, ledger: Ledger, clock: Clock
) -> ServiceBuffer:
    """Return the buffer that the configuration asks for."""
    ring, spool, sources = config.ring, config.spool, len(config.sources)
    directory = _directory(spool.directory, mode, state)
    if spool.mode == "off":
        _tell_what_waits(directory)
        return RingBuffer(
            max_readings=ring.max_readings,
            max_bytes=ring.max_bytes,
            sources=sources,
            ledger=ledger,
            clock=clock,
        )
    settings = SpoolSettings(
        mode=SpoolMode(spool.mode),
        max_bytes=spool.max_bytes,
        sync_s=spool.sync,
        max_age_s=spool.max_age,
        sources=sources,
    )
    shares = Shares(max_readings=ring.max_readings, max_bytes=ring.max_bytes, sources=sources)
    return SpooledBuffer(shares, DiskFolder(directory), settings, ledger, clock)


def _tell_what_waits(directory: Path) -> None:
    """Say that readings lie where nobody will look for them."""
    if any(directory.glob(f"*.{SEGMENT}")):
        log.warning(
            "the spool is off: readings of an earlier run wait in %s until it is on again",
            directory,
        )


def _directory(chosen: Path | None, mode: Mode, state: StateDirectory) -> Path:
    """Return where it lies; the modes are kept apart there as everywhere."""
    if chosen is None:
        return state.spool
    return chosen if mode is Mode.REAL else chosen / mode.value
