"""The tape of a source in its worker: what is noted goes to the collector."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from collector.clock import Clock
from collector.isolation.channel import Channel, ChannelClosedError
from collector.isolation.tapes import DIRECTIONS, event_data
from collector.plugin.tape import Direction, TapeEvent

MAX_WAITING_BYTES = 512 * 1024
"""Of what a plugin's own threads note while the collector asks nothing, and so hears nothing."""

_EVENT_BYTES = 100
_MAX_CHANNEL_LENGTH = 200


class SentTape:
    """See `Tape`. Sends at once while a request is answered, for then the collector listens.

    Args:
        source: The source's name.
        channel: To the collector.
        clock: When something passes; its monotonic scale is that of all processes.

    Attributes:
        is_wanted: Whether the collector keeps what passes now.
    """

    def __init__(self, source: str, channel: Channel, clock: Clock) -> None:
        self.is_wanted = False
        self._source = source
        self._channel = channel
        self._clock = clock
        self._lock = threading.Lock()
        self._setups = 0
        self._is_heard = False
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._waiting_bytes = 0
        self._has_lost = False

    def note(self, channel: str, direction: Direction, data: bytes) -> None:
        """See `Tape`."""
        if not (self.is_wanted or self._setups):
            return
        way: Direction = direction if direction in DIRECTIONS else "error"
        event = TapeEvent(
            self._clock.monotonic_s(), str(channel)[:_MAX_CHANNEL_LENGTH], way, bytes(data)
        )
        self._put({"event": event_data(event)}, len(event.data))

    @contextmanager
    def setting_up(self, *, resumes: bool = False) -> Iterator[None]:
        """See `Tape`."""
        self._setups += 1
        self._put({"setup": "resumed" if resumes else "begun"})
        how = "failed"
        try:
            yield
            how = "done"
        finally:
            self._setups -= 1
            self._put({"setup": how})

    @contextmanager
    def heard(self, *, is_wanted: bool) -> Iterator[None]:
        """Send what waits, and what is noted meanwhile, while the collector waits for an answer."""
        self.is_wanted = is_wanted
        with self._lock:
            self._is_heard = True
            self._send()
        try:
            yield
        finally:
            with self._lock:
                self._is_heard = False

    def _put(self, message: Mapping[str, Any], size: int = 0) -> None:
        with self._lock:
            if self._has_lost or self._waiting_bytes + size > MAX_WAITING_BYTES:
                self._has_lost = True
            else:
                self._waiting_bytes += size + _EVENT_BYTES
                self._waiting.append(message)
            if self._is_heard:
                self._send()

    def _send(self) -> None:
        with suppress(ChannelClosedError):  # the collector is gone, and this process ends as well
            while self._waiting:
                self._channel.send({"tape": self._source, **self._waiting.popleft()})
            if self._has_lost:
                self._channel.send({"tape": self._source, "lost": True})
        self._waiting_bytes, self._has_lost = 0, False
