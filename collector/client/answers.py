"""Reads the agent's messages, and counts what cannot be read as an error of the agent."""

from collections.abc import Callable
from typing import TypeVar

from collector.errors import AgentError
from collector.wire.errors import ErrorCode
from collector.wire.fields import MalformedReplyError

Answer = TypeVar("Answer")


def read_answer(parse: Callable[[bytes], Answer], reply: bytes) -> Answer:
    """Return what a parser makes of a reply.

    Raises:
        AgentError: The reply cannot be read; section 6 has no code for that but the reserved one.
    """
    try:
        return parse(reply)
    except MalformedReplyError as error:
        code = ErrorCode.Reserved
        raise AgentError(code, code.name, f"its answer cannot be read: {error}") from error
