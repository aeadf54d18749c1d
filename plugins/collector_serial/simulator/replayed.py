"""An instrument that talks as it did when it was recorded, over a pty."""

import os
import pty
import select
import shutil
import tempfile
import threading
import tty
from collections import deque
from fcntl import ioctl
from pathlib import Path
from termios import TIOCPKT, TIOCPKT_FLUSHREAD

from collector import Clock, RecordedTape
from collector_serial.settings.source import SerialSettings
from collector_serial.simulator.script import Pieces, Script
from collector_serial.simulator.simulator import is_asked, on_pty

_LOOKS_EVERY_S = 0.05
_ON = (1).to_bytes(4, "little")
_READ_AT_ONCE = 4096


class ReplayedInstrument:
    """Sends what was recorded, at its time. See `collector.Simulator`.

    One that talks by itself begins when the port is opened for the first time, and is silent after
    the end of the recording. One that is asked answers what was recorded of the same request.

    Args:
        settings: Of the source.
        clock: When it is time to send.
        tape: What was recorded.
    """

    def __init__(self, settings: SerialSettings, clock: Clock, tape: RecordedTape) -> None:
        self._settings = settings
        self._clock = clock
        self._tape = tape
        self._answers = is_asked(settings.recipe())
        self._script = Script(tape.events if self._answers else ())
        self._due: deque[tuple[float, bytes]] = deque()
        self._is_opened = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="serial-replay", daemon=True)
        self._directory: Path | None = None
        self._ends = (-1, -1)

    def start(self) -> SerialSettings:
        """Plug it in and return settings that read it."""
        self._directory = Path(tempfile.mkdtemp(prefix="collector-serial-"))
        master, slave = self._ends = (
            pty.openpty()
        )  # the slave is kept: a port that is not unplugged
        tty.setraw(slave)
        ioctl(master, TIOCPKT, _ON)  # so that an opening shows, by its emptying of the input
        name = self._directory / "port"
        name.symlink_to(os.ttyname(slave))
        self._thread.start()
        return on_pty(self._settings, str(name))

    def stop(self) -> None:
        """Pull it out and remove what was made. May be called twice."""
        if self._directory is None:
            return
        self._stopped.set()
        self._thread.join()
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory = None
        for end in self._ends:
            os.close(end)

    def _run(self) -> None:
        master = self._ends[0]
        while not self._stopped.is_set():
            ready, _, _ = select.select([master], [], [], self._wait_s())
            if ready:
                self._heed(os.read(master, _READ_AT_ONCE))
            else:
                self._complain()
            self._send_due(master)

    def _wait_s(self) -> float:
        if not self._due:
            return _LOOKS_EVERY_S
        return max(0.0, min(_LOOKS_EVERY_S, self._due[0][0] - self._clock.monotonic_s()))

    def _heed(self, packet: bytes) -> None:
        state, octets = packet[0], packet[1:]
        if state & TIOCPKT_FLUSHREAD and not self._is_opened:
            self._is_opened = True
            if not self._answers:
                said = [(e.at_s, e.data) for e in self._tape.events if e.direction == "in"]
                self._schedule(said)
        if self._answers and octets:
            for pieces in self._script.hear(octets):
                self._schedule(pieces)

    def _schedule(self, pieces: Pieces) -> None:
        now_s = self._clock.monotonic_s()
        self._due.extend((now_s + after_s / self._tape.speed, octets) for after_s, octets in pieces)

    def _complain(self) -> None:
        rest = self._script.take_rest()
        if rest:
            self._tape.miss(rest.hex(" "))

    def _send_due(self, master: int) -> None:
        while self._due and self._due[0][0] <= self._clock.monotonic_s():
            os.write(master, self._due.popleft()[1])
