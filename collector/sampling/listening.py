"""Runs one source that talks by itself."""

import threading

from collector.clock import Clock, Deadline
from collector.errors import SourceUnavailableError
from collector.plugin.source import ListeningSource, Reading
from collector.sampling.bench import Bench
from collector.sampling.border import Failure
from collector.sampling.reading import whole


class Listener:
    """Keeps a listening source listening, which holds its link until it returns.

    Args:
        bench: All but the source.
        source: The source.
        stop: Told to the source; set when the link is to end.
    """

    def __init__(self, bench: Bench, source: ListeningSource, stop: "Stop") -> None:
        self._bench = bench
        self._source = source
        self._stop = stop
        self._lock = threading.Lock()

    def run(self) -> float | None:
        """Listen until it fails or ends, and return when to try again; None after a stop."""
        bench = self._bench
        if bench.device.open():
            answer = bench.border.call(
                "listen()", lambda: self._source.listen(self._emit, self._stop)
            )
            if not self._stop.is_set():
                bench.device.fail(answer if isinstance(answer, Failure) else _ended())
        with self._lock:
            bench.notes.ask()
        return None if self._stop.is_set() else bench.health.retry_at_s

    def _emit(self, reading: Reading) -> None:
        """Take a reading; from any thread of the plugin, in whose hands a mistake is raised."""
        bench = self._bench
        plain = whole(reading)
        with self._lock:
            taken = bench.intake.take(plain, bench.clock.now())
            if taken is not None:
                bench.presence.feeds(taken.sensor)
                bench.outlet.put(taken)
            bench.health.came(bench.clock.monotonic_s())
            bench.notes.ask()


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


def _ended() -> Failure:
    error = SourceUnavailableError("stopped listening by itself")
    return Failure(str(error), needs_a_human=False, error=error)
