"""Talks with a device that has to be asked."""

import threading

from collector import Clock, Deadline
from collector_serial.dialogue.step import Pause, Receive, Send, SetBaudrate, Step, Talk
from collector_serial.port.lateness import Lateness
from collector_serial.port.port import Port
from collector_serial.reader import FrameReader

LONGEST_WAIT_S = 0.5
"""No single wait for bytes is longer, so that the end of the time is noticed."""


class NoAnswerError(Exception):
    """The device did not answer, or not in time."""


class NotAskedError(NoAnswerError):
    """Nothing was sent, as an answer to somebody else may still have come."""


class Talker:
    """Does the steps of talks over one port.

    Args:
        lateness: What is known of late answers on the line.
        hears_itself: What is sent comes back first.
    """

    def __init__(self, port: Port, lateness: Lateness, clock: Clock, *, hears_itself: bool) -> None:
        self._port = port
        self._lateness = lateness
        self._clock = clock
        self._hears_itself = hears_itself
        self._asked_s = clock.monotonic_s()
        self._echo = b""
        self._rest = b""
        self._pausing = threading.Condition()

    def run(self, talk: Talk, deadline: Deadline) -> list[bytes]:
        """Do all steps and return the frames that are to be decoded.

        Raises:
            NoAnswerError: An answer did not come in time.
            NotAskedError: One that is late may still come.
            SourceUnavailableError: The device is gone.
        """
        self._wait_for_silence(deadline)
        self._port.discard_input()
        self._echo = self._rest = b""
        try:
            step = next(talk)
            while True:
                step = talk.send(self._do(step, deadline))
        except StopIteration as end:
            return list(end.value)

    def _wait_for_silence(self, deadline: Deadline) -> None:
        """See to it that nothing late is on its way, and that time is left to ask.

        Raises:
            NotAskedError: It may be, or there is none: the next time finds the line silent.
        """
        if not self._lateness.is_awaited:
            return
        needed_s = min(self._lateness.silence_s, deadline.remaining_s() / 2)
        if not self._is_silent(deadline) or deadline.remaining_s() < needed_s:
            raise NotAskedError("no time left after the wait for a late answer")

    def quieten(self, silence_s: float, deadline: Deadline) -> None:
        """Throw away what comes until the line was silent for so long: an answer that is late.

        What the deadline leaves of that is made up for before the next talk on this line.
        """
        if not self._lateness.is_awaited:  # else the time that it has been silent already counts
            self._lateness.begin(silence_s, self._asked_s, self._clock.monotonic_s())
        self._is_silent(deadline)

    def _is_silent(self, deadline: Deadline) -> bool:
        """Throw away what comes late; false if it may still come when the time is up."""
        late, clock = self._lateness, self._clock
        if not late.is_awaited:
            return True
        while True:
            rest_s = max(0.0, late.until_s - clock.monotonic_s())
            if self._port.read(min(rest_s, deadline.remaining_s())):
                late.go_on(clock.monotonic_s())
            elif clock.monotonic_s() >= late.until_s:
                late.end()
                return True
            if deadline.has_passed():
                return False

    def _do(self, step: Step, deadline: Deadline) -> bytes:
        if isinstance(step, Receive):
            return self._receive(step, deadline)
        if isinstance(step, Send):
            self._asked_s = self._clock.monotonic_s()
            self._port.write(step.octets)
            self._echo = step.octets if self._hears_itself else b""
        elif isinstance(step, SetBaudrate):
            self._port.set_baudrate(step.baudrate)
        elif isinstance(step, Pause):
            self._pause(min(step.seconds, deadline.remaining_s()))
        return b""

    def _receive(self, step: Receive, deadline: Deadline) -> bytes:
        step.framer.restart(is_clean=True)
        reader = FrameReader(self._next_byte, step.framer)
        limit_s = min(step.timeout_s, deadline.remaining_s())
        until = Deadline.after(self._clock, limit_s)
        while not until.has_passed():
            frames = reader.frames(min(LONGEST_WAIT_S, until.remaining_s()))
            if frames:
                return frames[0]
        raise NoAnswerError(f"no answer within {limit_s:.3g} s")

    def _next_byte(self, timeout_s: float) -> bytes:
        """Return one byte, so that what follows upon a frame is kept for the next step."""
        self._rest = self._rest or self._read(timeout_s)
        octet, self._rest = self._rest[:1], self._rest[1:]
        return octet

    def _read(self, timeout_s: float) -> bytes:
        """Return what has come, without what was sent."""
        octets = self._port.read(timeout_s)
        while octets and self._echo and octets[0] == self._echo[0]:
            octets, self._echo = octets[1:], self._echo[1:]
        if octets:
            self._echo = b""
        return octets

    def _pause(self, seconds: float) -> None:
        until = Deadline.after(self._clock, seconds)
        with self._pausing:
            while not until.has_passed():
                self._clock.wait(self._pausing, until.remaining_s())
