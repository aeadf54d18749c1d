"""Whether a loop of ours goes on: it says when it will be back, which a watchdog holds it to."""

from collector.clock import Clock


class Pulse:
    """The word of one thread that it turns again in time. Starts when the thread gives it first.

    Attributes:
        name: What the thread does, for people.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self._clock = clock
        self._back_at_s: float | None = None

    def back_within(self, seconds: float | None) -> None:
        """Promise to call this again within so many seconds; None: not before something happens.

        To be called by the thread before it waits and before anything that may take long.
        """
        self._back_at_s = None if seconds is None else self._clock.monotonic_s() + seconds

    def overdue_s(self) -> float:
        """Return for how many seconds the promise is broken; 0 while it holds. From any thread."""
        back_at_s = self._back_at_s
        return 0.0 if back_at_s is None else max(0.0, self._clock.monotonic_s() - back_at_s)
