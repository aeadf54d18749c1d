"""What was asked on a simulated bus."""

import threading
from collections import deque

from collector_modbus.simulator.misdeeds import Request

_REMEMBERED = 100_000


class RequestLog:
    """The requests in their order. Any thread may use it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: deque[Request] = deque(maxlen=_REMEMBERED)
        self._count = 0

    @property
    def count(self) -> int:
        """How many there have been."""
        with self._changed:
            return self._count

    @property
    def requests(self) -> list[Request]:
        """The last 100000."""
        with self._changed:
            return list(self._requests)

    def add(self, request: Request) -> None:
        """Note one."""
        with self._changed:
            self._requests.append(request)
            self._count += 1
            self._changed.notify_all()

    def wait_for(self, count: int, timeout_s: float) -> bool:
        """Wait until there have been so many in all; false if they did not come in (real) time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count >= count, timeout_s)
