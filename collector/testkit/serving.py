"""Servers of fakes: a thread that accepts, one for each connection, and an end of them all."""

import contextlib
import socket
import socketserver
import threading
from typing import Any

_LOOKS_EVERY_S = 0.05
_ENDS_WITHIN_S = 10.0


class Serving(socketserver.ThreadingTCPServer):
    """A server that can be ended whole.

    Args:
        address: Host and port; the path of a socket where ``address_family`` is that of Unix.
        handler: What talks to one client.
    """

    def __init__(self, address: Any, handler: type[socketserver.BaseRequestHandler]) -> None:  # noqa: ANN401 - as there
        super().__init__(address, handler)

    daemon_threads = True

    def begin(self, what: str) -> None:
        """Accept connections from now on, in a thread named after what is served."""
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_LOOKS_EVERY_S,), name=f"fake {what}", daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Accept none any more, and hang up all there are. May be called twice."""
        if not self._thread.is_alive():
            return
        self.shutdown()
        self._thread.join(_ENDS_WITHIN_S)
        for each in list(self._open):
            with contextlib.suppress(OSError):  # it has gone
                each.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as there
        """See `socketserver.BaseServer`."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as there
        """See `socketserver.BaseServer`."""
        self._open.discard(request)
        super().shutdown_request(request)
