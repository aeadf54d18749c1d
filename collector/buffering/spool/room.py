"""The bounded memory of the spooled buffer, and what leaves it when it is full."""

from collections import defaultdict

from collector.buffering.shares import Shares
from collector.buffering.spool.lane import Held
from collector.buffering.spool.lanes import Lanes


class Room:
    """Not safe for threads: its owner has a lock.

    Attributes:
        shares: Who has how much of it.
        stored: How many readings wait on disk only.
    """

    def __init__(self, shares: Shares, lanes: Lanes) -> None:
        self._lanes = lanes
        self.shares = shares
        self.stored = 0

    def enter(self, held: Held) -> None:
        """Count a reading that is in memory now."""
        self.shares.count(held.reading.owner, 1, held.size_bytes)

    def leave(self, held: Held) -> None:
        """Count a reading that is in memory no longer."""
        self.shares.count(held.reading.owner, -1, -held.size_bytes)

    def spill(self) -> None:
        """Let go of what is on disk as well, as far as order allows."""
        sizes: defaultdict[str, list[int]] = defaultdict(list)
        for held in self._lanes.spill():
            sizes[held.reading.owner].append(held.size_bytes)
        for owner, left in sizes.items():
            self.stored += len(left)
            self.shares.count(owner, -len(left), -sum(left))

    def take_victim(self, newcomer: str) -> Held | None:
        """Take out the reading that has to go for one of this source, if any can."""
        for owner in self.shares.guiltiest(newcomer):
            oldest = self._lanes.take_oldest_unwritten(owner)
            if oldest is not None:
                return oldest
        return None
