"""One process of a worker, from its start to its end."""

import os
import signal
import socket
from collections.abc import Collection
from contextlib import ExitStack, suppress

from collector.clock import Clock
from collector.isolation.attendant import Attendant
from collector.isolation.channel import Channel
from collector.isolation.confinement import Usage, usage_of
from collector.isolation.forkserver import ForkServer
from collector.isolation.output import Output

_REAP_S = 1.0


class Process:
    """A process, the socket to it, and the leash that it is held by.

    Args:
        title: The worker, for people.
        sources: The names of its sources; grows.
        clock: The time.
        server: Forks it; nobody waits for that.

    Raises:
        OSError: There is none to fork it.
    """

    def __init__(
        self, title: str, sources: Collection[str], clock: Clock, server: ForkServer
    ) -> None:
        with ExitStack() as theirs, ExitStack() as if_it_fails:
            ours, channel = socket.socketpair()
            if_it_fails.enter_context(ours)
            theirs.enter_context(channel)
            self._leash, held = socket.socketpair()
            if_it_fails.enter_context(self._leash)
            theirs.enter_context(held)
            reader, writer = os.pipe()
            stream = if_it_fails.enter_context(os.fdopen(reader, "rb", 0))
            theirs.callback(os.close, writer)
            server.fork(title, [channel.fileno(), writer, held.fileno()])
            if_it_fails.pop_all()
        self._server = server
        self.channel = Channel(ours)
        self.usage_at_start: Usage | None = None
        output = Output(title, sources, clock)
        self._attendant = Attendant(title, self._leash, stream, output, clock)
        self._attendant.start()

    @property
    def pid(self) -> int:
        """Its process id; 0 while it is not known, or if there is none."""
        self._attendant.has_begun.wait(_REAP_S)
        return self._attendant.pid

    def measure(self) -> None:
        """Take its present size as that from which it may grow."""
        self.usage_at_start = usage_of(self.pid)

    def excess(self) -> str:
        """Return what it uses too much of, in words; empty if nothing."""
        usage, start = usage_of(self.pid), self.usage_at_start
        return usage.excess_over(start) if usage and start else ""

    def has_ended(self) -> bool:
        """Tell whether it runs no more."""
        return self._attendant.has_ended.is_set()

    def is_gone(self) -> bool:
        """Tell whether it is of no use: known to have ended, or its end of the channel is closed.

        The kernel closes that some moments before anyone is told of the end.
        """
        return self.has_ended() or self.channel.is_cut()

    def ask_to_end(self) -> None:
        """Let it finish what it does and end. From any thread."""
        self.channel.send_no_more()

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end; false if that did not come in time. From any thread."""
        return self._attendant.has_ended.wait(timeout_s)

    def kill(self) -> str:
        """End it and all that it started, at once, and return how it ended, in words.

        One that hangs in the kernel ends when that lets go of it; nobody waits for that.
        """
        had_ended = self.has_ended()
        with suppress(OSError):  # nothing of it is left
            self._leash.shutdown(socket.SHUT_WR)
        if had_ended:
            return f"its process {self._end_in_words()}"
        if not self.wait(_REAP_S):
            self._force()
        return "its process was ended"

    def _force(self) -> None:
        """End what the fork server does not end, because it was stopped, say."""
        pid = self._attendant.pid
        if not pid:  # it forks nothing, and is of no use
            self._server.kill()
            return
        with suppress(OSError):  # it has ended meanwhile
            os.killpg(pid, signal.SIGKILL)

    def _end_in_words(self) -> str:
        attendant = self._attendant
        if attendant.problem:
            return f"cannot be started: {attendant.problem}"
        if attendant.code is None:
            return "ended with the one that it was forked from"
        return end_in_words(attendant.code)


def end_in_words(code: int) -> str:
    """Return how a process ended, from its exit code or, below zero, its signal."""
    if code >= 0:
        return f"left with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
