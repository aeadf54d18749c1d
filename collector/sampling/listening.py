"""Runs one source that talks by itself."""

import threading

from collector.errors import SourceUnavailableError
from collector.ledger import RefusalReason
from collector.plugin.source import ListeningSource, Reading
from collector.sampling.bench import Bench
from collector.sampling.border import Failure
from collector.sampling.reading import whole


class Listener:
    """Keeps a listening source listening, which holds its link until it returns.

    Args:
        bench: All but the source.
        source: The source.
    """

    def __init__(self, bench: Bench, source: ListeningSource) -> None:
        self._bench = bench
        self._source = source
        self._stop = bench.stop
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
                if not bench.put(taken):
                    bench.intake.refuse(taken, RefusalReason.LATE, "they came after its end")
            bench.health.came(bench.clock.monotonic_s())
            bench.notes.ask()


def _ended() -> Failure:
    error = SourceUnavailableError("stopped listening by itself")
    return Failure(str(error), needs_a_human=False, error=error)
