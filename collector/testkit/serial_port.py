"""A serial port that is a pty: a test, or a simulator, is the instrument at its other end."""

import contextlib
import os
import pty
import select
import shutil
import tempfile
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Self

from collector.clock import Deadline, SystemClock

Answer = Callable[[bytes], bytes]
"""Takes what was sent to the instrument, as it came, and returns what it says; empty for nothing.

Bytes come as a line brings them: a request may arrive in several pieces.
"""

_READ_AT_ONCE = 4096
_LOOKS_EVERY_S = 0.05
_ENDS_WITHIN_S = 10.0


class FakeSerialPort:
    """The instrument's end of a serial line; what reads it opens `path`.

    It is plugged in from the start. It can be pulled out and plugged in again under the same name,
    as another device each time, as USB adapters are. Every method may be called from any thread.
    Usable in a ``with``, which closes it. A pty has no speed and no parity: the bytes are the same,
    and some C libraries refuse to open one with parity.

    Attributes:
        path: The name of the port, for as long as it is plugged in.
    """

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="collector-serial-"))
        self._name = self._directory / "port"
        self.path = str(self._name)
        self._clock = SystemClock()
        self._ends: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._is_closed = threading.Event()
        self._threads: list[threading.Thread] = []
        self.plug_in()

    @property
    def is_plugged_in(self) -> bool:
        """Whether it is plugged in."""
        return self._ends is not None

    def plug_in(self) -> None:
        """Plug it in; does nothing if it is."""
        with self._lock:
            if self._ends is None:
                master, slave = pty.openpty()
                tty.setraw(slave)
                os.set_blocking(master, False)
                self._ends = master, slave
                self._name.symlink_to(os.ttyname(slave))

    def unplug(self) -> None:
        """Pull it out: the name is gone, and whoever has it open reads errors. May be repeated."""
        with self._lock:
            if self._ends is not None:
                self._name.unlink(missing_ok=True)
                for end in self._ends:
                    os.close(end)
                self._ends = None

    def send(self, octets: bytes, patience_s: float = 0.0) -> None:
        """Send bytes to whoever reads the port.

        Args:
            octets: What the instrument says.
            patience_s: How long to wait for room where the reader is behind; what then finds none
                is lost, as on a real line.
        """
        deadline = Deadline.after(self._clock, patience_s)
        while octets := octets[self._written(octets) :]:
            if deadline.has_passed():
                return
            self._is_closed.wait(0.001)

    def receive(self, timeout_s: float = _ENDS_WITHIN_S) -> bytes:
        """Return what was sent to the instrument; empty if nothing was in time."""
        deadline = Deadline.after(self._clock, timeout_s)
        while not (octets := self._heard(min(_LOOKS_EVERY_S, deadline.remaining_s()))):
            if deadline.has_passed() or self._is_closed.is_set():
                break
        return octets

    def answer(self, answers: Answer) -> None:
        """Answer whatever comes, in a thread, until the port is closed."""

        def run() -> None:
            while not self._is_closed.is_set():
                heard = self.receive(_LOOKS_EVERY_S)
                if heard:
                    self.send(answers(heard), _ENDS_WITHIN_S)

        self._start(run, "serial answers")

    def talk(self, every_s: float, says: Callable[[], bytes]) -> None:
        """Say something every so often, in a thread, until the port is closed; at once first."""

        def run() -> None:
            while not self._is_closed.is_set():
                self.send(says())
                self._is_closed.wait(every_s)

        self._start(run, "serial talks")

    def close(self) -> None:
        """Pull it out for good and end its threads. May be called twice."""
        self._is_closed.set()
        for thread in self._threads:
            thread.join(_ENDS_WITHIN_S)
        self.unplug()
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, run: Callable[[], None], what: str) -> None:
        thread = threading.Thread(target=run, name=f"fake {what}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _written(self, octets: bytes) -> int:
        """Write what there is room for; where it is pulled out, all of it is lost."""
        with self._lock, contextlib.suppress(BlockingIOError):
            return len(octets) if self._ends is None else os.write(self._ends[0], octets)
        return 0

    def _heard(self, timeout_s: float) -> bytes:
        """Wait without the lock: what is pulled out meanwhile shows below, where it is held."""
        ends = self._ends
        try:
            ready, _, _ = select.select([ends[0]] if ends else [], [], [], timeout_s)
        except OSError:  # pulled out just now
            ready = []
        if not ready:
            return b""
        with self._lock, contextlib.suppress(BlockingIOError):
            return b"" if self._ends is None else os.read(self._ends[0], _READ_AT_ONCE)
        return b""
