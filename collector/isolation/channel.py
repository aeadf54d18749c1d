"""Messages between the collector and a worker: four bytes of length, then one object of JSON."""

import json
import select
import socket
import struct
import threading
from collections.abc import Mapping
from typing import Any

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""More than any read gives, and little enough to be held twice."""

_LENGTH = struct.Struct(">I")
_CHUNK_BYTES = 64 * 1024

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_decode = json.JSONDecoder().decode


class ChannelClosedError(Exception):
    """The other side is gone."""


class BadMessageError(Exception):
    """The other side sent what is no message."""


class Channel:
    """One end of a connected socket. Any thread may send; one at a time may receive.

    Args:
        connection: Closed by `close`.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()
        self._sending = threading.Lock()

    def send(self, message: Mapping[str, Any], timeout_s: float | None = None) -> None:
        """Send a message of plain data.

        Raises:
            ChannelClosedError: The other side is gone, or did not take it in time.
            BadMessageError: It is too large.
        """
        self.send_text(_encode(message), timeout_s)

    def send_text(self, text: str, timeout_s: float | None = None) -> None:
        """Send a message that is JSON already, in ASCII; see `send`."""
        if len(text) > MAX_MESSAGE_BYTES:
            raise BadMessageError(f"a message of {len(text)} bytes: at most {MAX_MESSAGE_BYTES}")
        try:
            with self._sending:
                self._connection.settimeout(timeout_s)
                self._connection.sendall(_LENGTH.pack(len(text)) + text.encode("ascii"))
        except OSError as error:
            raise ChannelClosedError(str(error)) from error

    def receive(self, timeout_s: float | None = None) -> dict[str, Any] | None:
        """Return the next message.

        Args:
            timeout_s: How long to wait for more of it; None to wait until it is whole.

        Returns:
            None if it is not whole after one wait, even if a part of it came: so whoever has a
            deadline looks at it, however slowly the other side sends.

        Raises:
            ChannelClosedError: The other side is gone.
            BadMessageError: It sent something else; the channel is of no use any more.
        """
        while (message := self._taken()) is None:
            try:
                self._connection.settimeout(timeout_s)
                chunk = self._connection.recv(_CHUNK_BYTES)
            except TimeoutError:
                return None
            except OSError as error:
                raise ChannelClosedError(str(error)) from error
            if not chunk:
                raise ChannelClosedError("the other side has closed it")
            self._received += chunk
            if timeout_s is not None:
                return self._taken()
        return message

    def is_cut(self) -> bool:
        """Tell whether the other side is gone, whatever of it is still to be received."""
        poll = select.poll()
        poll.register(self._connection, 0)  # a hang-up is told without being asked for
        return bool(poll.poll(0))

    def send_no_more(self) -> None:
        """Let the other side see the end of what it receives. From any thread."""
        try:
            self._connection.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise ChannelClosedError(str(error)) from error

    def close(self) -> None:
        """Close the socket."""
        self._connection.close()

    def _taken(self) -> dict[str, Any] | None:
        received = self._received
        if len(received) < _LENGTH.size:
            return None
        [length] = _LENGTH.unpack_from(received)
        if length > MAX_MESSAGE_BYTES:
            raise BadMessageError(f"a message of {length} bytes: at most {MAX_MESSAGE_BYTES}")
        end = _LENGTH.size + length
        if len(received) < end:
            return None
        text = bytes(received[_LENGTH.size : end])
        del received[:end]
        return _parsed(text)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        message = _decode(text.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise BadMessageError(f"no JSON: {type(error).__name__}") from error
    if not isinstance(message, dict):
        raise BadMessageError("no object of JSON")
    return message
