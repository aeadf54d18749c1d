"""The unix socket on which a running collector answers: status, and requests to the agent.

One JSON object a line, both ways. ``{"request": "status"}`` gets ``{"ok": true, "reply": {...}}``.
``{"request": "reload"}`` is answered when the configuration was loaded anew, with the names of
the sources that are ``added``, ``removed``, ``changed``, ``restarted`` and ``unchanged``, or with
every complaint. Any other request names an operation of the contract and is made over the
collector's connection:

    {"request": "describe metric", "sensor": "gateway", "metric": "cpu_percent", "body": "{}"}
    {"ok": true, "reply": "<the agent's message>"}
    {"ok": false, "code": 16, "name": "UnknownMetricId", "message": "...", "metrics": []}
    {"ok": false, "error": "not connected to the agent", "exit_code": 69}

``{"request": "resume", "sensor": "gateway"}`` has a sensor made again whose readings are kept
because it was deleted at the agent. ``{"request": "watch", "sensor": "gateway"}`` is answered by a
line ``{"live": "<message>"}`` for each live data message, until the asker hangs up.

``{"request": "record", "sources": ["meter"]}`` is answered by what a recording of these sources
begins with, ``{"ok": true, "reply": {"header": {...}, "left_out": {...}}}``, then by a line
``{"event": {...}}`` for all that passes between them and their devices, ``{"idle": true}`` at
least once a second, and ``{"end": "<why>"}`` where it ends before the asker hangs up.

The socket's directory is the user's alone.
"""

import json
import logging
import os
import select
import socket
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from collector.errors import StateError
from collector.service.answers import Answers
from collector.service.threads import ASKER

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 128 * 1024
"""Half of what an agent takes in one message: a larger one would cost the connection."""

IDLE_TIMEOUT_S = 30.0
MAX_ASKERS = 16


class ControlSocket:
    """Listens on the socket and answers each asker on a thread of its own.

    Args:
        path: Where it is made.
        answers: What is answered.
    """

    def __init__(self, path: Path, answers: Answers) -> None:
        self._path = path
        self._answers = answers
        self._listener: socket.socket | None = None
        self._askers = threading.BoundedSemaphore(MAX_ASKERS)
        self._stopping = threading.Event()

    def start(self) -> None:
        """Listen.

        Raises:
            StateError: The socket cannot be made.
        """
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)  # of a run that was killed: the directory is locked
            with _short_name(self._path) as name:
                self._listener.bind(name)
            self._path.chmod(0o600)
            self._listener.listen()
        except OSError as error:
            self._listener.close()
            raise StateError(f"cannot listen on {self._path}: {error.strerror}") from error
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def stop(self) -> None:
        """Listen no more. Askers that are being answered hang on until the process ends."""
        self._stopping.set()
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while self._listener is not None and not self._stopping.is_set():
            try:
                asker, _ = self._listener.accept()
            except OSError:
                return
            if not self._askers.acquire(blocking=False):
                asker.close()
                continue
            threading.Thread(target=self._serve, args=(asker,), name=ASKER, daemon=True).start()

    def _serve(self, asker: socket.socket) -> None:
        try:
            asker.settimeout(IDLE_TIMEOUT_S)
            with asker, asker.makefile("rb") as lines, suppress(OSError):
                while line := lines.readline(MAX_LINE_BYTES):
                    with closing(self._answers.to(line, lambda: self._is_over(asker))) as answers:
                        for answer in answers:
                            asker.sendall(_line_of(answer))
        finally:
            self._askers.release()

    def _is_over(self, asker: socket.socket) -> bool:
        return self._stopping.is_set() or _has_hung_up(asker)


def _has_hung_up(asker: socket.socket) -> bool:
    """Tell whether nobody reads any more; one who only has no more to ask still does."""
    poll = select.poll()
    poll.register(asker, 0)  # which is to ask for POLLHUP and POLLERR alone: poll(2)
    return bool(poll.poll(0))


def _line_of(answer: dict[str, Any]) -> bytes:
    # a plugin's words may hold half a surrogate pair, which no encoding has
    return json.dumps(answer, ensure_ascii=False).encode(errors="replace") + b"\n"


class _short_name:  # noqa: N801 - a context manager that reads like a function
    """Gives a path under the 107 characters that a unix socket's address may have.

    A long state directory is named by way of an open descriptor of it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) < MAX_ADDRESS_BYTES:
            return str(self._path)
        self._descriptor = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._descriptor}/{self._path.name}"

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)


MAX_ADDRESS_BYTES = 107
"""unix(7): ``sun_path`` has 108 bytes, the last of them NUL."""
