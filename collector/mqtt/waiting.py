"""Waiting for a socket, a wake-up from another thread, or the time."""

import select
import socket
import threading


class Waiter:
    """Waits on one socket and on `wake`; used from one thread, except for `wake`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bell, self._button = socket.socketpair()
        for end in (self._bell, self._button):
            end.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._poller = select.poll()
        self._poller.register(self._bell, select.POLLIN)
        self._watched = -1
        self._wanted = 0

    def wake(self) -> None:
        """Make the current or next `wait` return. From any thread; nothing after `close`."""
        with self._lock:
            if self._button.fileno() < 0:
                return
            try:
                self._button.send(b"\0")
            except BlockingIOError:
                return  # enough wake-ups wait there already

    def wait(self, descriptor: int, timeout_s: float, *, to_write: bool) -> tuple[bool, bool]:
        """Wait until the socket is ready, somebody wakes us or the time is up.

        Args:
            descriptor: The socket's; negative when there is none.
            timeout_s: How long at most.
            to_write: Whether room for writing counts as ready.

        Returns:
            Whether the socket is readable (or broken), and whether somebody woke us. After
            `close` at once.
        """
        if self._bell.fileno() < 0:
            return False, True
        self._watch(descriptor, select.POLLIN | (select.POLLOUT if to_write else 0))
        ready = dict(self._poller.poll(timeout_s * 1000))
        woken = self._bell.fileno() in ready
        if woken:
            self._silence()
        return bool(ready.get(descriptor, 0) & ~select.POLLOUT), woken

    def close(self) -> None:
        """Release the wake-up pipe; safe to call twice."""
        with self._lock:
            self._bell.close()
            self._button.close()

    def _watch(self, descriptor: int, wanted: int) -> None:
        if (descriptor, wanted) == (self._watched, self._wanted):
            return
        if self._watched >= 0 and descriptor != self._watched:
            self._poller.unregister(self._watched)
        if descriptor >= 0:
            self._poller.register(descriptor, wanted)
        self._watched, self._wanted = descriptor, wanted

    def _silence(self) -> None:
        try:
            while self._bell.recv(4096):
                pass
        except BlockingIOError:
            return
