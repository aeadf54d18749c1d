"""Accepting connections on one socket.

This is instead of asyncio's own server, which forgets a connection that it has accepted but not
yet set up when it is closed, and prints a traceback when no more files can be opened.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from collector.agent.listener.channel import TlsChannel

_AT_A_TIME = 100
_PAUSE_S = 1.0


class Acceptor:
    """Makes a channel for each connection until it is closed.

    Args:
        listening: A socket that listens and does not block; closed by `close`.
        make: Makes the channel of one connection.
        failed: Told, with the reason, that accepting pauses for a second.
    """

    def __init__(
        self,
        listening: socket.socket,
        make: Callable[[], TlsChannel],
        failed: Callable[[OSError], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening = listening
        self._make = make
        self._failed = failed
        self._setting_up: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._listen()

    async def close(self) -> None:
        """Accept no more, and wait until what was accepted has its channel."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._listening)
        self._listening.close()
        if self._setting_up:
            await asyncio.wait(self._setting_up)

    def _listen(self) -> None:
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        for _ in range(_AT_A_TIME):
            try:
                accepted, _address = self._listening.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:  # it has gone again
                continue
            except OSError as error:  # no more files, or no memory: it would be told so for ever
                self._pause(error)
                return
            self._set_up(accepted)

    def _set_up(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)  # noqa: FBT003 - the standard library's signature
        with contextlib.suppress(OSError):  # the client has hung up already
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connecting = self._loop.connect_accepted_socket(self._make, accepted)
        task: asyncio.Task[object] = self._loop.create_task(connecting)
        self._setting_up.add(task)
        task.add_done_callback(self._setting_up.discard)

    def _pause(self, error: OSError) -> None:
        self._failed(error)
        self._loop.remove_reader(self._listening)
        self._timer = self._loop.call_later(_PAUSE_S, self._listen)
