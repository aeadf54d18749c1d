"""When segments are synced: once something was unconfirmed for as long as that may last."""

import logging
from collections import deque

from collector.buffering.spool.segment_log import SegmentLog

log = logging.getLogger(__name__)

AHEAD_S = 0.25
"""So much sooner than is promised. ext4 commits what has changed five seconds after the first write
(ext4(5), commit=nrsec), and a sync that comes just before then spares that commit its blocks."""


class SyncTimer:
    """While the agent confirms in time, nothing is ever synced. Used from one thread.

    Args:
        segments: What is synced.
        sync_s: How long readings may be unconfirmed until they survive a power cut.

    Attributes:
        synced: What is unsettled below this number survives a power cut.
    """

    def __init__(self, segments: SegmentLog, sync_s: float) -> None:
        self._segments = segments
        self._after_s = max(0.0, sync_s - AHEAD_S)
        self._marks: deque[tuple[float, int]] = deque()
        self.synced = 0

    def mark(self, now_s: float) -> None:
        """Note that something was written."""
        number = self._segments.next_number
        if number > self.synced and (not self._marks or self._marks[-1][1] != number):
            self._marks.append((now_s, number))

    def next_due_s(self) -> float | None:
        """Return the monotonic time of the next look; None where there is nothing to sync."""
        return self._marks[0][0] + self._after_s if self._marks else None

    def run(self, now_s: float, *, is_last: bool) -> None:
        """Sync if something is due, or if it is the last time and anything is unsettled.

        Raises:
            OSError: It cannot be had now.
        """
        while self._marks and (is_last or now_s >= self._marks[0][0] + self._after_s):
            _, number = self._marks[0]
            if self._has_unsettled(number):
                for name in self._segments.sync():
                    log.warning("the spool could not sync %s and has written it anew", name)
                self.synced = self._segments.next_number
                self._marks.clear()
                return
            self.synced = number
            self._marks.popleft()

    def _has_unsettled(self, number: int) -> bool:
        return any(
            segment.has_unsettled(self.synced, number)
            for segment in reversed(self._segments.segments)
            if segment.end > self.synced
        )
