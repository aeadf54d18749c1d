"""The process that all workers are forked from, as the collector holds it."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

KEPT_VARIABLES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE"),
        *("LD_LIBRARY_PATH", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_RUNTIME_DIR"),
    }
)
"""All that a worker sees of the environment, besides ``LC_...``: it may hold secrets."""

_MODULE = "collector.isolation.forking"
_SEND_LIMIT_S = 10.0
_END_LIMIT_S = 1.0


class ForkServer:
    """Started with the first worker, and anew with the next one if it ended. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._popen: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None
        self._is_killed = False

    @property
    def pid(self) -> int:
        """Its process id; 0 if it was not started."""
        return self._popen.pid if self._popen is not None else 0

    def fork(self, title: str, files: Sequence[int]) -> None:
        """Have a worker forked; does not wait for it.

        Args:
            title: What it is called in lists of processes.
            files: Its channel, where its output goes, and the end of its leash; to be closed here.

        Raises:
            OSError: There is no process to fork it from.
        """
        with self._lock:
            if self._popen is None or self._is_killed or self._popen.poll() is not None:
                self._start()
            if self._requests is not None:
                socket.send_fds(self._requests, [title.encode("utf-8", "replace")[:64]], files)

    def kill(self) -> None:
        """End it and all workers at once; the next worker gets a new one."""
        if self._popen is not None:
            self._is_killed = True  # before it shows: nothing must be asked of a dying process
            self._popen.kill()

    def stop(self) -> None:
        """End it, which ends all workers that are left. Safe to call twice."""
        with self._lock:
            if self._popen is None or self._requests is None:
                return
            self._requests.close()
            try:
                self._popen.wait(_END_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                with suppress(subprocess.TimeoutExpired):  # it hangs in the kernel
                    self._popen.wait(_END_LIMIT_S)

    def _start(self) -> None:
        if self._requests is not None:
            self._requests.close()
        if self._popen is not None:
            with suppress(subprocess.TimeoutExpired):  # it hangs in the kernel
                self._popen.wait(_END_LIMIT_S)
        self._is_killed = False
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._popen = _start(theirs)
            except OSError:
                ours.close()
                raise
        ours.settimeout(_SEND_LIMIT_S)
        self._requests = ours


def _start(theirs: socket.socket) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own command, no shell
        [sys.executable, "-P", "-u", "-m", _MODULE, str(theirs.fileno())],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),), env=_environment(os.environ), start_new_session=True,
    )  # fmt: skip


def _environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    kept = {name: value for name, value in environ.items() if _is_kept(name)}
    path = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 - a zip file is one as well
    return MappingProxyType({**kept, "PYTHONPATH": os.pathsep.join(path)})


def _is_kept(name: str) -> bool:
    return name in KEPT_VARIABLES or name.startswith("LC_")
