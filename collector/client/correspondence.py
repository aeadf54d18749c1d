"""Which request an incoming message answers; pure, without I/O.

Replies carry no id and every connection of a client sees the replies to all of them, so a message
counts as the answer to an outstanding request only if it comes on one of that request's topics and
says nothing that contradicts it. Whatever nobody here asked for is ignored.
"""

from collections.abc import Collection
from dataclasses import dataclass

from collector.client.fitting import error_fits, reply_fits
from collector.clock import Deadline
from collector.errors import AgentError, AgentTimeoutError, AgentUnreachableError, CollectorError
from collector.wire.errors import code_name
from collector.wire.replies import parse_error
from collector.wire.topics import (
    Address,
    Operation,
    error_topic,
    older_error_topics,
    older_reply_topics,
    parse_reply,
    reply_topic,
    request_topic,
)

_NEVER_ANSWERED = frozenset({Operation.REPORT_ERROR})


@dataclass(frozen=True, slots=True, eq=False)
class Outstanding:
    """A request that waits for its answer; equal to itself alone.

    Attributes:
        topic: Where to publish ``payload``.
        reply_topics: Where success may come.
        error_topics: Where a refusal may come.
    """

    operation: Operation
    address: Address
    payload: bytes
    deadline: Deadline
    topic: str
    reply_topics: tuple[str, ...]
    error_topics: tuple[str, ...]

    @property
    def filters(self) -> tuple[str, ...]:
        """Return the topics that have to be subscribed to before the request is published."""
        return (*self.reply_topics, *self.error_topics)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a request ended.

    Attributes:
        reply: The agent's message of success; empty where the contract has none.
        error: Why there is none; an `AgentError` when the agent said no.
    """

    outstanding: Outstanding
    reply: bytes = b""
    error: CollectorError | None = None

    def result(self) -> bytes:
        """Return the reply or raise the error."""
        if self.error is not None:
            raise self.error
        return self.reply


class Correspondence:
    """The outstanding requests of one connection. Not for several threads."""

    def __init__(self) -> None:
        self._outstanding: list[Outstanding] = []

    def is_free(self, operation: Operation, address: Address) -> bool:
        """Tell whether the request's answer could be told from those that are outstanding.

        Pings carry a value of their own and never get in each other's way.
        """
        if operation is Operation.PING or operation in _NEVER_ANSWERED:
            return operation is Operation.PING
        wanted = {*_reply_topics(operation, address), *_error_topics(operation, address)}
        return not any(wanted & set(other.filters) for other in self._outstanding)

    def start(
        self, operation: Operation, address: Address, payload: bytes, deadline: Deadline
    ) -> Outstanding:
        """Note a request that is about to be published.

        Raises:
            ValueError: It is not free, see `is_free`, or an operation that is never answered.
        """
        if operation in _NEVER_ANSWERED:
            raise ValueError(f"{operation.value} is never answered")
        if not self.is_free(operation, address):
            raise ValueError(f"{operation.value} is outstanding already for {address}")
        outstanding = Outstanding(
            operation,
            address,
            payload,
            deadline,
            request_topic(operation, address),
            _reply_topics(operation, address),
            _error_topics(operation, address),
        )
        self._outstanding.append(outstanding)
        return outstanding

    def on_message(self, topic: str, payload: bytes) -> list[Settled]:
        """Return the requests that this message settles; none when nobody asked for it."""
        return self._settle(
            [
                settled
                for each in self._outstanding
                if (settled := _answered(each, topic, payload)) is not None
            ]
        )

    def on_disconnected(self, reason: str) -> list[Settled]:
        """Settle everything; to the deletion of the client the cut is the answer."""
        return self._settle(
            [
                Settled(each)
                if each.operation is Operation.DELETE_CLIENT
                else Settled(each, error=AgentUnreachableError(reason))
                for each in self._outstanding
            ]
        )

    def expire(self, now_s: float) -> list[Settled]:
        """Settle what has waited too long.

        A late reply may still come: whoever asks the same again should put a ping in between.
        """
        return self._settle(
            [
                Settled(each, error=AgentTimeoutError(f"no answer from the agent to {each.topic}"))
                for each in self._outstanding
                if each.deadline.at_s <= now_s
            ]
        )

    def next_deadline_s(self) -> float | None:
        """Return when `expire` has something to do; None when nothing is outstanding."""
        return min((each.deadline.at_s for each in self._outstanding), default=None)

    def _settle(self, settled: list[Settled]) -> list[Settled]:
        for each in settled:
            self._outstanding.remove(each.outstanding)
        return settled


def reply_filters(client: str, operations: Collection[Operation]) -> tuple[str, ...]:
    """Return the filters that cover the answers to these operations on any sensor and metric."""
    anywhere = Address(client, "+", "+")
    found = [
        topic
        for operation in operations
        if operation not in _NEVER_ANSWERED
        for topic in (*_reply_topics(operation, anywhere), *_error_topics(operation, anywhere))
    ]
    return tuple(dict.fromkeys(found))


def _answered(outstanding: Outstanding, topic: str, payload: bytes) -> Settled | None:
    if topic in outstanding.reply_topics and reply_fits(
        outstanding.operation, outstanding.address, outstanding.payload, payload
    ):
        return Settled(outstanding, reply=payload)
    if topic in outstanding.error_topics:
        error = parse_error(payload)
        if error_fits(outstanding.operation, outstanding.payload, error):
            refusal = AgentError(
                error.code, code_name(error.code), error.message, outstanding.topic, error.metrics
            )
            return Settled(outstanding, error=refusal)
    return None


def _reply_topics(operation: Operation, address: Address) -> tuple[str, ...]:
    documented = reply_topic(operation, address)
    older = older_reply_topics(operation, address)
    return _unmistakable(operation, documented, older)


def _error_topics(operation: Operation, address: Address) -> tuple[str, ...]:
    documented = error_topic(operation, address)
    return _unmistakable(operation, documented, older_error_topics(operation, address))


def _unmistakable(operation: Operation, documented: str, older: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out older topics on which another operation is answered too."""
    own = [topic for topic in older if _answers_only(topic, operation)]
    return (documented, *own) if documented else tuple(own)


def _answers_only(topic: str, operation: Operation) -> bool:
    parsed = parse_reply(topic)
    return parsed is not None and parsed.operations == {operation}
