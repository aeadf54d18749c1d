"""Whether a loop of ours goes on: it says when it will be back, which a watchdog holds it to."""

import math

UNKNOWN = math.inf
"""For a wait that only an event ends, and for work that others may hold up."""


class Pulse:
    """The word of one thread that it turns again in time. Starts when the thread gives it first.

    Attributes:
        name: What the thread does, for people.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._back_at_s = math.inf

    def back_by(self, at_s: float) -> None:
        """Promise to call this again by then, on the monotonic clock; `UNKNOWN` promises nothing.

        To be called by the thread before it waits, and before anything that may take long.
        """
        self._back_at_s = at_s

    def overdue_s(self, now_s: float) -> float:
        """Return for how many seconds the promise is broken; 0 while it holds. From any thread."""
        return max(0.0, now_s - self._back_at_s)
