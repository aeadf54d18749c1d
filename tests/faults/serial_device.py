"""A serial device for the collector's process: a pty under a name that stays."""

import os
import pty
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from modbus_units import Request

FIRST_VALUE = 10_000_001
EVERY_S = 0.02


class SerialDevice:
    """Plugged in from the start on.

    Args:
        path: The name under which the collector finds it.
        first_value: What it says first; it counts on from there.

    Attributes:
        sent: The values that it has sent as whole lines.
    """

    def __init__(self, path: Path, first_value: int = FIRST_VALUE) -> None:
        self.path = path
        self.sent: list[float] = []
        self._next = first_value
        self._lock = threading.Lock()
        self._silent = threading.Event()
        self._talker: threading.Thread | None = None
        self._master = self._slave = -1
        self.plug()

    def plug(self) -> None:
        """Appear, as a port with another number, under the same name."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        """Vanish."""
        self.path.unlink()
        with self._lock:
            os.close(self._slave)
            os.close(self._master)
            self._master = -1

    def send(self, octets: bytes) -> None:
        """Send what the line takes within a second."""
        end_s = time.monotonic() + 1
        while octets and time.monotonic() < end_s:
            with self._lock:
                try:
                    octets = octets[os.write(self._master, octets) :]
                except (BlockingIOError, OSError):
                    time.sleep(0.005)

    def received(self) -> bytes:
        """Return what has come, perhaps nothing."""
        with self._lock:
            try:
                return os.read(self._master, 4096)
            except (BlockingIOError, OSError):
                return b""

    def say_next(self) -> float:
        """Send the next value in a line; return it."""
        value, self._next = float(self._next), self._next + 1
        self.sent.append(value)
        self.send(b"%d\n" % value)
        return value

    def talk(self, say: Callable[[], object] | None = None) -> None:
        """Say something again and again, by default the next value, until it is hushed."""
        self._silent.clear()
        self._talker = threading.Thread(
            target=self._talk, args=(say or self.say_next,), daemon=True
        )
        self._talker.start()

    def hush(self) -> None:
        """Stop talking."""
        self._silent.set()
        if self._talker is not None:
            self._talker.join(10)

    def answer(self, answers: Callable[[Request], list[tuple[float, bytes]]]) -> None:
        """Be the Modbus units on an RTU line: answer requests one after the other."""
        pending = bytearray()

        def serve() -> None:
            pending.extend(self.received())
            while len(pending) >= 8:
                request = Request(bytes(pending[:8]), is_mbap=False)
                del pending[:8]
                began_s = time.monotonic()
                for at_s, octets in answers(request):
                    self._silent.wait(max(0.0, began_s + at_s - time.monotonic()))
                    self.send(octets)

        self.talk(serve)

    def close(self) -> None:
        """Hush and vanish."""
        self.hush()
        if self._master >= 0:
            self.unplug()

    def _talk(self, say: Callable[[], object]) -> None:
        while not self._silent.wait(EVERY_S):
            try:
                say()
            except (OSError, termios.error):
                continue
