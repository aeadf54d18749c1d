"""Readings that are on disk only come back to be sent; what cannot be read waits, or is lost.

Bytes that fail their checksum are lost. A read that fails may succeed later: it is tried again, a
few times where the medium is at fault, and for ever where the system is short of something. Nobody
waits long for a disk that hangs: what is in memory goes on.
"""

import logging
from collections.abc import Sequence

from collector.buffering.reading import StampedReading
from collector.buffering.spool.lane import Held, Place
from collector.buffering.spool.media import LOST
from collector.buffering.spool.memory import Memory
from collector.buffering.spool.segment import Segment
from collector.buffering.spool.segment_log import SegmentLog
from collector.clock import Clock

log = logging.getLogger(__name__)

PATIENCE_S = 0.2
"""So long a reader waits for the writer."""

NO_PATIENCE_S = 1.0
"""Having waited in vain, it does not wait again for so long: there are other sensors."""

RETRY_S = 3.0
TRIES = 4
"""A medium that fails so often, so far apart, is believed."""

TELL_EVERY_S = 60.0


class ReadBack:
    """Reads what was spilt or found. Used from the thread that takes batches.

    Attributes:
        unreadable: Why something cannot be read at present; empty when all can be.
        lost_values: How many values were found damaged.
    """

    def __init__(self, memory: Memory, segments: SegmentLog, clock: Clock) -> None:
        self._memory = memory
        self._segments = segments
        self._clock = clock
        self._impatient_until_s = 0.0
        self._tell_at_s = 0.0
        self._failures: dict[Segment, _Failure] = {}
        self.unreadable = ""
        self.lost_values = 0

    def take(self, sensor: str, count: int) -> list[Held]:
        """Take up to so many of a sensor's oldest readings that are on disk only."""
        now_s = self._clock.monotonic_s()
        self._forget_removed()
        patience_s = PATIENCE_S if now_s >= self._impatient_until_s else 0
        if not self._segments.lock.acquire(timeout=patience_s):
            self._impatient_until_s = now_s + NO_PATIENCE_S
            return []  # the next turn of the writer tells that they are ready
        try:
            found = self._read(self._memory.stored(sensor, count), now_s)
            taken = self._memory.loaded(sensor, found)
        finally:
            self._segments.lock.release()
        self._count_lost(found, now_s)
        return taken

    def _read(
        self, places: Sequence[Place], now_s: float
    ) -> list[tuple[Place, StampedReading | None]]:
        found: list[tuple[Place, StampedReading | None]] = []
        for segment, place in places:
            failure = self._failures.get(segment) if self._failures else None
            if failure is not None and failure.is_waiting(now_s):
                break
            try:
                reading = self._segments.read(segment, place)
            except OSError as error:
                if not self._is_lost(segment, error, now_s):
                    break
                reading = None
            else:
                if failure is not None:
                    self._works(segment)
            found.append(((segment, place), reading))
        return found

    def _is_lost(self, segment: Segment, error: OSError, now_s: float) -> bool:
        failure = self._failures.setdefault(segment, _Failure())
        failure.tries += 1
        failure.retry_at_s = now_s + RETRY_S
        reason = f"{segment.name}: {error.strerror}"
        if error.errno in LOST and failure.tries >= TRIES:
            failure.retry_at_s = now_s
            return True
        if not self.unreadable:
            log.warning("cannot read back from the spool, readings wait there: %s", reason)
        self.unreadable = reason
        return False

    def _works(self, segment: Segment) -> None:
        if self._failures.pop(segment, None) and not self._failures:
            self.unreadable = ""

    def _forget_removed(self) -> None:
        for segment in [segment for segment in self._failures if segment.is_gone]:
            self._works(segment)

    def _count_lost(
        self, found: Sequence[tuple[Place, StampedReading | None]], now_s: float
    ) -> None:
        lost = [place for place, reading in found if reading is None]
        if not lost:
            return
        for segment, place in lost:
            self.lost_values += sum(count for _, count in segment.shape(place).counts)
        if now_s >= self._tell_at_s:
            self._tell_at_s = now_s + TELL_EVERY_S
            log.warning("%d values read back from the spool so far were lost", self.lost_values)


class _Failure:
    """How often a segment could not be read, and when it is tried again."""

    __slots__ = ("retry_at_s", "tries")

    def __init__(self) -> None:
        self.tries = 0
        self.retry_at_s = 0.0

    def is_waiting(self, now_s: float) -> bool:
        return now_s < self.retry_at_s
