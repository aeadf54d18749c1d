"""What is done with: told to the journal, and removed once the journal is certain to know."""

from itertools import chain

from collector.buffering.spool.disk_side import DiskSide
from collector.buffering.spool.flags import pack
from collector.buffering.spool.folder import Folder
from collector.buffering.spool.journal import Journal, JournalState
from collector.buffering.spool.recovery import Recovery
from collector.buffering.spool.segment import Segment
from collector.buffering.spool.segment_log import SegmentLog
from collector.buffering.timestamps import Timestamps
from collector.ledger import Ledger

JOURNAL_S = 1.0


class Clearing:
    """Writes the journal, and removes the segments in which nothing is unsettled. One thread.

    Args:
        folder: Where both lie.
        segments: What is removed.
        memory: Whose sums are noted.
        ledger: Has those of what was never accepted.
        timestamps: Have the offsets of boots.

    Attributes:
        journal: What is written to.
    """

    def __init__(
        self,
        folder: Folder,
        segments: SegmentLog,
        memory: DiskSide,
        ledger: Ledger,
        timestamps: Timestamps,
    ) -> None:
        self._segments = segments
        self._memory = memory
        self._ledger = ledger
        self._timestamps = timestamps
        self._noted_at_s = 0.0
        self._noted_boots: dict[str, int] = {}
        self.journal = Journal(folder)

    def adopt(self, recovery: Recovery) -> None:
        """Go on from the journals that were found."""
        contents = recovery.contents
        self.journal.adopt(contents.journals, contents.next_journal)

    def next_due_s(self) -> float | None:
        """Return the monotonic time at which something is to be noted; None where nothing is."""
        return self._noted_at_s + JOURNAL_S if self._has_changes else None

    def run(self, now_s: float, synced: int, *, is_last: bool) -> None:
        """Note what is due, and remove what is done with.

        Args:
            now_s: Monotonic seconds.
            synced: See `JournalState`.
            is_last: The run ends; everything is noted.

        Raises:
            OSError: Something could not be written or removed now.
        """
        finished = self._finished()
        is_due = now_s >= self._noted_at_s + JOURNAL_S
        if not (finished or is_last or self.journal.is_missing or is_due):
            return
        self._memory.books.note_refused(self._ledger.accounts())
        self._noted_at_s = now_s
        if self._has_changes or self.journal.is_missing or is_last:
            self._write(synced, is_whole=is_last or self.journal.has_grown)
        if finished:
            self.journal.sync()
        with self._segments.lock:
            for segment in finished:
                self._segments.remove(segment)

    def note_drops(self, synced: int) -> None:
        """Note what was dropped since the last `run` of all.

        Raises:
            OSError: It could not be written.
        """
        self._write(synced, is_whole=self.journal.has_grown)

    @property
    def _has_changes(self) -> bool:
        """Whether sums have changed, or the offset of a boot, by which readings may be sent now."""
        return self._memory.books.has_changes or self._timestamps.boots() != self._noted_boots

    def _finished(self) -> list[Segment]:
        return [
            segment
            for segment in self._segments.segments
            if not segment.unsettled and segment is not self._segments.active
        ]

    def _write(self, synced: int, *, is_whole: bool) -> None:
        before = self._settled_flags() if is_whole else []
        totals, changed, settled = self._memory.books.take_changes()
        boots = self._timestamps.boots()
        state = JournalState(self._segments.next_number, totals, [], synced, boots)
        # What the sums do not know to be settled must not be noted as settled, or it would be taken
        # for lost; so the flags are those of before, and what came between is in the changes.
        try:
            if is_whole:
                noted = ({**state.record([], []), "flags": [n, pack(f)]} for n, f in before)
                self.journal.replace(chain([state.record(totals, settled)], noted))
            else:
                self.journal.write(state.record(changed, settled))
        except OSError:
            self._memory.books.not_noted(changed, settled)
            raise
        self._noted_boots = boots

    def _settled_flags(self) -> list[tuple[int, bytes]]:
        flags = [(each.first, each.settled_flags()) for each in self._segments.segments]
        return [(first, settled) for first, settled in flags if 1 in settled]
