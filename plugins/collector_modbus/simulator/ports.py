"""Where bytes come in and go out: a pty, a TCP port (with or without TLS), a UDP port.

All of it runs in the thread of a `Loop`, and no call blocks.
"""

import os
import socket
import ssl
import tty
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol

from collector_modbus.simulator.loop import Loop

_HOST = "127.0.0.1"
_READ_AT_ONCE = 4096
_UNREAD_BYTES = 65536
"""How much a TCP client may leave unread, about, before it is cut off."""

_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Write = Callable[[bytes], None]
"""Sends bytes to whoever is at the other end; to one who has left, they are lost."""

Receive = Callable[[bytes], None]
"""Takes the bytes that came from there."""

Converse = Callable[[Write], Receive]
"""Called for every new other end."""


class Port(Protocol):
    """One way for bytes to come in and go out."""

    @property
    def address(self) -> tuple[str, int]:
        """The host and port of a network port; the path and 0 of a pty."""
        ...

    def open(self, loop: Loop, converse: Converse) -> None:
        """Take in bytes from now on."""
        ...

    def close(self) -> None:
        """End it, and all conversations. May be called twice."""
        ...


class PtyPort:
    """The master side of a pty; its slave is the port that a client opens."""

    def __init__(self) -> None:
        # The slave stays open here: else the master fails whenever no client has it open.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.address = (os.ttyname(self._slave), 0)
        self._loop: Loop | None = None
        self._is_open = True

    def open(self, loop: Loop, converse: Converse) -> None:
        """See `Port`."""
        self._loop = loop
        receive = converse(self._write)
        loop.watch(self._master, lambda: self._read(receive))

    def close(self) -> None:
        """See `Port`. To the client it is as if the adapter was pulled out."""
        if not self._is_open:
            return
        self._is_open = False
        if self._loop is not None:
            self._loop.forget(self._master)
        os.close(self._master)
        os.close(self._slave)

    def _read(self, receive: Receive) -> None:
        with suppress(BlockingIOError):
            receive(os.read(self._master, _READ_AT_ONCE))

    def _write(self, data: bytes) -> None:
        if self._is_open:
            with suppress(BlockingIOError):  # nobody reads: lost, as on a line
                os.write(self._master, data)


class UdpPort:
    """A UDP port of the loopback; every datagram is a conversation of its own."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((_HOST, 0))
        self._socket.settimeout(0)
        self.address: tuple[str, int] = self._socket.getsockname()
        self._loop: Loop | None = None

    def open(self, loop: Loop, converse: Converse) -> None:
        """See `Port`."""
        self._loop = loop
        loop.watch(self._socket, lambda: self._read(converse))

    def close(self) -> None:
        """See `Port`."""
        if self._loop is not None:
            self._loop.forget(self._socket)
            self._loop = None
        self._socket.close()

    def _read(self, converse: Converse) -> None:
        with suppress(OSError):  # also what a client that is gone has left behind
            data, client = self._socket.recvfrom(_READ_AT_ONCE)
            converse(partial(self._write, client))(data)

    def _write(self, client: tuple[str, int], data: bytes) -> None:
        with suppress(OSError):
            self._socket.sendto(data, client)


class TcpPort:
    """A TCP port of the loopback.

    Args:
        tls: What to encrypt with, as a server.

    Attributes:
        max_connections: How many there may be at once; more are closed as soon as they are made.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = _bound_socket(0)
        self._listener.listen()
        self._is_listening = True
        self.address: tuple[str, int] = self._listener.getsockname()
        self.max_connections: int | None = None
        self._connections: list[_Connection] = []
        self._loop: Loop | None = None
        self._converse: Converse | None = None

    def open(self, loop: Loop, converse: Converse) -> None:
        """See `Port`."""
        self._loop, self._converse = loop, converse
        loop.watch(self._listener, self._accept)

    def close(self) -> None:
        """See `Port`."""
        self.close_connections()
        if self._loop is not None and self._is_listening:
            self._loop.forget(self._listener)
        self._loop = None
        self._listener.close()

    def close_connections(self) -> None:
        """Close all that there are."""
        for connection in list(self._connections):
            connection.close()

    def stop_accepting(self) -> None:
        """Refuse connections, as a machine on which nothing listens."""
        if self._loop is None or not self._is_listening:
            return
        self._loop.forget(self._listener)
        self._listener.close()
        self._listener = _bound_socket(self.address[1])  # so that nobody else takes the port
        self._is_listening = False

    def accept_again(self) -> None:
        """Undo `stop_accepting`."""
        if self._loop is None or self._is_listening:
            return
        self._listener.listen()
        self._loop.watch(self._listener, self._accept)
        self._is_listening = True

    def _accept(self) -> None:
        with suppress(OSError):  # gone again before it was accepted, or not listening
            made, _ = self._listener.accept()
            self._take(made)

    def _take(self, made: socket.socket) -> None:
        is_full = self.max_connections is not None
        if is_full and len(self._connections) >= (self.max_connections or 0):
            made.close()
            return
        if self._loop is None or self._converse is None:
            raise RuntimeError("the port is not open")
        made.settimeout(0)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES)
        if self._tls is not None:
            made = self._tls.wrap_socket(made, server_side=True, do_handshake_on_connect=False)
        _Connection(made, self._loop, self._connections, self._converse)


class _Connection:
    """One client of a TCP port."""

    def __init__(
        self, client: socket.socket, loop: Loop, among: list["_Connection"], converse: Converse
    ) -> None:
        self._client = client
        self._loop = loop
        self._among = among
        among.append(self)
        self._receive = converse(self._write)
        loop.watch(client, self._read)

    def close(self) -> None:
        if self not in self._among:
            return
        self._among.remove(self)
        self._loop.forget(self._client)
        self._client.close()

    def _read(self) -> None:
        try:
            data = self._client.recv(_READ_AT_ONCE)  # the first times, this is TLS's handshake
            # TLS may hold more than the kernel tells.
            more = self._client.pending() if isinstance(self._client, ssl.SSLSocket) else 0
            data += self._client.recv(more) if more else b""
        except _NOT_NOW:
            return
        except OSError:  # reset by the client, or no TLS
            data = b""
        if data:
            self._receive(data)
        else:
            self.close()

    def _write(self, data: bytes) -> None:
        try:
            if self in self._among:
                self._client.sendall(data)
        except OSError:  # gone, or does not read
            self.close()


def _bound_socket(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((_HOST, port))
    made.settimeout(0)
    return made
