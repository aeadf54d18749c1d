"""The half of the spooled buffer that waits for the disk: writes, syncs, removes, and recovers.

Whatever fails, readings stay in memory, the reason is told, and a few seconds later it is tried
again.
"""

import itertools
import logging
from collections import deque
from collections.abc import Sequence

from collector.buffering.spool.folder import Folder
from collector.buffering.spool.journal import Journal, JournalState, ranges_of
from collector.buffering.spool.lane import Held
from collector.buffering.spool.memory import SPILL_FULLNESS, Memory
from collector.buffering.spool.recovery import Recovery, recover
from collector.buffering.spool.segment import Segment
from collector.buffering.spool.settings import SpoolSettings
from collector.buffering.spool.space import FULL, Space
from collector.buffering.timestamps import Timestamps
from collector.clock import Clock
from collector.ledger import DropCause, Ledger

log = logging.getLogger(__name__)

BATCH = 500
BATCHES_PER_TURN = 20
"""So that a flood of readings leaves time for the journal."""

JOURNAL_S = 1.0
RETRY_S = 3.0
NOT_SYNCED_AT_LEAST = 3
"""So many segments of a run that was killed may lie in the kernel's memory alone."""

LOOK_S = 5.0
"""How often it is looked whether the directory is as it should be."""


