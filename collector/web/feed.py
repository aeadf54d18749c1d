"""One snapshot for all who watch, however many they are."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from collector.clock import Clock

Snapshot = dict[str, Any]

LEAST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
BYTES_PER_S = 64 * 1024
"""What each viewer gets at most; larger snapshots come less often."""

RETRY_MS = 2000
FRESH_S = 0.5
"""A snapshot that is not older answers again, so that asking often costs no more."""


class Feed:
    """Takes snapshots and hands them to viewers. Used by one thread's event loop.

    Args:
        status: Returns the snapshot.
        clock: The time.

    Attributes:
        viewers: How many watch now.
    """

    def __init__(self, status: Callable[[], Snapshot], clock: Clock) -> None:
        self._status = status
        self._clock = clock
        self._snapshot: Snapshot = {}
        self._taken_at_s = float("-inf")
        self._event = b""
        self._number = 0
        self._changed = asyncio.Condition()
        self.viewers = 0

    def snapshot(self) -> Snapshot:
        """Return how everything is, at most `FRESH_S` ago."""
        now_s = self._clock.monotonic_s()
        if now_s - self._taken_at_s >= FRESH_S:
            self._snapshot = self._status()
            self._taken_at_s = now_s
        return self._snapshot

    async def turn(self) -> float:
        """Tell all viewers how everything is; return in how many seconds to do so again."""
        if not self.viewers:
            return LEAST_PAUSE_S
        event = b"data: " + encoded(self.snapshot()) + b"\n\n"
        async with self._changed:
            self._event = event
            self._number += 1
            self._changed.notify_all()
        return min(max(LEAST_PAUSE_S, len(event) / BYTES_PER_S), LONGEST_PAUSE_S)

    async def events(self) -> AsyncIterator[bytes]:
        """Return what one viewer is sent: the newest event each time it is ready for one."""
        self.viewers += 1
        try:
            first = encoded(self.snapshot())
            seen = self._number
            yield b"retry: %d\ndata: %b\n\n" % (RETRY_MS, first)
            while True:
                async with self._changed:
                    while seen == self._number:
                        await self._changed.wait()
                    seen, event = self._number, self._event
                yield event
        finally:
            self.viewers -= 1


def encoded(snapshot: Snapshot) -> bytes:
    """Return the snapshot as one line of JSON; half a surrogate pair in a message is a "?"."""
    text = json.dumps(snapshot, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace")
