"""``python -m collector.isolation.forking SOCKET``: the process that all workers are forked from.

It has imported what every worker needs, before any plugin was, and does nothing but this: it runs
no plugin, has one thread, and holds no file but the sockets named here. Started as a fresh
interpreter, it never had anything of the collector's in its memory.
"""

import gc
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from types import FrameType

from collector.isolation import worker
from collector.isolation.channel import Channel

_FILES = 3  # the channel, the output and the leash
_MAX_TITLE_BYTES = 256
_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2


def main() -> None:
    """Fork workers until the collector closes the socket; return in each of them as well."""
    own_pid = os.getpid()
    server = Server(socket.socket(fileno=int(sys.argv[1])))
    gc.collect()
    gc.freeze()  # what is there by now stays shared with the workers
    birth = server.serve()
    if birth is not None:
        channel, title = birth
        worker.run(Channel(socket.socket(fileno=channel)), own_pid, title)


class Server:
    """Forks, ends and reaps workers.

    Each has a leash: a socket whose other end the collector holds. The server writes the worker's
    process id and, when it ended, its exit code. When the collector lets go of the leash, however
    that came, the worker is ended together with all that it has started.

    Args:
        requests: Where the collector sends the files of each new worker.
    """

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._leashes: dict[int, socket.socket] = {}
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.settimeout(0)
        self._selector = selectors.DefaultSelector()
        self._selector.register(requests, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _leave_it)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def serve(self) -> tuple[int, str] | None:
        """Serve until the collector is gone.

        Returns:
            In a new worker, its channel and its title. None in this process, at the end.
        """
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._requests:
                    title, files = self._next()
                    if not title:  # it is gone
                        self._end()
                        return None
                    birth = self._born(title, files)
                    if birth is not None:
                        return birth
                elif key.fileobj is self._woken:
                    self._reap()
                else:
                    self._let_go(key.data)

    def _next(self) -> tuple[str, list[int]]:
        text, files, _, _ = socket.recv_fds(self._requests, _MAX_TITLE_BYTES, _FILES)
        return text.decode("utf-8", "replace"), files

    def _born(self, title: str, files: list[int]) -> tuple[int, str] | None:
        if len(files) == _FILES:
            return self._fork(title, *files)
        for file in files:  # there was no room for more of them
            os.close(file)
        return None

    def _fork(self, title: str, channel: int, output: int, held: int) -> tuple[int, str] | None:
        leash = socket.socket(fileno=held)
        try:
            pid = os.fork()
        except OSError as error:
            _tell(leash, f"0 {error.strerror}")
            leash.close()
        else:
            if pid == 0:
                self._become_worker(leash, output)
                return channel, title
            self._keep(pid, leash)
        os.close(channel)
        os.close(output)
        return None

    def _keep(self, pid: int, leash: socket.socket) -> None:
        with suppress(OSError):  # it did the same already, or has ended
            os.setpgid(pid, pid)
        self._leashes[pid] = leash
        self._selector.register(leash, selectors.EVENT_READ, pid)
        _tell(leash, str(pid))

    def _become_worker(self, leash: socket.socket, output: int) -> None:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for end in (self._requests, self._woken, self._waker, leash, *self._leashes.values()):
            end.close()
        os.dup2(output, _STANDARD_OUTPUT)
        os.dup2(output, _STANDARD_ERROR)
        os.close(output)

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            while self._woken.recv(_MAX_TITLE_BYTES):
                pass
        for pid in [*self._leashes]:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                _kill(pid)  # what it has started, while its number is still its own
                _, status = os.waitpid(pid, 0)
                self._forget(pid, os.waitstatus_to_exitcode(status))

    def _forget(self, pid: int, code: int) -> None:
        leash = self._leashes.pop(pid)
        with suppress(KeyError):  # the collector has let go of it
            self._selector.unregister(leash)
        _tell(leash, str(code))
        leash.close()

    def _let_go(self, pid: int) -> None:
        if pid in self._leashes:
            self._selector.unregister(self._leashes[pid])
            _kill(pid)

    def _end(self) -> None:
        signal.set_wakeup_fd(-1)  # nobody waits any more for the ends that follow
        for pid in self._leashes:
            _kill(pid)


def _kill(pid: int) -> None:
    """End a process that was not reaped yet, and its group, which it may have left."""
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _tell(leash: socket.socket, line: str) -> None:
    with suppress(OSError):  # the collector is gone
        leash.sendall(f"{line}\n".encode())


def _leave_it(number: int, frame: FrameType | None) -> None:
    """Do nothing: this process ends when the collector does, and by no signal before."""


if __name__ == "__main__":
    main()
