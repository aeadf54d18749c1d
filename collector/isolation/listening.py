"""One call of ``listen()`` in a worker, as the collector follows it."""

from collections.abc import Callable, Iterator

from collector.clock import Clock, Deadline
from collector.isolation.failures import Answer
from collector.isolation.handle import LOOK_S, Worker
from collector.plugin.source import StopSignal

STOP_LIMIT_S = 5.0
"""A source that listens has to notice the stop within a second."""

SILENCE_S = 10.0
"""After so long without a word the worker is asked for a sign of life, which may take as long."""

_WHAT = "listen()"


class Listening:
    """Starts the call, and follows it to its end.

    Args:
        worker: Holds the source.
        name: The source's.
        clock: Measures silence.
        is_recorded: Tells whether anybody keeps what passes at the source.
    """

    def __init__(
        self, worker: Worker, name: str, clock: Clock, is_recorded: Callable[[], bool]
    ) -> None:
        self._worker = worker
        self._name = name
        self._clock = clock
        self._end: Deadline | None = None
        self._patience = Deadline.after(clock, SILENCE_S)
        self._is_asked = False
        self._is_recorded = is_recorded
        self._was_recorded = is_recorded()

    def messages(self, stop: StopSignal) -> Iterator[Answer]:
        """Yield each batch of what is emitted, and at last the answer or the failure.

        Raises:
            SourceUnavailableError: The worker ended, by itself or because it had to.
        """
        start = {"do": "listen", "name": self._name, "recorded": self._was_recorded}
        self._worker.send(start, _WHAT)
        while True:
            message = self._worker.receive(LOOK_S, _WHAT)
            has_returned = message is not None and "returned" in message
            if self._end is None and (has_returned or stop.is_set()):
                self._worker.tell({"stop": True}, _WHAT)
                self._end = Deadline.after(self._clock, STOP_LIMIT_S)
            self._tell_if_recorded()
            if message is None:
                self._look_at_silence()
                continue
            self._patience, self._is_asked = Deadline.after(self._clock, SILENCE_S), False
            if "emitted" in message:
                yield message
            elif not has_returned and "alive" not in message:
                yield message
                return

    def _tell_if_recorded(self) -> None:
        is_recorded = self._is_recorded()
        if self._end is None and is_recorded != self._was_recorded:  # nothing is heard after a stop
            self._worker.tell({"recorded": is_recorded}, _WHAT)
            self._was_recorded = is_recorded

    def _look_at_silence(self) -> None:
        if self._end is not None:
            if self._end.has_passed():
                raise self._worker.end(f"{_WHAT} did not end within {STOP_LIMIT_S:g} s")
        elif self._patience.has_passed():
            if self._is_asked:
                raise self._worker.end(f"{_WHAT} kept its process busy for {SILENCE_S:g} s")
            self._worker.tell({"alive": True}, _WHAT)
            self._patience, self._is_asked = Deadline.after(self._clock, SILENCE_S), True
