"""What a recorded instrument answers: to the same bytes the same, in the order of the recording."""

from collections import defaultdict
from collections.abc import Sequence

from collector import TapeEvent

Pieces = list[tuple[float, bytes]]
"""Seconds after the request, and bytes."""


class Script:
    """The answers of a recording; after the last one to a request, that again and again."""

    def __init__(self, events: Sequence[TapeEvent]) -> None:
        self._answers: defaultdict[bytes, list[Pieces]] = defaultdict(list)
        self._heard = b""
        pieces: Pieces = []
        asked_at_s = 0.0
        for event in events:
            if event.direction == "out":
                pieces, asked_at_s = [], event.at_s
                self._answers[event.data].append(pieces)
            elif event.direction == "in":
                pieces.append((event.at_s - asked_at_s, event.data))

    def hear(self, octets: bytes) -> list[Pieces]:
        """Take bytes that were sent to the instrument, and return what it answers."""
        self._heard += octets
        found = []
        while (request := self._next_request()) is not None:
            self._heard = self._heard[self._heard.index(request) + len(request) :]
            answers = self._answers[request]
            found.append(answers.pop(0) if len(answers) > 1 else answers[0])
        return found

    def take_rest(self) -> bytes:
        """Return what was heard and is no recorded request, and forget it."""
        rest, self._heard = self._heard, b""
        return rest

    def _next_request(self) -> bytes | None:
        """Return the request that was heard first; of several that begin alike, the longest."""
        heard = [request for request in self._answers if request and request in self._heard]
        return min(
            heard, key=lambda request: (self._heard.index(request), -len(request)), default=None
        )
