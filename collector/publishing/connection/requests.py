"""Hands requests and watches of other threads to the network thread."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from collector.errors import AgentUnreachableError
from collector.wire.topics import Address, Operation, live_data_topic

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
    """The counter between threads: `submit` and `watch` on one side, the rest on the other."""

    def __init__(self, client: str) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._waiting: deque[PendingRequest] = deque()
        self._watchers: dict[str, list[Callable[[bytes], None]]] = {}

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

    def watch(self, sensor: str, on_live_data: Callable[[bytes], None]) -> Callable[[], None]:
        """Have live data of a sensor handed over, on the network thread; returns what ends it."""
        topic = live_data_topic(Address(self._client, sensor))
        with self._lock:
            self._watchers.setdefault(topic, []).append(on_live_data)

        def end() -> None:
            with self._lock:
                self._watchers[topic].remove(on_live_data)
                if not self._watchers[topic]:
                    del self._watchers[topic]

        return end

    # -- the network thread ---------------------------------------------------------------------

    def take(self) -> PendingRequest | None:
        """Return the next request to make."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def watched_topics(self) -> set[str]:
        """Return the topics of the live data that somebody watches."""
        with self._lock:
            return set(self._watchers)

    def on_message(self, topic: str, payload: bytes) -> None:
        """Hand live data to those who watch it."""
        with self._lock:
            watchers = list(self._watchers.get(topic, ()))
        for watcher in watchers:
            watcher(payload)

    def give_up(self, reason: str) -> None:
        """Fail everything that waits: the connection is gone."""
        while (request := self.take()) is not None:
            request.future.set_exception(AgentUnreachableError(reason))
