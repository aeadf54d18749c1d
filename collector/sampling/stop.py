"""How a source that listens is told to come to an end."""

import threading

from collector.clock import Clock, Deadline


class Stop:
    """Tells listening sources to come to an end; see `StopSignal`. Safe to use from every thread.

    Args:
        clock: Measures timeouts.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._is_set = False

    def set(self) -> None:
        """Say that it is time."""
        with self._changed:
            self._is_set = True
            self._changed.notify_all()

    def is_set(self) -> bool:
        """See `StopSignal`."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        """See `StopSignal`."""
        deadline = None if timeout is None else Deadline.after(self._clock, timeout)
        with self._changed:
            while not self._is_set and not (deadline and deadline.has_passed()):
                self._clock.wait(self._changed, deadline.remaining_s() if deadline else None)
        return self._is_set
