"""Connections: TCP and UDP."""

import contextlib
import socket

from collector import Deadline
from collector_modbus.errors import LinkError
from collector_modbus.settings.link import NetworkLink, TlsLink

_RECEIVED_AT_ONCE = 4096
_LEAST_TIMEOUT_S = 0.001
"""A timeout of 0 would mean: do not wait at all, and raise something else."""


class _SocketStream:
    """What connections and datagrams have in common."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._socket: socket.socket | None = None

    def close(self) -> None:
        """See `Stream`."""
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it is given up, whatever state it is in
                self._socket.close()
            self._socket = None

    def write(self, data: bytes, deadline: Deadline) -> None:
        """See `Stream`."""
        connection = self._connection()
        try:
            connection.settimeout(max(_LEAST_TIMEOUT_S, deadline.remaining_s()))
            connection.sendall(data)
        except OSError as error:
            raise LinkError(f"{self._key} broke: {reason_of(error)}") from error

    def _receive(self, timeout_s: float) -> bytes | None:
        """Return what has come, empty at the end of a connection; None if nothing came in time."""
        connection = self._connection()
        try:
            connection.settimeout(max(_LEAST_TIMEOUT_S, timeout_s))
            return connection.recv(_RECEIVED_AT_ONCE)
        except TimeoutError:
            return None
        except OSError as error:
            raise LinkError(f"{self._key} broke: {reason_of(error)}") from error

    def _connection(self) -> socket.socket:
        if self._socket is None:
            raise LinkError(f"{self._key} is not connected")
        return self._socket


class TcpStream(_SocketStream):
    """A TCP connection; see `Stream`."""

    is_datagram = False

    def __init__(self, link: NetworkLink | TlsLink) -> None:
        super().__init__(link.key)
        self._link = link

    def open(self) -> None:
        """See `Stream`."""
        link = self._link
        try:
            plain = socket.create_connection((link.host, link.port), link.connect_timeout)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except (OSError, ValueError) as error:  # also what can be no name of a host
            raise LinkError(f"cannot connect to {link.key}: {reason_of(error)}") from error
        self._socket = self._secured(plain)

    def read(self, timeout_s: float) -> bytes:
        """See `Stream`."""
        data = self._receive(timeout_s)
        if data == b"":
            raise LinkError(f"{self._key} closed the connection")
        return data or b""

    def _secured(self, plain: socket.socket) -> socket.socket:
        return plain


class UdpStream(_SocketStream):
    """Datagrams to and from one device; see `Stream`."""

    is_datagram = True

    def __init__(self, link: NetworkLink) -> None:
        super().__init__(link.key)
        self._link = link

    def open(self) -> None:
        """See `Stream`."""
        link = self._link
        try:
            places = socket.getaddrinfo(link.host, link.port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, address = places[0]
            self._socket = socket.socket(family, kind, protocol)
            self._socket.connect(address)
        except (OSError, ValueError) as error:  # also what can be no name of a host
            raise LinkError(f"cannot reach {link.key}: {reason_of(error)}") from error

    def read(self, timeout_s: float) -> bytes:
        """See `Stream`."""
        return self._receive(timeout_s) or b""


def reason_of(error: Exception) -> str:
    """Return why a connection failed, in words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, UnicodeError):
        return "that is no name of a host"
    return getattr(error, "strerror", None) or str(error)
