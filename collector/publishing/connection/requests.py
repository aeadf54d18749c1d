"""Hands requests of other threads to the network thread."""

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field

from collector.errors import AgentUnreachableError
from collector.wire.topics import Address, Operation

MAX_WAITING = 1000


@dataclass(slots=True, eq=False)
class PendingRequest:
    """A request that somebody waits for.

    Attributes:
        future: Gets the agent's reply, or a `CollectorError`.
    """

    operation: Operation
    address: Address
    body: bytes
    future: Future[bytes] = field(default_factory=Future)


class Requests:
    """The counter between threads: `submit` on one side, the rest on the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[PendingRequest] = deque()

    # -- any thread -----------------------------------------------------------------------------

    def submit(self, operation: Operation, address: Address, body: bytes) -> Future[bytes]:
        """Queue a request."""
        request = PendingRequest(operation, address, body)
        with self._lock:
            if len(self._waiting) < MAX_WAITING:
                self._waiting.append(request)
                return request.future
        request.future.set_exception(AgentUnreachableError("too many requests are waiting"))
        return request.future

    # -- the network thread ---------------------------------------------------------------------

    def take(self) -> PendingRequest | None:
        """Return the next request to make."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def give_up(self, reason: str) -> None:
        """Fail everything that waits: the connection is gone."""
        while (request := self.take()) is not None:
            request.future.set_exception(AgentUnreachableError(reason))
