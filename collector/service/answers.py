"""What each request on the status socket is answered."""

import json
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from collector.errors import AgentError, CollectorError
from collector.wire.ids import is_metric_id, is_sensor_id
from collector.wire.topics import Operation

Answer = dict[str, Any]
IsOver = Callable[[], bool]
"""Tells that whoever asked wants no more: the run ends, or they have hung up."""

REQUEST_TIMEOUT_S = 30.0
RELOAD_TIMEOUT_S = 120.0
"""New sources in processes of their own may take long to come up on a small machine."""

LOOK_S = 1.0
"""How often it is looked whether a stream is still wanted."""


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


class Answers:
    """Answers requests; used by the threads of several askers at once.

    Args:
        status: Called for each status request.
        reload: Called for each reload with the seconds that it may take; returns the reply.
        agent: The way to the agent.
        record: Called with the names of sources, and what tells that it is over; yields what is
            recorded of them.
    """

    def __init__(
        self,
        status: Callable[[], Answer],
        reload: Callable[[float], Answer],
        agent: Agent,
        record: Callable[[Sequence[str], IsOver], Generator[Answer]],
    ) -> None:
        self._status = status
        self._reload = reload
        self._agent = agent
        self._record = record

    def to(self, line: bytes, is_over: IsOver) -> Generator[Answer]:
        """Yield the answers to a line: one, or a stream until it is over."""
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
                yield from self._watch(asked.sensor, is_over)
            elif asked.request == "record":
                yield from self._record(asked.sources, is_over)
            else:
                yield self._ask(asked)
        except CollectorError as error:
            yield {"ok": False, "error": str(error), "exit_code": error.exit_code}

    def _reloaded(self) -> Answer:
        try:
            return {"ok": True, "reply": self._reload(RELOAD_TIMEOUT_S)}
        except TimeoutError:
            late = "the reload is still under way; 'collector status' will say what became of it"
            return {"ok": False, "error": late, "exit_code": 69}

    def _ask(self, asked: "_Asked") -> Answer:
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

    def _resume(self, sensor: str) -> Answer:
        if self._agent.resume(sensor):
            return {"ok": True, "reply": ""}
        return {"ok": False, "error": f"sensor {sensor} is not held", "exit_code": 1}

    def _watch(self, sensor: str, is_over: IsOver) -> Generator[Answer]:
        messages: SimpleQueue[bytes] = SimpleQueue()
        end = self._agent.watch(sensor, messages.put)
        try:
            while not is_over():
                with suppress(Empty):
                    message = messages.get(timeout=LOOK_S)
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
    sources: tuple[str, ...]

    @property
    def has_good_ids(self) -> bool:
        return (not self.sensor or is_sensor_id(self.sensor)) and (
            not self.metric or is_metric_id(self.metric)
        )


def _read(line: bytes) -> _Asked:
    asked = json.loads(line)
    sensor, metric = str(asked.get("sensor", "")), str(asked.get("metric", ""))
    sources = tuple(map(str, asked.get("sources", ())))
    body = str(asked.get("body", "{}")).encode()
    return _Asked(str(asked["request"]), sensor, metric, body, sources)


_NOT_FOR_ASKERS = frozenset({Operation.REPORT_ERROR, Operation.PUSH_VALUES})
