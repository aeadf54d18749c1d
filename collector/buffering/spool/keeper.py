"""The half of the spooled buffer that waits for the disk: writes, syncs, removes, and recovers.

Whatever fails, readings stay in memory, the reason is told, and a few seconds later it is tried
again.
"""

import itertools
import logging
from contextlib import ExitStack, suppress

from collector.buffering.spool.clearing import Clearing
from collector.buffering.spool.disk_side import DiskSide
from collector.buffering.spool.folder import Folder
from collector.buffering.spool.lane import Held
from collector.buffering.spool.rate import Rate
from collector.buffering.spool.recovery import Recovery, recover
from collector.buffering.spool.settings import SpoolSettings
from collector.buffering.spool.space import FULL, Space
from collector.buffering.spool.sync_timer import SyncTimer
from collector.buffering.timestamps import Timestamps
from collector.clock import Clock
from collector.ledger import DropCause, Ledger

log = logging.getLogger(__name__)

BATCH = 500
BATCHES_PER_TURN = 20
"""So that a flood of readings leaves time for the journal."""

RETRY_S = 3.0

LOOK_S = 5.0
"""How often it is looked whether the directory is as it should be."""

FREED_AT_MOST = 2
"""So many segments' bytes are given up for one write to a full disk. Some file systems have freed
space back only later; the rest must not be thrown after it."""


class Keeper:
    """Does the disk's part of a spooled buffer. Used from one thread, but for its attributes.

    Attributes:
        degraded: Why readings wait in memory only; empty when all is well.
        recovery: What was found; None before the directory could be read.
        space: The segments, and who has to give when there is no room.
        writing: The bytes that are appended.
    """

    def __init__(
        self,
        folder: Folder,
        settings: SpoolSettings,
        memory: DiskSide,
        ledger: Ledger,
        clock: Clock,
        timestamps: Timestamps,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._memory = memory
        self._clock = clock
        self._timestamps = timestamps
        self.space = Space(folder, settings, memory)
        self._segments = self.space.segments
        self._clearing = Clearing(folder, self._segments, memory, ledger, timestamps)
        self._sync = SyncTimer(self._segments, settings.sync_s)
        self.writing = Rate()
        self.degraded = ""
        self.recovery: Recovery | None = None
        self._retry_at_s = 0.0
        self._look_at_s = 0.0

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
        put_at_s = self._memory.next_to_write_s()
        dues = [
            self._look_at_s,
            None if put_at_s is None else put_at_s + self._settings.linger_s,
            self._clearing.next_due_s(),
            self._sync.next_due_s(),
        ]
        return min(due for due in dues if due is not None)

    def close(self) -> None:
        """Write all that is left, and let go of the directory."""
        self.turn(is_last=True)
        if self._memory.drop_unwritten(DropCause.SHUTDOWN) and self.recovery is not None:
            with suppress(OSError):  # room for a few sums may be where there is none for readings
                self._clearing.note_drops(self._sync.synced)
        self._segments.close()
        self._clearing.journal.close()
        self._folder.release()

    def _work(self, now_s: float, *, is_last: bool) -> None:
        is_time_to_look = now_s >= self._look_at_s
        if is_time_to_look:
            self._look_at_s = now_s + LOOK_S
            self._timestamps.observe()
            self.writing.observe(now_s, self._segments.written_bytes)
        if self.recovery is None:
            self._open()
        if is_time_to_look:
            self._look()
        with ExitStack() as rest:  # each is tried, whatever becomes of the one before
            rest.callback(lambda: self._sync.run(now_s, is_last=is_last))
            rest.callback(lambda: self._clearing.run(now_s, self._sync.synced, is_last=is_last))
            rest.callback(lambda: self._sync.mark(now_s))
            self._write(now_s, is_last=is_last)
            if is_last:
                self._segments.seal()

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
        """Take up what is there; whatever can fail comes first, so that nothing is taken up twice.

        Raises:
            OSError: It cannot be had now.
        """
        self._folder.take()
        recovery = recover(self._folder)
        self._segments.sync_found(recovery.segments, recovery.state.synced)
        self.space.measure(sum(segment.size for segment in recovery.segments))
        self._clearing.adopt(recovery)
        self._timestamps.restore(recovery.state.boots)
        with self._segments.lock:
            self._segments.adopt(recovery.segments, recovery.state.next_number)
            self._memory.adopt(recovery)
        self._sync.synced = self._segments.next_number
        self.recovery = recovery
        self._tell(recovery)

    def _tell(self, recovery: Recovery) -> None:
        kept_aside = recovery.contents.kept_aside
        if recovery.readings or recovery.damaged_bytes or kept_aside:
            log.info(
                "the spool in %s holds %d unconfirmed readings; %d bytes were damaged, %d files "
                "are kept aside", self._folder, recovery.readings, recovery.damaged_bytes,
                kept_aside,
            )  # fmt: skip
        for (source, sensor), values in sorted(recovery.lost.items()):
            log.warning("%s/%s: %d values are lost to damage", source, sensor, values)

    def _write(self, now_s: float, *, is_last: bool) -> None:
        put_at_s = self._memory.next_to_write_s()
        if put_at_s is None:
            return
        is_due = now_s >= put_at_s + self._settings.linger_s
        if not is_due and not is_last and not self._memory.is_short:
            return
        batches = itertools.count() if is_last else range(BATCHES_PER_TURN)
        for _ in batches:
            entries = self._memory.take_unwritten(BATCH)
            if not entries:
                break
            with self._segments.lock:
                self._append(entries)

    def _append(self, entries: list[Held]) -> None:
        entries = self.space.within_shares(entries)
        spare_bytes = FREED_AT_MOST * self._segments.segment_bytes
        while entries:
            try:
                segment, place, count = self._segments.append([held.reading for held in entries])
            except OSError as error:
                freed = self._freed() if error.errno in FULL and spare_bytes > 0 else 0
                spare_bytes -= freed
                if freed:
                    continue
                self._memory.give_back(entries)
                raise
            self._memory.written(entries[:count], segment, place)
            entries = entries[count:]

    def _freed(self) -> int:
        try:
            return self.space.drop_oldest(DropCause.SPOOL_FULL)
        except OSError:
            return 0

    # -- what others may have done --------------------------------------------------------------

    def _look(self) -> None:
        if not self._folder.is_taken():
            self._folder.take()
        names = set(self._folder.names())
        self._clearing.journal.miss(names)
        self._mend(names)
        self.space.measure(self._segments.size_bytes)
        self.space.expire(self._timestamps)

    def _mend(self, names: set[str]) -> None:
        for segment in list(self._segments.segments):
            if str(segment.name) in names:
                continue
            with self._segments.lock:
                if self._segments.can_mend(segment):
                    continue
                self._segments.forget(segment)
                values = self._memory.lose_file(segment)
            log.warning("%s is gone with %d values", segment.name, values)
