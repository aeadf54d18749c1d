"""What is backlog, and what is live."""

from collector.buffering.reading import StampedReading
from collector.clock import Instant

BACKLOG_S = 10.0
"""Readings that are older are backlog."""


def is_backlog(reading: StampedReading, now: Instant) -> bool:
    """Tell whether a reading was taken long ago; one of another boot was."""
    return not is_after(reading.taken_at, live_since(now))


def live_since(now: Instant) -> Instant:
    """Return the instant before which everything is backlog."""
    return Instant(now.boot_id, now.boottime_ms - int(BACKLOG_S * 1000) - 1)


def is_after(instant: Instant, other: Instant) -> bool:
    """Tell whether an instant is later than another of the same boot."""
    return instant.boot_id == other.boot_id and instant.boottime_ms > other.boottime_ms
