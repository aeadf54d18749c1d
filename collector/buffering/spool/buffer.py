"""The spooled buffer: readings wait in memory and on disk, and survive what kills the process.

    put ──> memory ──20 ms─> segments ──sync_s──> certain to survive a power cut
              │                  │
              │   read back <────┘      settled ──> journal ──> segment removed
              v       v
           batch(sensor, n)

To its users it is what the ring buffer is: one lane per sensor keeps the order, and what is in
flight comes back unless it is settled. But its bounds in memory are bounds of memory alone; what
does not fit there waits on disk.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import cast

from collector.buffering.batch import Batch, Entry
from collector.buffering.reading import StampedReading
from collector.buffering.shares import Shares
from collector.buffering.spool.disk_side import DiskSide
from collector.buffering.spool.folder import Folder
from collector.buffering.spool.holdings import Holdings
from collector.buffering.spool.keeper import Keeper
from collector.buffering.spool.lane import Held
from collector.buffering.spool.memory import Memory
from collector.buffering.spool.read_back import ReadBack
from collector.buffering.spool.segment import AccountKey
from collector.buffering.spool.settings import SpoolMode, SpoolSettings
from collector.buffering.timestamps import Timestamps
from collector.clock import Clock, Instant
from collector.ledger import DropCause, Ledger
from collector.pulse import UNKNOWN, Pulse
from collector.status import BufferStatus, SpoolStatus

HANGS = "the disk does not answer"

STOP_S = 2.0
"""A disk that hangs for longer does not delay the exit; what it was not given yet is lost."""


class SpooledBuffer:
    """Holds readings until their batch is settled, over restarts. Safe to use from every thread.

    Args:
        shares: The bounds of what is in memory.
        folder: Where the spool lies.
        settings: How it behaves.
        ledger: Where drops and deliveries are counted; gets the counts of earlier runs.
        clock: The time.

    Attributes:
        pulse: Whether its thread goes on. While it works for the disk, which may hang, nothing is
            promised.
    """

    def __init__(
        self,
        shares: Shares,
        folder: Folder,
        settings: SpoolSettings,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self.pulse = Pulse("spool")
        self._folder = folder
        self._settings = settings
        self._clock = clock
        self._timestamps = Timestamps(clock)
        writes_first = settings.mode is SpoolMode.ALWAYS
        self._holdings = Holdings(shares, ledger, writes_first=writes_first)
        self._memory, disk_side = Memory(self._holdings), DiskSide(self._holdings)
        self._keeper = Keeper(folder, settings, disk_side, ledger, clock, self._timestamps)
        self._segments = self._keeper.space.segments
        self._read_back = ReadBack(self._memory, self._segments, clock)
        self._on_ready: Callable[[], None] = lambda: None
        self._wake = threading.Condition()
        self._has_begun = self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    # -- life -----------------------------------------------------------------------------------

    def start(self, on_ready: Callable[[], None]) -> None:
        """Take up what an earlier run has left, and begin to write.

        Never fails: where the disk does not work, readings wait in memory and the status says why.

        Args:
            on_ready: Called, from another thread, when something was written and may be taken.
        """
        self._on_ready = on_ready
        self.turn()
        self._thread.start()

    def finish(self) -> None:
        """Nothing is put any more: hand out what there is, also what was not written yet."""
        self._memory.hand_out_all()

    def close(self) -> None:
        """Bring everything to disk. What it does not take is lost, and counted."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        elif self._has_begun:
            self._keeper.close()

    def turn(self) -> None:
        """Do what is due on the disk; where no thread was started, somebody has to call this."""
        self._has_begun = True
        self._keeper.turn()
        if self._memory.ready():
            self._on_ready()

    def next_due_s(self) -> float:
        """Return the monotonic time at which a turn is due."""
        return self._keeper.next_due_s()

    # -- readings -------------------------------------------------------------------------------

    def put(self, reading: StampedReading) -> None:
        """Append a reading to its sensor's lane, making room first where it takes some."""
        if self._memory.put(reading, self._clock.monotonic_s(), self._timestamps.stamp):
            with self._wake:
                self._wake.notify_all()

    def ready(self) -> list[str]:
        """Return the sensors that have readings waiting, in flight not counted."""
        return self._memory.ready()

    def batch(self, sensor: str, max_readings: int) -> Batch:
        """Take up to so many of a sensor's readings, oldest first, as a transaction.

        May read them back from disk. They stay in the buffer, in flight, until the batch has
        settled them.
        """
        entries, are_more_on_disk = self._memory.take(sensor, max_readings)
        if are_more_on_disk:
            entries += self._read_back.take(sensor, max_readings - len(entries))
        self._correct(entries)
        return Batch(self, entries)

    def newest(self, sensor: str, max_readings: int, after: Instant) -> Batch:
        """Take up to so many of a sensor's newest readings, in their order, as a transaction.

        Never waits for a disk: what is on disk only is not among them.

        Args:
            sensor: Whose.
            max_readings: At most so many.
            after: Only such as were taken later than this, in the same boot.
        """
        entries = self._memory.take_newest(sensor, max_readings, after)
        self._correct(entries)
        return Batch(self, entries, are_newest=True)

    def share_among(self, sources: int) -> None:
        """Have so many sources share memory and disk from now on."""
        self._holdings.room.shares.share_among(sources)
        self._keeper.space.share_among(sources)

    def status(self) -> BufferStatus:
        """Return how full it is, readings in flight included."""
        room = self._holdings.room
        in_memory = room.shares.status()
        return replace(in_memory, readings=in_memory.readings + room.stored)

    def spool_status(self) -> SpoolStatus:
        """Return how the half on disk does."""
        segments = list(self._segments.segments)
        unsettled = [segment for segment in segments if segment.unsettled]
        begun = unsettled[0].begun if unsettled else None
        recovery = self._keeper.recovery
        found_lost = sum(recovery.lost.values()) if recovery else 0
        return SpoolStatus(
            mode=self._settings.mode.value,
            directory=str(self._folder),
            degraded=self._keeper.degraded or (HANGS if self._holdings.handing_out.is_late else ""),
            readings=sum(segment.unsettled for segment in unsettled),
            bytes=sum(segment.size for segment in segments),
            max_bytes=self._keeper.space.limit_bytes,
            oldest_age_s=None if begun is None else self._timestamps.age_ms(begun) / 1000,
            found_readings=recovery.readings if recovery else 0,
            damaged_bytes=recovery.damaged_bytes if recovery else 0,
            kept_aside=recovery.contents.kept_aside if recovery else 0,
            lost_values=found_lost + self._read_back.lost_values,
            unreadable=self._read_back.unreadable,
            written_bytes_per_s=self._keeper.writing.per_s(),
        )

    def oldest_age_s(self, now: Instant) -> float:
        """Return about how old the oldest reading is, on disk too; 0 where there is none."""
        del now  # readings of earlier boots have an age as well
        ages_ms = map(self._timestamps.age_ms, self._memory.fronts())
        return max(ages_ms, default=0) / 1000

    def held(self) -> Counter[AccountKey]:
        """Return how many values it holds of each source and sensor, for an audit of the ledger."""
        return self._holdings.books.held()

    # -- for Batch ------------------------------------------------------------------------------

    def settle(self, entry: Entry, dropped: Iterable[str], cause: DropCause | None) -> None:
        """Let a reading in flight go: delivered, but for the metrics that were dropped."""
        self._memory.settle(cast("Held", entry), dropped, cause)

    def put_back(self, entries: Sequence[Entry], *, are_newest: bool) -> None:
        """Return readings of one sensor in flight to where they were taken from."""
        held = cast("Sequence[Held]", entries)
        self._memory.put_back(held, DropCause.SPOOL_FULL, are_newest=are_newest)

    def _correct(self, entries: Sequence[Held]) -> None:
        for entry in entries:
            self._timestamps.correct(entry.reading)

    def _run(self) -> None:
        while True:
            with self._wake:
                due_s = self._keeper.next_due_s()
                wait_s = due_s - self._clock.monotonic_s()
                self.pulse.back_by(due_s)
                if not self._is_stopping and wait_s > 0:
                    self._clock.wait(self._wake, wait_s)
                if self._is_stopping:
                    break
            self.pulse.back_by(UNKNOWN)
            self.turn()
        self._keeper.close()
