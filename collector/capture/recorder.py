"""Writes what passes as a recording, up to a size."""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from collector.capture.lines import Header, event_line, header_line
from collector.capture.secrets import Mask
from collector.clock import Clock
from collector.plugin.tape import Direction, TapeEvent


@dataclass(slots=True)
class Tally:
    """What was kept of one source.

    Attributes:
        events: How many.
        data_bytes: Their bytes, as they passed.
    """

    events: int = 0
    data_bytes: int = 0


class Recorder:
    """Writes events of several sources as they come. Safe from every thread.

    Each line is handed to ``write`` whole and at once, so what was recorded up to a crash is there.
    The first line that would exceed the size ends the recording, and so does a failing ``write``.

    Args:
        write: Takes each line; an OSError ends the recording.
        header: What is recorded.
        mask: Takes secrets out of what passes.
        clock: Measures from now on.
        max_bytes: How much may be written.
        on_full: Called once, when no more is kept, with the reason in words. From any thread.
    """

    def __init__(
        self,
        write: Callable[[bytes], object],
        header: Header,
        mask: Mask,
        clock: Clock,
        *,
        max_bytes: int,
        on_full: Callable[[str], None],
    ) -> None:
        self._write = write
        self._mask = mask
        self._clock = clock
        self._left_bytes = max_bytes
        self._max_bytes = max_bytes
        self._on_full = on_full
        self._lock = threading.Lock()
        self._is_over = False
        self._tallies = {name: Tally() for name in header.sources}
        self._kinds = {name: str(table["plugin"]) for name, table in header.sources.items()}
        self._began_s = clock.monotonic_s()
        with self._lock:
            self._put(header_line(header))

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """What was kept, by the sources' names."""
        return self._tallies

    def tape(self, source: str) -> "SourceTape":
        """Return the tape of one of the header's sources."""
        return SourceTape(self, source)

    def note(self, source: str, channel: str, direction: Direction, data: bytes) -> None:
        """Keep an event of one of the header's sources."""
        with self._lock:
            if self._is_over:
                return
            at_s = self._clock.monotonic_s() - self._began_s
            self._keep(source, self._mask.of_event(TapeEvent(at_s, channel, direction, data)))

    def keep(self, source: str, event: TapeEvent) -> None:
        """Keep an event of one of the header's sources as it is: timed, and without secrets."""
        with self._lock:
            if not self._is_over:
                self._keep(source, event)

    def take(self, source: str, event: TapeEvent) -> None:
        """Keep an event of one of the header's sources, timed by the clock's monotonic scale."""
        with self._lock:
            if not self._is_over:
                at_s = max(0.0, event.at_s - self._began_s)
                self._keep(source, self._mask.of_event(replace(event, at_s=at_s)))

    def lose(self) -> None:
        """End: something passed that nobody kept, and a hole would play other answers."""
        with self._lock:
            if not self._is_over:
                self._stop("more passed than could be taken in time")

    def end(self) -> None:
        """Keep nothing any more. Safe to call twice."""
        with self._lock:
            self._is_over = True

    def _keep(self, source: str, event: TapeEvent) -> None:
        if self._put(event_line(self._kinds[source], source, event)):
            tally = self._tallies[source]
            tally.events += 1
            tally.data_bytes += len(event.data)

    def _put(self, line: bytes) -> bool:
        if len(line) > self._left_bytes:
            self._stop(f"it has reached {self._max_bytes} bytes")
            return False
        try:
            self._write(line)
        except OSError as error:
            self._stop(f"it cannot be written: {error.strerror or error}")
            return False
        self._left_bytes -= len(line)
        return True

    def _stop(self, why: str) -> None:
        self._is_over = True
        self._on_full(why)


@dataclass(frozen=True, slots=True)
class SourceTape:
    """The tape of one source, all of which is kept from the beginning.

    Attributes:
        recorder: Keeps it.
        source: The source's name.
    """

    recorder: Recorder
    source: str

    @property
    def is_wanted(self) -> bool:
        """Whether anything would be kept that passes now."""
        return True

    def note(self, channel: str, direction: Direction, data: bytes) -> None:
        """See `Tape`."""
        self.recorder.note(self.source, channel, direction, data)

    def setting_up(self, *, resumes: bool = False) -> AbstractContextManager[None]:
        """See `Tape`."""
        del resumes
        return nullcontext()

    def take(self, event: TapeEvent) -> None:
        """Keep what has passed, at a time on the clock's monotonic scale."""
        self.recorder.take(self.source, event)

    def begin_setup(self, *, resumes: bool = False) -> None:
        """Do nothing: all is kept."""

    def end_setup(self, *, is_done: bool) -> None:
        """Do nothing: all is kept."""

    def lose(self) -> None:
        """See `Recorder`."""
        self.recorder.lose()
