"""Events on their way from sources to whoever records them."""

import threading
from collections import deque
from collections.abc import Sequence

from collector.clock import Clock, Deadline
from collector.plugin.tape import TapeEvent

MAX_BYTES = 512 * 1024
"""At 115200 baud a whole minute, while whoever records is held up by a slow disk."""

EVENT_BYTES = 100
"""What an event takes beside its data, about."""


class Feed:
    """Takes events from sources at once, and ends rather than keep them waiting or leave a hole.

    Args:
        clock: The time.
        max_bytes: How much may wait.
    """

    def __init__(self, clock: Clock, max_bytes: int = MAX_BYTES) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, TapeEvent]] = deque()
        self._max_bytes = max_bytes
        self._waiting_bytes = 0
        self._is_overrun = False

    def put(self, source: str, event: TapeEvent) -> None:
        """Add an event of a source. From any thread; never waits for who takes it."""
        with self._changed:
            self._waiting_bytes += len(event.data) + EVENT_BYTES
            self._is_overrun |= self._waiting_bytes > self._max_bytes
            if not self._is_overrun:
                self._waiting.append((source, event))
            self._changed.notify()

    def take(self, timeout_s: float) -> Sequence[tuple[str, TapeEvent]]:
        """Return what waits, in its order; nothing if nothing comes in time."""
        deadline = Deadline.after(self._clock, timeout_s)
        with self._changed:
            while not self._waiting and not self._is_overrun and not deadline.has_passed():
                self._clock.wait(self._changed, deadline.remaining_s())
            taken = tuple(self._waiting)
            self._waiting.clear()
            if not self._is_overrun:
                self._waiting_bytes = 0
            return taken

    def overrun(self) -> None:
        """End it, as something has passed that was not put. From any thread."""
        with self._changed:
            self._is_overrun = True
            self._changed.notify()

    @property
    def is_overrun(self) -> bool:
        """Whether more came than could wait; nothing comes after it."""
        return self._is_overrun
