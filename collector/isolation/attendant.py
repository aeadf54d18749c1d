"""Follows one process from its start to its end: what it writes, and how it ended."""

import os
import select
import socket
import threading
from typing import IO

from collector.clock import Clock
from collector.isolation.output import Output

MAX_BYTES = 1024 * 1024
"""Of its output that are read in a second; whoever writes more has to wait."""

_CHUNK_BYTES = 64 * 1024


class Attendant(threading.Thread):
    """Ends with the process, even if something that this has started still holds its output.

    Args:
        title: The process, for people.
        leash: See `collector.isolation.forking`; closed at the end.
        stream: The process's output; closed at the end.
        output: Logs it.
        clock: Measures the second that bytes are counted in.

    Attributes:
        pid: The process id; 0 before `has_begun`, and where none could be started.
        code: Its exit code, negative for a signal; None if nobody knows.
        problem: Why none could be started.
        has_begun: Set when that is known.
        has_ended: Set when the process is gone.
    """

    def __init__(
        self, title: str, leash: socket.socket, stream: IO[bytes], output: Output, clock: Clock
    ) -> None:
        super().__init__(name=f"attendant of {title}", daemon=True)
        self.pid = 0
        self.code: int | None = None
        self.problem = ""
        self.has_begun = threading.Event()
        self.has_ended = threading.Event()
        self._leash = leash
        self._stream = stream
        self._output = output
        self._clock = clock
        self._heard = b""
        self._second_s = clock.monotonic_s()
        self._bytes = 0
        self._is_silent = False

    def run(self) -> None:
        """Follow it."""
        os.set_blocking(self._stream.fileno(), False)
        leash = select.poll()
        leash.register(self._leash, select.POLLIN)
        both = select.poll()
        both.register(self._leash, select.POLLIN)
        both.register(self._stream, select.POLLIN)
        with self._leash, self._stream:
            while self._attend(leash, both):
                pass
            self.has_begun.set()
            self.has_ended.set()
            while self._bytes <= MAX_BYTES and self._read():
                pass
            self._output.finish()

    def _attend(self, leash: "select.poll", both: "select.poll") -> bool:
        """Wait for something and take it; false at the end of the process."""
        rest_s = self._rest_s()
        if self._is_silent or rest_s:
            return not leash.poll(None if self._is_silent else 1000 * rest_s) or self._listen()
        ready = {file for file, _ in both.poll()}
        if self._leash.fileno() in ready:
            return self._listen()
        self._is_silent = not self._read()
        return True

    def _rest_s(self) -> float:
        now_s = self._clock.monotonic_s()
        if now_s >= self._second_s + 1:
            self._second_s, self._bytes = now_s, 0
        return self._second_s + 1 - now_s if self._bytes > MAX_BYTES else 0.0

    def _read(self) -> bool:
        try:
            chunk = os.read(self._stream.fileno(), _CHUNK_BYTES)
        except BlockingIOError:
            return False
        self._bytes += len(chunk)
        self._output.take(chunk)
        return bool(chunk)

    def _listen(self) -> bool:
        try:
            heard = self._leash.recv(_CHUNK_BYTES)
        except OSError:
            heard = b""
        *lines, self._heard = (self._heard + heard).split(b"\n")
        for line in lines:
            self._understand(line.decode("ascii", "replace"))
        return bool(heard) and self.code is None and not self.problem

    def _understand(self, line: str) -> None:
        number, _, problem = line.partition(" ")
        if problem:
            self.problem = problem
        elif self.has_begun.is_set():
            self.code = int(number)
        else:
            self.pid = int(number)
            self.has_begun.set()
