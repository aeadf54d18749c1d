"""Who has to give when the spool has no room: the oldest, or whoever takes more than its share."""

import errno
import logging
from collections import Counter
from collections.abc import Sequence

from collector.buffering.spool.disk_side import DiskSide
from collector.buffering.spool.folder import Folder
from collector.buffering.spool.lane import Held
from collector.buffering.spool.segment_log import SegmentLog
from collector.buffering.spool.settings import SpoolSettings, segment_bytes
from collector.buffering.timestamps import Timestamps
from collector.ledger import DropCause

log = logging.getLogger(__name__)

OVER_SHARE = 1.25
"""A source with so many times its share is over it; the margin keeps equal sources equal."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Space:
    """Keeps the segments below their limit. Used by the thread that writes.

    At the limit the oldest segment goes. But while it holds readings of a source that keeps within
    its share, a source over its own loses its newest instead: nothing else would help.
    """

    def __init__(self, folder: Folder, settings: SpoolSettings, memory: DiskSide) -> None:
        self._folder = folder
        self._settings = settings
        self._memory = memory
        self._sources = settings.sources
        self.limit_bytes = 0
        self.segments = SegmentLog(folder, segment_bytes(settings.max_bytes), self._make_room)

    def share_among(self, sources: int) -> None:
        """Have so many sources share it from now on. From any thread."""
        self._sources = sources

    def measure(self, own_bytes: int) -> None:
        """Look how much there is. The limit only rises: what others do with the disk drops nothing.

        Args:
            own_bytes: What all segments take.

        Raises:
            OSError: It cannot be told.
        """
        limit_bytes = self._settings.limit_bytes(self._folder.free_bytes(), own_bytes)
        self.limit_bytes = max(self.limit_bytes, limit_bytes)
        self.segments.segment_bytes = segment_bytes(self.limit_bytes)

    def within_shares(self, entries: Sequence[Held]) -> list[Held]:
        """Return what may be written of some readings; the others are dropped."""
        has_others = self._sources > 1 and self.segments.segments
        about_bytes = sum(held.size_bytes for held in entries)  # in memory, which is hardly less
        if not has_others or not self._is_at_limit(about_bytes):
            return list(entries)
        share = self.limit_bytes / self._sources
        use: Counter[str] = Counter()
        for segment in self.segments.segments:
            use.update(segment.owner_bytes)
        hogs = {owner for owner, size in use.items() if size > OVER_SHARE * share}
        oldest = self.segments.segments[0]
        if not hogs or all(use[source] > share for source, _ in oldest.pending()):
            return list(entries)
        over = [held for held in entries if held.reading.owner in hogs]
        self._memory.refuse(over, DropCause.QUOTA)
        return [held for held in entries if not held.is_settled]

    def drop_oldest(self, cause: DropCause) -> int:
        """Remove the oldest segment with all that waits in it.

        Returns:
            How many bytes that frees; 0 where there is none to spare.

        Raises:
            OSError: It cannot be removed.
        """
        segments = self.segments.segments
        if not segments or segments[0] is self.segments.active:
            return 0
        oldest = segments[0]
        with self.segments.lock:
            self.segments.remove(oldest)
            values = self._memory.lose(oldest, cause)
        if values:
            log.warning("the spool dropped its oldest %d values (%s)", values, cause)
        return oldest.size

    def expire(self, timestamps: Timestamps) -> None:
        """Remove segments in which everything is too old."""
        max_age_s = self._settings.max_age_s
        if max_age_s is None:
            return
        max_age_ms = max_age_s * 1000
        active = self.segments.active
        if active and active.begun and timestamps.age_ms(active.begun) > max_age_ms / 8:
            self.segments.seal()  # so that it can go when its turn comes
        while self.segments.segments:
            newest = self.segments.segments[0].newest
            if newest is None or timestamps.age_ms(newest) <= max_age_ms:
                return
            if not self.drop_oldest(DropCause.EXPIRED):
                return

    def _is_at_limit(self, more_bytes: int = 0) -> bool:
        segments = self.segments
        return segments.size_bytes + segments.segment_bytes + more_bytes > self.limit_bytes

    def _make_room(self) -> None:
        while self._is_at_limit() and self.drop_oldest(DropCause.SPOOL_FULL):
            pass
        needed = self._settings.free_bytes_at_least + self.segments.segment_bytes
        free = self._folder.free_bytes()
        while free < needed:  # counted, for some file systems say only later what they have freed
            freed = self.drop_oldest(DropCause.SPOOL_FULL)
            if not freed:
                raise OSError(errno.ENOSPC, f"less than {needed >> 20} MiB are free")
            free += freed
