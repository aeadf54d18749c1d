"""What passes between the sources of a run and their devices, for whoever comes to record it."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from collector.capture.feed import EVENT_BYTES, Feed
from collector.clock import Clock
from collector.plugin.tape import Direction, TapeEvent

MAX_SETUP_BYTES = 64 * 1024
"""What is remembered of the setting up of one device; a SunSpec map of 2000 registers fits."""

MAX_NESTED = 4
"""Settings up within each other; what a process begins and does not live to end is forgotten."""


class Tap:
    """The tape of one source of a run. While nobody records, it keeps its setting up alone.

    Args:
        source: The source's name.
        clock: When something passes.
    """

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._feeds: tuple[Feed, ...] = ()
        self._setup: Sequence[TapeEvent] = ()
        self._unfinished: Sequence[TapeEvent] = ()
        self._draft: list[TapeEvent] | None = None
        self._drafts: deque[list[TapeEvent]] = deque(maxlen=MAX_NESTED)
        self._left_bytes = 0

    def note(self, channel: str, direction: Direction, data: bytes) -> None:
        """See `Tape`."""
        if self.is_wanted:
            self.take(TapeEvent(self._clock.monotonic_s(), channel, direction, bytes(data)))

    @property
    def is_wanted(self) -> bool:
        """Whether anything would be kept that passes now."""
        return bool(self._feeds) or self._draft is not None

    def take(self, event: TapeEvent) -> None:
        """Keep what has passed, at a time on the clock's monotonic scale."""
        with self._lock:
            self._draw_up(event)
            for feed in self._feeds:
                feed.put(self._source, event)

    @contextmanager
    def setting_up(self, *, resumes: bool = False) -> Iterator[None]:
        """See `Tape`."""
        self.begin_setup(resumes=resumes)
        is_done = False
        try:
            yield
            is_done = True
        finally:
            self.end_setup(is_done=is_done)

    def begin_setup(self, *, resumes: bool = False) -> None:
        """Take what follows for a setting up; see `Tape`."""
        with self._lock:
            noted = self._unfinished if resumes else ()
            self._draft = list(noted)
            self._left_bytes = MAX_SETUP_BYTES - sum(map(_size, noted))
            self._drafts.append(self._draft)

    def end_setup(self, *, is_done: bool) -> None:
        """Take what follows for what comes after it; without effect if none was begun.

        Args:
            is_done: Whether it came to its end.
        """
        with self._lock:
            if not self._drafts:
                return
            draft, self._draft = self._drafts.pop(), None
            if draft or not is_done:
                self._setup = draft if is_done else ()
                # An opening between two parts of a map, in which nothing passes, ends neither.
                self._unfinished = () if is_done else draft or self._unfinished

    def lose(self) -> None:
        """End all recordings: something passed that nobody kept."""
        with self._lock:
            for feed in self._feeds:
                feed.overrun()

    def join(self, feed: Feed) -> Sequence[TapeEvent]:
        """Have all that passes from now on put into a feed; return the last setting up."""
        with self._lock:
            self._feeds = (*self._feeds, feed)
            known = self._setup or self._unfinished
            return tuple(known if self._draft is None else self._draft)

    def leave(self, feed: Feed) -> None:
        """Put no more into a feed. Safe to call twice."""
        with self._lock:
            self._feeds = tuple(each for each in self._feeds if each is not feed)

    def _draw_up(self, event: TapeEvent) -> None:
        size = _size(event)
        if self._draft is not None and size <= self._left_bytes:
            self._left_bytes -= size
            self._draft.append(event)


def _size(event: TapeEvent) -> int:
    return len(event.data) + EVENT_BYTES


class Taps:
    """The taps of a run's sources, made as they are asked for. From any thread.

    Args:
        clock: When something passes.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._taps: dict[str, Tap] = {}

    def tape(self, source: str) -> Tap:
        """Return the tape of a source; the same one after a reload."""
        return self._tap(source)

    @contextmanager
    def fed(
        self, feed: Feed, sources: Sequence[str]
    ) -> Iterator[Mapping[str, Sequence[TapeEvent]]]:
        """Put what passes of these sources into a feed while the ``with`` lasts.

        Gives how each was set up last, on the clock's monotonic scale.
        """
        taps = [(source, self._tap(source)) for source in sources]
        try:
            yield {source: tap.join(feed) for source, tap in taps}
        finally:
            for _, tap in taps:
                tap.leave(feed)

    def _tap(self, source: str) -> Tap:
        with self._lock:
            return self._taps.setdefault(source, Tap(source, self._clock))
