"""How a spool is to behave."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

SEGMENT_BYTES = 1024**2
SMALLEST_SEGMENT_BYTES = 16 * 1024
SEGMENTS_AT_LEAST = 8
"""A small spool has small segments, so that one of them is not most of it."""

SHARE_OF_FREE_SPACE = 0.1
FREE_BYTES_AT_LEAST = 16 * 1024**2
"""So much of the file system is left to others, whatever the spool might still take."""


class SpoolMode(StrEnum):
    """When readings go to disk.

    ALWAYS: All, before it is sent. OUTAGE: What has not been
    confirmed for a while, and everything at the end of a run.
    """

    ALWAYS = "always"
    OUTAGE = "outage"


LINGER_S: Mapping[SpoolMode, float] = MappingProxyType(
    {SpoolMode.ALWAYS: 0.02, SpoolMode.OUTAGE: 20.0}
)
"""Readings that come within so much of each other are written together. Nothing is sent before it
was written, so this is also what the mode costs in latency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSettings:
    """What can be chosen.

    Attributes:
        max_bytes: Of all segments; less where that is a tenth of the free space.
        sync_s: Readings unconfirmed for so long survive a power cut; 0 for every batch.
        max_age_s: Readings are dropped when older, by whole segments; None for never.
        sources: How many sources share it at first.
        free_bytes_at_least: So much is left to others.
    """

    mode: SpoolMode = SpoolMode.ALWAYS
    max_bytes: int = 256 * 1024**2
    sync_s: float = 5.0
    max_age_s: float | None = None
    sources: int = 1
    free_bytes_at_least: int = FREE_BYTES_AT_LEAST

    def limit_bytes(self, free_bytes: int, own_bytes: int) -> int:
        """Return how much the segments may take: a share of what would be free without them.

        What they take already they may keep, up to the maximum, when others have filled the disk.
        """
        share_bytes = int((free_bytes + own_bytes) * SHARE_OF_FREE_SPACE)
        return min(self.max_bytes, max(own_bytes, share_bytes))

    @property
    def linger_s(self) -> float:
        """How long a reading may wait before it is written."""
        return LINGER_S[self.mode]


def segment_bytes(limit_bytes: int) -> int:
    """Return how long segments should be in a spool of this size."""
    return min(SEGMENT_BYTES, max(SMALLEST_SEGMENT_BYTES, limit_bytes // SEGMENTS_AT_LEAST))
