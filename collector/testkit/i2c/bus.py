"""A bus with fake chips that any process can open by its path, as it would open ``/dev/i2c-1``."""

import contextlib
import json
import os
import socket
import socketserver
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from collector.testkit.i2c.chip import FakeChip, no_acknowledge
from collector.testkit.i2c.kernel import I2C_AND_SMBUS, FakeI2cKernel
from collector.testkit.i2c.transfer import Message, on_chips
from collector.testkit.i2c.twin import smbus2_on
from collector.testkit.serving import Serving

_ANSWERS_WITHIN_S = 10.0


class FakeI2cBus:
    """An I2C bus at the end of a Unix socket; a driver opens `path` with `open_smbus`.

    So a source reads it in a process of its own too. Chips may be added and removed at any time,
    from any thread. Usable in a ``with``, which closes it.

    Attributes:
        path: What stands for the device node.
        transfers: Every transfer so far: its messages, in order.
    """

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="collector-i2c-")
        self.path = str(Path(self._directory.name) / "bus")
        self.transfers: list[Sequence[Message]] = []
        self._chips: dict[int, FakeChip] = {}
        self._lock = threading.Lock()
        self._make = on_chips(self._at)
        self._server = _Server(self.path, self)
        self._server.begin("i2c bus")

    def add(self, address: int, chip: FakeChip) -> None:
        """Connect a chip, in place of any at this address."""
        with self._lock:
            self._chips[address] = chip

    def remove(self, address: int) -> None:
        """Take the chip at this address away; does nothing if there is none."""
        with self._lock:
            self._chips.pop(address, None)

    def transfer(self, messages: Sequence[Message]) -> Sequence[bytes]:
        """Make a transfer, between which and the next nothing comes.

        Raises:
            OSError: What the kernel would answer.
        """
        with self._lock:
            self.transfers.append(messages)
            return self._make(messages)

    def close(self) -> None:
        """End it: whoever has it open gets errors. May be called twice."""
        self._server.end()
        self._directory.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _at(self, address: int) -> list[FakeChip]:
        return [self._chips[address]] if address in self._chips else []


def open_smbus(path: str) -> Any:  # noqa: ANN401 - an SMBus, of the installed class or its twin
    """Open a bus as an ``SMBus``: a real one where the path is a node of ``/dev``, else a fake one.

    Args:
        path: A device node, or the `FakeI2cBus.path` of a bus of any process.

    Raises:
        OSError: There is no such bus, or it may not be opened.
    """
    if path.startswith("/dev/"):
        import smbus2  # noqa: PLC0415 - only whoever opens a bus needs it

        return smbus2.SMBus(path)
    return smbus2_on(_Remote(path)).SMBus(path)


class _Remote(FakeI2cKernel):
    """The kernel's place taken by a bus in another process, or in this one.

    Args:
        path: Its socket.
    """

    def __init__(self, path: str) -> None:
        super().__init__(self._ask, I2C_AND_SMBUS)
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._answers = self._socket.makefile("rb")

    def open(self, path: str, flags: int) -> int:
        """See `Kernel`."""
        del path, flags
        self._socket.settimeout(_ANSWERS_WITHIN_S)
        self._socket.connect(self._path)
        return os.dup(self._socket.fileno())

    def close(self, descriptor: int) -> None:
        """See `Kernel`."""
        os.close(descriptor)
        self._answers.close()
        self._socket.close()

    def _ask(self, messages: Sequence[Message]) -> Sequence[bytes]:
        asked = [(each.address, each.data.hex() if each.data is not None else each.count)
                 for each in messages]  # fmt: skip
        try:
            self._socket.sendall(json.dumps(asked).encode() + b"\n")
            answer = json.loads(self._answers.readline() or "0")
        except OSError as error:
            raise no_acknowledge() from error
        if isinstance(answer, int):
            raise OSError(answer, os.strerror(answer)) if answer else no_acknowledge()
        return [bytes.fromhex(each) for each in answer]


class _Server(Serving):
    address_family = socket.AF_UNIX

    def __init__(self, path: str, bus: FakeI2cBus) -> None:
        super().__init__(path, _Conversation)
        self.bus = bus


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # it has gone
            for line in self.rfile:
                self.wfile.write(json.dumps(self._answer(json.loads(line))).encode() + b"\n")

    def _answer(self, asked: list[tuple[int, str | int]]) -> list[str] | int:
        messages = [
            Message(address, bytes.fromhex(what))
            if isinstance(what, str)
            else Message(address, count=what)
            for address, what in asked
        ]
        try:
            return [answer.hex() for answer in self.server.bus.transfer(messages)]
        except OSError as error:
            return error.errno or 0
