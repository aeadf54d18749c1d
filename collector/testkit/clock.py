"""A clock that only moves when a test says so."""

import threading

from collector.clock import Instant


class FakeClock:
    """A `collector.Clock` under a test's control; safe to use from several threads.

    Threads that wait on it are woken by `advance` and `step_wall`, so code with real threads runs
    on fake time.

    Args:
        wall_ms: Where the wall clock starts.
        synchronized: Whether the wall clock counts as disciplined.
    """

    def __init__(self, wall_ms: int = 1_700_000_000_000, *, synchronized: bool = True) -> None:
        self._lock = threading.Lock()
        self._monotonic_s = 1000.0
        self._wall_offset_ms = wall_ms - 1_000_000
        self._boot_id = "boot-1"
        self._boot_offset_ms = 0
        self._waiting: set[threading.Condition] = set()
        self._seen: dict[int, float] = {}
        self.synchronized = synchronized

    def monotonic_s(self) -> float:
        """See `Clock`."""
        with self._lock:
            self._seen[threading.get_ident()] = self._monotonic_s
            return self._monotonic_s

    def now(self) -> Instant:
        """See `Clock`."""
        with self._lock:
            elapsed_ms = round(self._monotonic_s * 1000)
            return Instant(self._boot_id, elapsed_ms + self._boot_offset_ms)

    def wall_ms(self) -> int:
        """See `Clock`."""
        with self._lock:
            return round(self._monotonic_s * 1000) + self._wall_offset_ms

    def is_synchronized(self) -> bool:
        """See `Clock`."""
        return self.synchronized

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Wait until the condition is notified or a test moves the time; the caller looks again.

        Returns at once if the time has moved since this thread last looked at it.
        """
        del timeout_s  # fake time passes by `advance` alone
        with self._lock:
            self._waiting.add(condition)
            seen_s = self._seen.get(threading.get_ident(), self._monotonic_s)
            self._seen.pop(threading.get_ident(), None)
            if seen_s != self._monotonic_s:
                return
        condition.wait()

    def advance(self, seconds: float) -> None:
        """Let time pass on all clocks."""
        with self._lock:
            self._monotonic_s += seconds
        self._wake()

    def step_wall(self, seconds: float) -> None:
        """Step the wall clock alone, forwards or backwards, as NTP does."""
        with self._lock:
            self._wall_offset_ms += round(seconds * 1000)
        self._wake()

    def reboot(self, boot_id: str = "boot-2") -> None:
        """Start the boot-time clock afresh under a new boot id."""
        with self._lock:
            self._boot_id = boot_id
            self._boot_offset_ms = -round(self._monotonic_s * 1000)

    def _wake(self) -> None:
        with self._lock:
            waiting = list(self._waiting)
        for condition in waiting:
            with condition:
                condition.notify_all()
