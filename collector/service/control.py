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
line ``{"live": "<message>"}`` for each live data message, until the asker hangs up. The socket's
directory is the user's alone.
"""

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from collector.errors import AgentError, CollectorError, StateError
from collector.service.threads import ASKER
from collector.wire.ids import is_metric_id, is_sensor_id
from collector.wire.topics import Operation

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 128 * 1024
"""Half of what an agent takes in one message: a larger one would cost the connection."""

IDLE_TIMEOUT_S = 30.0
REQUEST_TIMEOUT_S = 30.0
RELOAD_TIMEOUT_S = 120.0
"""New sources in processes of their own may take long to come up on a small machine."""

MAX_ASKERS = 16


class Agent(Protocol):
    """The collector's own way to the agent, open to other threads."""

    def request(self, operation: Operation, sensor: str, metric: str, body: bytes) -> Future[bytes]:
        """Make a request; the future holds the agent's reply or the error."""
        ...

    def resume(self, sensor: str) -> bool:
        """Have a sensor made again that was deleted at the agent; false where it is not held."""
        ...

    def watch(self, sensor: str, on_live_data: Callable[[bytes], None]) -> Callable[[], None]:
        """Have each live data message of a sensor handed over; returns what ends it."""
        ...


class ControlSocket:
    """Listens on the socket and answers each asker on a thread of its own.

    Args:
        status: Called for each status request, from any thread.
        reload: Called for each reload with the seconds that it may take; returns the reply.
    """

    def __init__(
        self,
        path: Path,
        status: Callable[[], dict[str, Any]],
        reload: Callable[[float], dict[str, Any]],
        agent: Agent,
    ) -> None:
        self._path = path
        self._status = status
        self._reload = reload
        self._agent = agent
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
                    for answer in self._answers(line):
                        asker.sendall(_line_of(answer))
        finally:
            self._askers.release()

    def _answers(self, line: bytes) -> Iterator[dict[str, Any]]:
        try:
            asked = _read(line)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield {"ok": False, "error": "not a request: one JSON object a line", "exit_code": 64}
            return
        try:
            if asked.request == "status":
                yield {"ok": True, "reply": self._status()}
            elif asked.request == "reload":
                yield self._reloaded()
            elif not asked.has_good_ids:
                yield {"ok": False, "error": "no id: sensor or metric", "exit_code": 64}
            elif asked.request == "resume":
                yield self._resume(asked.sensor)
            elif asked.request == "watch":
                yield from self._watch(asked.sensor)
            else:
                yield self._ask(asked)
        except CollectorError as error:
            yield {"ok": False, "error": str(error), "exit_code": error.exit_code}

    def _reloaded(self) -> dict[str, Any]:
        try:
            return {"ok": True, "reply": self._reload(RELOAD_TIMEOUT_S)}
        except TimeoutError:
            late = "the reload is still under way; 'collector status' will say what became of it"
            return {"ok": False, "error": late, "exit_code": 69}

    def _ask(self, asked: "_Asked") -> dict[str, Any]:
        try:
            operation = Operation(asked.request)
        except ValueError:
            operation = Operation.REPORT_ERROR  # has no answer, so nobody can ask for it
        if operation in _NOT_FOR_ASKERS:
            return {"ok": False, "error": f"unknown request {asked.request!r}", "exit_code": 64}
        try:
            future = self._agent.request(operation, asked.sensor, asked.metric, asked.body)
            return {
                "ok": True,
                "reply": future.result(REQUEST_TIMEOUT_S).decode("utf-8", "replace"),
            }
        except AgentError as error:
            return {
                "ok": False,
                "code": error.code,
                "name": error.name,
                "message": error.message,
                "metrics": list(error.metrics),
            }
        except TimeoutError:
            return {"ok": False, "error": "the agent did not answer in time", "exit_code": 69}

    def _resume(self, sensor: str) -> dict[str, Any]:
        if self._agent.resume(sensor):
            return {"ok": True, "reply": ""}
        return {"ok": False, "error": f"sensor {sensor} is not held", "exit_code": 1}

    def _watch(self, sensor: str) -> Iterator[dict[str, Any]]:
        messages: SimpleQueue[bytes] = SimpleQueue()
        end = self._agent.watch(sensor, messages.put)
        try:
            while not self._stopping.is_set():
                with suppress(Empty):
                    message = messages.get(timeout=1.0)
                    yield {"live": message.decode("utf-8", "replace")}
        finally:
            end()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One line of an asker."""

    request: str
    sensor: str
    metric: str
    body: bytes

    @property
    def has_good_ids(self) -> bool:
        return (not self.sensor or is_sensor_id(self.sensor)) and (
            not self.metric or is_metric_id(self.metric)
        )


def _line_of(answer: dict[str, Any]) -> bytes:
    # a plugin's words may hold half a surrogate pair, which no encoding has
    return json.dumps(answer, ensure_ascii=False).encode(errors="replace") + b"\n"


def _read(line: bytes) -> _Asked:
    asked = json.loads(line)
    sensor, metric = str(asked.get("sensor", "")), str(asked.get("metric", ""))
    return _Asked(str(asked["request"]), sensor, metric, str(asked.get("body", "{}")).encode())


_NOT_FOR_ASKERS = frozenset({Operation.REPORT_ERROR, Operation.PUSH_VALUES})


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