class Keeper:
    """Does the disk's part of a spooled buffer. Used from one thread, but for its attributes.

    Attributes:
        degraded: Why readings wait in memory only; empty when all is well.
        recovery: What was found; None before the directory could be read.
    """

    def __init__(
        self,
        folder: Folder,
        settings: SpoolSettings,
        memory: Memory,
        ledger: Ledger,
        clock: Clock,
        timestamps: Timestamps,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._memory = memory
        self._ledger = ledger
        self._clock = clock
        self._timestamps = timestamps
        self.space = Space(folder, settings, memory)
        self._segments = self.space.segments
        self._journal = Journal(folder)
        self.degraded = ""
        self.recovery: Recovery | None = None
        self._retry_at_s = 0.0
        self._journal_at_s = 0.0
        self._look_at_s = 0.0
        self._synced = 0
        self._marks: deque[tuple[float, int]] = deque()

    # -- the turns ------------------------------------------------------------------------------

    def turn(self, *, is_last: bool = False) -> None:
        """Do what is due.

        Args:
            is_last: The run ends: whatever is not on disk now never will be.
        """
        now_s = self._clock.monotonic_s()
        if self.degraded and now_s < self._retry_at_s and not is_last:
            return
        try:
            self._work(now_s, is_last=is_last)
        except OSError as error:
            self._degrade(error, now_s)
        else:
            if self.degraded:
                log.info("the spool in %s works again", self._folder)
                self.degraded = ""
                self._memory.set_disk(works=True)

    def next_due_s(self) -> float:
        """Return the monotonic time of the next turn; what is put may bring it forward."""
        if self.degraded:
            return self._retry_at_s
        dues = [self._look_at_s]
        put_at_s = self._memory.next_to_write_s()
        if put_at_s is not None:
            dues.append(put_at_s + self._settings.linger_s)
        if self._memory.books.has_changes:
            dues.append(self._journal_at_s + JOURNAL_S)
        if self._marks:
            dues.append(self._marks[0][0] + self._settings.sync_s)
        return min(dues)

    def close(self) -> None:
        """Write all that is left, and let go of the directory."""
        self.turn(is_last=True)
        self._memory.drop_unwritten(DropCause.SHUTDOWN)
        self._segments.close()
        self._journal.close()
        self._folder.release()

    def _work(self, now_s: float, *, is_last: bool) -> None:
        if self.recovery is None:
            self._open()
        if now_s >= self._look_at_s:
            self._look(now_s)
        self._write(now_s, is_last=is_last)
        if is_last:
            self._segments.seal()
        self._note(now_s, is_last=is_last)
        self._sync(now_s, is_last=is_last)

    def _degrade(self, error: OSError, now_s: float) -> None:
        reason = f"{self._folder}: {error.strerror or error}"
        if isinstance(error, BlockingIOError):
            reason = f"{self._folder}: another collector uses this directory"
        if reason != self.degraded:
            log.warning("the spool does not work, readings wait in memory only: %s", reason)
        self.degraded = reason
        self._retry_at_s = now_s + RETRY_S
        self._memory.set_disk(works=False)

    # -- the work -------------------------------------------------------------------------------

    def _open(self) -> None:
        self._folder.take()
        recovery, journals = recover(self._folder)
        self._journal.adopt(journals)
        self._timestamps.restore(recovery.state.boots)
        with self._segments.lock:
            self._segments.adopt(recovery.segments, recovery.state.next_number)
            self._memory.adopt(recovery)
        self.space.measure()
        self._segments.sync_last(NOT_SYNCED_AT_LEAST)
        self._synced = self._segments.next_number
        self.recovery = recovery
        if recovery.readings or recovery.damaged_bytes or recovery.kept_aside:
            log.info(
                "the spool in %s holds %d unconfirmed readings; %d bytes were damaged, %d files "
                "are kept aside", self._folder, recovery.readings, recovery.damaged_bytes,
                recovery.kept_aside,
            )  # fmt: skip
        for (source, sensor), values in sorted(recovery.lost.items()):
            log.warning("%s/%s: %d values are lost to damage", source, sensor, values)

    def _write(self, now_s: float, *, is_last: bool) -> None:
        put_at_s = self._memory.next_to_write_s()
        if put_at_s is None:
            return
        is_due = now_s >= put_at_s + self._settings.linger_s
        if not is_due and not is_last and self._memory.fullness < SPILL_FULLNESS:
            return
        batches = itertools.count() if is_last else range(BATCHES_PER_TURN)
        for _ in batches:
            entries = self._memory.take_unwritten(BATCH)
            if not entries:
                break
            with self._segments.lock:
                self._append(entries)
        self._mark(now_s)

    def _append(self, entries: list[Held]) -> None:
        entries = self.space.within_shares(entries)
        while entries:
            try:
                segment, place, count = self._segments.append([held.reading for held in entries])
            except OSError as error:
                if error.errno in FULL and self._can_drop_oldest():
                    continue
                self._memory.give_back(entries)
                raise
            self._memory.written(entries[:count], segment, place)
            entries = entries[count:]

    def _can_drop_oldest(self) -> bool:
        try:
            return self.space.drop_oldest(DropCause.SPOOL_FULL)
        except OSError:
            return False

    def _note(self, now_s: float, *, is_last: bool) -> None:
        """Write the journal, and remove what it says is done with."""
        finished = [
            segment
            for segment in self._segments.segments
            if not segment.unsettled and segment is not self._segments.active
        ]
        is_due = now_s >= self._journal_at_s + JOURNAL_S
        if not (finished or is_last or self._journal.is_missing or is_due):
            return
        self._memory.books.note_refused(self._ledger.accounts())
        self._journal_at_s = now_s
        if self._memory.books.has_changes or self._journal.is_missing or is_last:
            self._write_journal(is_whole=is_last or self._journal.has_grown)
        if finished:
            self._journal.sync()
        with self._segments.lock:
            for segment in finished:
                self._segments.remove(segment)

    def _write_journal(self, *, is_whole: bool) -> None:
        totals, changed, settled = self._memory.books.take_changes()
        state = JournalState(self._segments.next_number, totals, [], self._timestamps.boots())
        try:
            if is_whole:
                self._journal.replace(state.record(totals, self._settled_ranges()))
            else:
                self._journal.write(state.record(changed, ranges_of(settled)))
        except OSError:
            self._memory.books.not_noted(changed, settled)
            raise

    def _settled_ranges(self) -> list[tuple[int, int]]:
        return [each for segment in self._segments.segments for each in segment.settled_ranges()]

    # -- against power cuts ---------------------------------------------------------------------

    def _mark(self, now_s: float) -> None:
        if not self._marks or self._marks[-1][1] != self._segments.next_number:
            self._marks.append((now_s, self._segments.next_number))

    def _sync(self, now_s: float, *, is_last: bool) -> None:
        """Sync if something was unconfirmed for as long as that may last; else there is no need."""
        while self._marks and (is_last or now_s >= self._marks[0][0] + self._settings.sync_s):
            _, number = self._marks[0]
            if self._has_unsettled(number):
                for name in self._segments.sync():
                    log.warning("the spool could not sync %s and has written it anew", name)
                self._synced = self._segments.next_number
                self._marks.clear()
                return
            self._synced = number
            self._marks.popleft()

    def _has_unsettled(self, number: int) -> bool:
        return any(
            segment.has_unsettled(self._synced, number)
            for segment in reversed(self._segments.segments)
            if segment.end > self._synced
        )

    # -- what others may have done --------------------------------------------------------------

    def _look(self, now_s: float) -> None:
        self._look_at_s = now_s + LOOK_S
        self._timestamps.observe()
        if not self._folder.is_taken():
            self._folder.take()
        names = set(self._folder.names())
        self._journal.miss(names)
        self._mend(names)
        self.space.expire(self._timestamps)

    def _mend(self, names: set[str]) -> None:
        missing: Sequence[Segment] = [
            segment for segment in self._segments.segments if str(segment.name) not in names
        ]
        for segment in missing:
            with self._segments.lock:
                if segment is self._segments.active and self._segments.can_mend():
                    continue
                self._segments.forget(segment)
                values = self._memory.lose(segment, DropCause.CORRUPT)
            log.warning("%s is gone with %d values", segment.name, values)
