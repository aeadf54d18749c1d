"""Requests of other threads, and of the inventory, on the collector's own connection."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from collector.wire.topics import Address, Operation

MAX_WAITING = 1000


@dataclass(slots=True)
class PendingRequest:
    """A request that somebody waits for.

    Attributes:
        future: Gets the agent's reply, or an error.
    """

    operation: Operation
    address: Address
    body: bytes
    future: Future[bytes] = field(default_factory=Future)


class Requests:
    """Hands requests and watches from any thread to the network thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[PendingRequest] = deque()
        self._watchers: dict[str, list[Callable[[bytes], None]]] = {}
        self._new_watches: list[str] = []
        self.deletes_client = False
