"""Whether readings may be handed out that were not written."""

HANG_S = 2.0
"""A disk that has not taken a reading for so long must not hold up its delivery."""


class HandingOut:
    """Knows what the disk does. Not safe for threads.

    Args:
        writes_first: Readings are handed out only when they were written.

    Attributes:
        has_disk: The disk takes readings.
        is_late: It seems to hang.
    """

    def __init__(self, *, writes_first: bool) -> None:
        self.writes_first = writes_first
        self.has_disk = True
        self.is_late = False

    @property
    def is_free(self) -> bool:
        """Whether they may."""
        return self.is_late or not (self.writes_first and self.has_disk)

    def becomes_late(self, since_s: float | None, now_s: float) -> bool:
        """Look whether the oldest reading waits for too long to be written; tell a change.

        Args:
            since_s: Monotonic seconds at which it was put; None where there is none.
            now_s: Monotonic seconds.
        """
        if self.is_late or not self.writes_first or since_s is None:
            return False
        self.is_late = now_s - since_s > HANG_S
        return self.is_late
