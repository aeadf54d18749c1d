"""One process of a worker, from its start to its end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, suppress
from types import MappingProxyType

from collector.clock import Clock
from collector.isolation.channel import Channel
from collector.isolation.confinement import Usage, usage_of
from collector.isolation.output import Output

KEPT_VARIABLES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE"),
        *("LD_LIBRARY_PATH", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_RUNTIME_DIR"),
    }
)
"""All that a worker sees of the environment, besides ``LC_...``: it may hold secrets."""

_REAP_S = 1.0


class Process:
    """A fresh interpreter, and the socket to it.

    Args:
        title: The worker, for people.
        sources: The names of its sources; grows.
        clock: The time.
        start: Runs a call in a thread that lives as long as the worker may: the kernel ends the
            process with the thread that started it.
    """

    def __init__(
        self,
        title: str,
        sources: Collection[str],
        clock: Clock,
        start: Callable[[Callable[[], "subprocess.Popen[bytes]"]], "subprocess.Popen[bytes]"],
    ) -> None:
        ours, theirs = socket.socketpair()
        with ExitStack() as if_it_fails, theirs:
            if_it_fails.enter_context(ours)
            self._popen = start(lambda: _start(theirs))
            if_it_fails.pop_all()
        self.channel = Channel(ours)
        self.usage_at_start: Usage | None = None
        if self._popen.stdout is not None:
            Output(title, sources, self._popen.stdout, clock).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    def measure(self) -> None:
        """Take its present size as that from which it may grow."""
        self.usage_at_start = usage_of(self.pid)

    def excess(self) -> str:
        """Return what it uses too much of, in words; empty if nothing."""
        usage, start = usage_of(self.pid), self.usage_at_start
        return usage.excess_over(start) if usage and start else ""

    def has_ended(self) -> bool:
        """Tell whether it runs no more."""
        return self._popen.poll() is not None

    def ask_to_end(self) -> None:
        """Let it finish what it does and end. From any thread."""
        self.channel.send_no_more()

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end; false if that did not come in time. From any thread."""
        try:
            self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> str:
        """End it and all that it started, at once, and return how it ended, in words.

        One that hangs in the kernel ends when that lets go of it; nobody waits for that.
        """
        has_ended = self.wait(0)
        with suppress(ProcessLookupError):  # nothing of it is left
            os.killpg(self.pid, signal.SIGKILL)
        if not has_ended:
            self.wait(_REAP_S)
            return "its process was ended"
        return f"its process {_ended(self._popen.returncode)}"


def _start(theirs: socket.socket) -> "subprocess.Popen[bytes]":
    module = "collector.isolation.worker"
    return subprocess.Popen(  # noqa: S603 - our own command, no shell
        [sys.executable, "-P", "-u", "-m", module, str(theirs.fileno()), str(os.getpid())],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        pass_fds=(theirs.fileno(),), env=_environment(os.environ), start_new_session=True,
    )  # fmt: skip


def _environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    kept = {name: value for name, value in environ.items() if _is_kept(name)}
    path = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 - a zip file is one as well
    return MappingProxyType({**kept, "PYTHONPATH": os.pathsep.join(path)})


def _is_kept(name: str) -> bool:
    return name in KEPT_VARIABLES or name.startswith("LC_")


def _ended(code: int) -> str:
    if code >= 0:
        return f"left with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
