"""A line between the collector and the agent that can stall, break, slow down and be away."""

import contextlib
import queue
import socket
import struct
import threading
import time

CHUNK_BYTES = 1024
QUEUED_CHUNKS = 16
"""With the small buffers of the sockets: little is under way, so that a slow line is felt."""

BUFFER_BYTES = 4096
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with 0 s: closing sends a reset."""

LONGEST_WAIT_S = 0.2
INSTANT_BYTES_PER_S = float("inf")


class TcpProxy:
    """Passes bytes between whoever connects to ``port`` and a target; makes trouble on request.

    Args:
        target: The port on 127.0.0.1 that it connects to.

    Attributes:
        port: Where it listens.
        connections: How often somebody has connected.
        upstream_bytes: How much was passed on towards the target.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.connections = 0
        self.upstream_bytes = 0
        self.connected_at_s: list[float] = []
        self._flows = threading.Event()
        self._flows.set()
        self._ended = threading.Event()
        self._delay_s = 0.0
        self._bytes_per_s: float | None = None
        self._cut_after: int | None = None
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []
        self._listener = _listen(0)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    # -- trouble --------------------------------------------------------------------------------

    def stall(self) -> None:
        """Pass on nothing; connections stay, and new ones are taken and stall as well."""
        self._flows.clear()

    def resume(self) -> None:
        """Pass on again."""
        self._flows.set()

    def slow(self, *, delay_s: float = 0.0, bytes_per_s: float | None = None) -> None:
        """Delay each byte of either direction, and let so many pass in a second at most."""
        self._delay_s, self._bytes_per_s = delay_s, bytes_per_s

    def cut(self) -> None:
        """Reset all connections."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for sock in pair:
                _reset(sock)

    def cut_after(self, upstream_bytes: int) -> None:
        """Reset the connection once so many more bytes went towards the target; once."""
        self._cut_after = upstream_bytes

    def go_away(self) -> None:
        """Reset all connections, and refuse new ones."""
        _close(self._listener)
        self.cut()

    def come_back(self) -> None:
        """Listen again."""
        self._listener = _listen(self.port)
        self._start(self._accept, self._listener)

    def close(self) -> None:
        """End everything."""
        self._ended.set()
        self._flows.set()
        self.go_away()
        for thread in self._threads:
            thread.join(10)

    # -- its threads ----------------------------------------------------------------------------

    def _start(self, target, *arguments, **options) -> None:
        thread = threading.Thread(target=target, args=arguments, kwargs=options, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self.connected_at_s.append(time.monotonic())
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                _reset(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._pairs.append((near, far))
            self._pump(near, far, is_upstream=True)
            self._pump(far, near, is_upstream=False)

    def _pump(self, source: socket.socket, sink: socket.socket, *, is_upstream: bool) -> None:
        line: queue.Queue[tuple[float, bytes]] = queue.Queue(QUEUED_CHUNKS)
        self._start(self._take, source, line)
        self._start(self._give, sink, line, is_upstream=is_upstream)

    def _take(self, source: socket.socket, line: "queue.Queue[tuple[float, bytes]]") -> None:
        chunk = b"."
        while chunk:
            try:
                chunk = source.recv(CHUNK_BYTES)
            except OSError:
                chunk = b""
            self._put(line, (time.monotonic(), chunk))

    def _put(self, line: "queue.Queue[tuple[float, bytes]]", item: tuple[float, bytes]) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(queue.Full):
                line.put(item, timeout=LONGEST_WAIT_S)
                return

    def _give(self, sink: socket.socket, line, *, is_upstream: bool) -> None:
        free_at_s = 0.0
        while (item := self._next(line)) is not None:
            taken_at_s, chunk = item
            # From when it was free, and not from now: who wakes up late makes no line slower.
            begins_s = max(free_at_s, taken_at_s + self._delay_s)
            self._ended.wait(max(0.0, begins_s - time.monotonic()))
            free_at_s = begins_s + len(chunk) / (self._bytes_per_s or INSTANT_BYTES_PER_S)
            while not self._flows.wait(LONGEST_WAIT_S):
                pass
            if not chunk:
                break
            if not self._pass_on(sink, chunk, is_upstream=is_upstream):
                break
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _next(self, line) -> tuple[float, bytes] | None:
        while not self._ended.is_set():
            with contextlib.suppress(queue.Empty):
                return line.get(timeout=LONGEST_WAIT_S)
        return None

    def _pass_on(self, sink: socket.socket, chunk: bytes, *, is_upstream: bool) -> bool:
        limit = self._cut_after if is_upstream else None
        try:
            sink.sendall(chunk if limit is None else chunk[:limit])
        except OSError:
            return False
        if is_upstream:
            self.upstream_bytes += len(chunk)
        if limit is not None:
            self._cut_after = limit - len(chunk)
            if self._cut_after <= 0:
                self._cut_after = None
                self.cut()
                return False
        return True


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    listener.bind(("127.0.0.1", port))
    listener.listen(256)
    return listener


def _close(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def _reset(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        sock.shutdown(socket.SHUT_RD)
    sock.close()
