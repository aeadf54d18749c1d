"""One thread that serves files as they become ready, and does things when their time has come."""

import heapq
import itertools
import select
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable

from collector import Clock

_LOOK_EVERY_S = 0.02
"""How often to look at the clock while something is due later: it may be one that tests move."""

_FINEST_WAIT_S = 0.001
"""Selectors wait for whole milliseconds."""

_PATIENCE_S = 10.0
_WAKES_AT_ONCE = 4096

Watchable = socket.socket | int


class Loop:
    """Runs everything of one bus in one thread, so that none of it needs a lock.

    Args:
        clock: What "when its time has come" is measured by.
        name: Of the thread.
    """

    def __init__(self, clock: Clock, name: str) -> None:
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = socket.socketpair()
        self._wake.settimeout(0)
        self._selector.register(self._wake, selectors.EVENT_READ, self._heed_calls)
        self._calls_alone = select.poll()
        self._calls_alone.register(self._wake, select.POLLIN)
        self._calls: deque[Callable[[], object]] = deque()
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._nap = threading.Event()
        self._frozen = False
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread. Once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it. May be called twice, and from any thread but its own."""
        if self._ended:
            return
        self._ended = True
        if self._thread.is_alive():
            self._waker.send(b"!")
            self._thread.join(_PATIENCE_S)
        self._selector.close()
        self._wake.close()
        self._waker.close()

    def call(self, act: Callable[[], object]) -> None:
        """Do something in the thread and wait until it is done. Any thread may call.

        Before the start and after the end it is done at once, by the caller.
        """
        if not self._thread.is_alive() or threading.current_thread() is self._thread:
            act()
            return
        done = threading.Event()
        self._calls.append(act)
        self._calls.append(done.set)
        self._waker.send(b"!")
        if not done.wait(_PATIENCE_S):
            raise TimeoutError(f"{self._thread.name} is stuck")

    def watch(self, file: Watchable, ready: Callable[[], object]) -> None:
        """Call this whenever there is something to read. Only from the thread, or before it."""
        self._selector.register(file, selectors.EVENT_READ, ready)

    def forget(self, file: Watchable) -> None:
        """Undo a `watch`; before the file is closed."""
        self._selector.unregister(file)

    def at(self, due_s: float, act: Callable[[], object]) -> None:
        """Do something at this monotonic time, after all that is due earlier or was told before."""
        heapq.heappush(self._due, (due_s, next(self._numbers), act))

    def freeze(self) -> None:
        """Serve nothing until `thaw`: what arrives waits in the kernel, what is due is overdue."""
        self.call(lambda: self._set_frozen(to=True))

    def thaw(self) -> None:
        """Go on where `freeze` stopped."""
        self.call(lambda: self._set_frozen(to=False))

    def _set_frozen(self, *, to: bool) -> None:
        self._frozen = to

    def _run(self) -> None:
        while not self._ended:
            if self._frozen:
                self._calls_alone.poll()
                self._heed_calls()
            else:
                self._serve()

    def _serve(self) -> None:
        for key, _ in self._selector.select(self._wait_s()):
            # One that was served before may have put an end to this one.
            if key.fd in self._selector.get_map():
                key.data()
        while self._is_due():
            heapq.heappop(self._due)[2]()

    def _is_due(self) -> bool:
        return (
            not (self._frozen or self._ended)
            and bool(self._due)
            and self._due[0][0] <= self._clock.monotonic_s()
        )

    def _wait_s(self) -> float | None:
        if not self._due:
            return None
        left_s = self._due[0][0] - self._clock.monotonic_s()
        if 0 < left_s < _FINEST_WAIT_S:
            self._nap.wait(left_s)
            return 0.0
        whole_ms = int(left_s * 1000)
        return min(max(0.0, whole_ms / 1000), _LOOK_EVERY_S)

    def _heed_calls(self) -> None:
        self._wake.recv(_WAKES_AT_ONCE)
        while self._calls:
            self._calls.popleft()()
