"""What the spooled buffer has in memory: lanes, counts, what is to be written, under one lock.

Two see it: whoever puts and takes readings (`Memory`), and the thread that writes (`DiskSide`).
Nothing under the lock waits for a disk, so that a disk that hangs holds up neither sources nor
delivery.

A reading is handed out only when it was written, so that whatever the agent has is counted here as
well, after every kill. Where the disk fails or hangs, or the mode says so, it is handed out anyway.
"""

import threading
from collections.abc import Iterable

from collector.buffering.shares import Shares
from collector.buffering.spool.books import Books
from collector.buffering.spool.handing_out import HandingOut
from collector.buffering.spool.lane import Held
from collector.buffering.spool.lanes import Lanes
from collector.buffering.spool.room import Room
from collector.buffering.spool.unwritten import Unwritten
from collector.ledger import DropCause, Ledger

SPILL_FULLNESS = 0.5
"""With so much of the memory in use, readings that are on disk are kept there only."""


class Holdings:
    """Whoever looks at more than the books holds the lock.

    Args:
        shares: Bounds what is in memory.
        ledger: Where drops and deliveries are counted.
        writes_first: Readings are handed out only when they were written.

    Attributes:
        lock: See above.
        books: What is counted of the readings.
        lanes: Those that wait.
        in_flight: Those that were taken.
        unwritten: Those that are in memory only.
        room: How much memory they take.
        handing_out: Whether they may be taken before they are written.
    """

    __slots__ = ("books", "handing_out", "in_flight", "lanes", "lock", "room", "unwritten")

    def __init__(self, shares: Shares, ledger: Ledger, *, writes_first: bool) -> None:
        self.lock = threading.Lock()
        self.books = Books(ledger, self.lock)
        self.lanes = Lanes()
        self.room = Room(shares, self.lanes)
        self.in_flight: set[Held] = set()
        self.unwritten = Unwritten()
        self.handing_out = HandingOut(writes_first=writes_first)
        self.find_freedom()

    def find_freedom(self) -> None:
        """Let readings be taken, or not, as the disk does now."""
        self.lanes.hand_out_unwritten(is_so=self.handing_out.is_free)

    def let_go(
        self, held: Held, lost: Iterable[str], cause: DropCause | None, *, was_queued: bool = True
    ) -> None:
        """Settle a reading that is in no lane: delivered, but for the metrics that were dropped.

        Args:
            held: The reading.
            lost: The metrics.
            cause: Why they were dropped; None where none was.
            was_queued: It is among `unwritten`, unless it was written.
        """
        held.is_settled = True
        self.room.leave(held)
        was_written = held.segment is not None or held.is_orphan
        if held.segment is not None:
            held.segment.settle(held.place)
            self.books.done(held.segment.first + held.place)
        elif not was_written and was_queued:
            self.unwritten.settled()
        self.books.went(held.reading, lost, cause, was_written=was_written)
