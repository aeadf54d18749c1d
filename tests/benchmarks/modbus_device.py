"""A Modbus TCP server in a process of its own, cheap enough never to be what is waited for.

Every unit id answers the same: a read of 100 holding registers gives 50 float32, of which the
first tells when it was answered. Whatever else is asked is refused.
"""

import multiprocessing
import selectors
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, Self

HOST = "127.0.0.1"
VALUES = 50
REGISTERS = 2 * VALUES

_HEADER = struct.Struct(">HHHB")
_REQUEST = struct.Struct(">HHHBBHH")
_ANSWER = struct.Struct(">HHHBBB")
_STEADY = struct.pack(f">{VALUES - 1}f", *(230 + number / 7 for number in range(VALUES - 1)))
_TICKS_PER_MS = 16
_PERIOD_MS = 2**24 / _TICKS_PER_MS  # a float32 holds 2**24 ticks exactly


class Device:
    """Listens on as many ports as asked; use it in a ``with``.

    Attributes:
        ports: Where it listens.
        pid: Its process.
    """

    def __init__(self, ports: int) -> None:
        self._listeners = [socket.create_server((HOST, 0)) for _ in range(ports)]
        self._requests = multiprocessing.RawValue("Q", 0)
        self._process = multiprocessing.Process(
            target=_serve, args=(self._listeners, self._requests), daemon=True
        )
        self.ports = [int(listener.getsockname()[1]) for listener in self._listeners]

    @property
    def requests(self) -> int:
        """How many requests there have been."""
        return int(self._requests.value)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid or 0

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()
        for listener in self._listeners:
            listener.close()


def answered_before_ms(value: float, timestamp_ms: float) -> float:
    """Return how long before a timestamp the first value says that it was answered.

    Args:
        value: The first float32.
        timestamp_ms: Milliseconds since the epoch, within a few minutes of it.
    """
    return (timestamp_ms - value + _PERIOD_MS / 2) % _PERIOD_MS - _PERIOD_MS / 2


def _serve(listeners: Sequence[socket.socket], requests: Any) -> None:
    selector = selectors.DefaultSelector()
    for listener in listeners:
        selector.register(listener, selectors.EVENT_READ)
    rest: dict[socket.socket, bytes] = {}
    while True:
        for key, _ in selector.select():
            ready = key.fileobj
            if not isinstance(ready, socket.socket):
                continue
            if ready not in rest:
                made, _ = ready.accept()
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(made, selectors.EVENT_READ)
                rest[made] = b""
            elif data := _received(ready):
                rest[ready], count = _answer(ready, rest[ready] + data)
                requests.value += count
            else:
                selector.unregister(ready)
                ready.close()
                del rest[ready]


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(4096)
    except OSError:
        return b""


def _answer(connection: socket.socket, data: bytes) -> tuple[bytes, int]:
    """Answer the requests in there; return what is left of them, and how many they were."""
    count = 0
    while len(data) >= _HEADER.size:
        end = 6 + _HEADER.unpack_from(data)[2]
        if len(data) < end:
            break
        connection.sendall(_answer_to(data[:end]))
        data, count = data[end:], count + 1
    return data, count


def _answer_to(request: bytes) -> bytes:
    if len(request) == _REQUEST.size:
        number, _, _, unit, function, address, registers = _REQUEST.unpack(request)
        if (function, address, registers) == (3, 0, REGISTERS):
            now_ms = time.time_ns() * _TICKS_PER_MS // 1_000_000 % 2**24 / _TICKS_PER_MS
            head = _ANSWER.pack(number, 0, 3 + 2 * REGISTERS, unit, function, 2 * REGISTERS)
            return head + struct.pack(">f", now_ms) + _STEADY
    number, _, _, unit = _HEADER.unpack_from(request)
    return _ANSWER.pack(number, 0, 3, unit, request[7] | 0x80, 2)
