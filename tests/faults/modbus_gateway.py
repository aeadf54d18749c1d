"""A Modbus TCP gateway for the collector's process: takes one connection after the other."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Sequence

from modbus_units import Request

HEADER_BYTES = 6

Behaviour = Callable[[Request], Sequence[bytes]]


class Gateway:
    """Answers the requests of one connection at a time, in their order.

    Args:
        behave: Makes of a request the frames that are sent for it.
        port: Where it listens; any by default.

    Attributes:
        behave: The same; may be changed at any time.
        connections: How many there were.
        most_at_once: How many were open at the same time.
    """

    def __init__(self, behave: Behaviour, port: int = 0) -> None:
        self.behave = behave
        self.connections = self.most_at_once = 0
        self._listener = socket.create_server(("127.0.0.1", port), reuse_port=True)
        self._listener.settimeout(0.1)
        self._open: list[socket.socket] = []
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Close the connections that are open."""
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close everything, and listen no more."""
        self._is_closed.set()
        self.cut()
        self._thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while not self._is_closed.is_set():
            try:
                made, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            self._open.append(made)
            self.most_at_once = max(self.most_at_once, sum(map(_is_held, list(self._open))))
            threading.Thread(target=self._serve, args=(made,), daemon=True).start()

    def _serve(self, made: socket.socket) -> None:
        with contextlib.suppress(OSError), made, made.makefile("rb") as incoming:
            while len(header := incoming.read(HEADER_BYTES)) == HEADER_BYTES:
                body = incoming.read(int.from_bytes(header[4:6], "big"))
                for frame in self.behave(Request(header + body, is_mbap=True)):
                    made.sendall(frame)
        self._open.remove(made)


def _is_held(connection: socket.socket) -> bool:
    """Tell whether the other side has not closed it, whatever our own thread knows of it yet."""
    poll = select.poll()
    with contextlib.suppress(OSError, ValueError):  # our thread has closed it just now
        poll.register(connection, select.POLLRDHUP)
        return not poll.poll(0)
    return False


def well(request: Request) -> list[bytes]:
    """Answer rightly."""
    return [request.right_answer()]
