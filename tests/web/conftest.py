"""A page that serves it on a free port of this machine."""

import copy
import http.client
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from page_snapshot import SNAPSHOT

from collector.testkit.clock import FakeClock
from collector.web.options import WebOptions
from collector.web.server import WebServer

TIMEOUT_S = 10.0


@pytest.fixture
def snapshot() -> dict[str, Any]:
    """One that a test may change."""
    return copy.deepcopy(SNAPSHOT)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


Serve = Callable[..., "Visitor"]


@pytest.fixture
def serve(snapshot: dict[str, Any], clock: FakeClock) -> Iterator[Serve]:
    """Return how a page is served with some options, and visited."""
    servers = []

    def served(**options: Any) -> Visitor:
        server = WebServer(
            WebOptions(**{"host": "127.0.0.1", "port": 0, **options}), lambda: snapshot, clock
        )
        servers.append(server)
        server.start()
        return Visitor(server)

    yield served
    for server in servers:
        server.stop()
        assert not server._thread.is_alive()


class Visitor:
    """Asks a page for things."""

    def __init__(self, server: WebServer) -> None:
        self.server = server
        self._connections: list[http.client.HTTPConnection] = []

    def get(self, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """Return the answer; its body is still to be read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=TIMEOUT_S)
        self._connections.append(connection)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=fields)
        return connection.getresponse()

    def text(self, path: str, **headers: str) -> str:
        """Return the body of a good answer."""
        answer = self.get(path, **headers)
        assert 200 == answer.status
        return answer.read().decode()

    def send(self, raw: bytes) -> bytes:
        """Return all that the page says to some bytes."""
        with socket.create_connection(("127.0.0.1", self.server.port), TIMEOUT_S) as connection:
            connection.sendall(raw)
            said = b""
            while piece := self._receive(connection):
                said += piece
            return said

    def hold(self) -> socket.socket:
        """Return a connection on which nothing was sent yet."""
        return socket.create_connection(("127.0.0.1", self.server.port), TIMEOUT_S)

    @staticmethod
    def _receive(connection: socket.socket) -> bytes:
        try:
            return connection.recv(65536)
        except ConnectionResetError:
            return b""
