"""What a conversation with the agent is made of."""

import logging
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from collector.publishing.verdicts import InventoryAction, inventory_action
from collector.wire.errors import code_name
from collector.wire.fields import MalformedReplyError
from collector.wire.replies import ErrorReply, ListedSensor, parse_sensor_list
from collector.wire.requests import EMPTY
from collector.wire.topics import Address, Operation

log = logging.getLogger(__name__)

METRICS_PER_MESSAGE = 100


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that a chore wants made."""

    operation: Operation
    address: Address
    payload: bytes


Answer = bytes | ErrorReply | None
Chore = Generator[Ask, Answer, bool]
"""Returns true when it got what it wanted."""


def listed_sensors(client: str) -> Generator[Ask, Answer, Sequence[ListedSensor] | None]:
    """Ask for the client's sensors; None when the agent does not tell."""
    answer = yield Ask(Operation.LIST_SENSORS, Address(client), EMPTY)
    try:
        return parse_sensor_list(answer) if isinstance(answer, bytes) else None
    except MalformedReplyError as error:
        log.warning("the agent's list of sensors cannot be read: %s", error)
        return None


def asks_for(answer: Answer, action: InventoryAction) -> bool:
    """Tell whether an answer is a refusal that this action is for."""
    return isinstance(answer, ErrorReply) and inventory_action(answer.code) is action


def failed(what: str, answer: Answer) -> bool:
    """Log that something was not done; returns false, for a chore to return."""
    if isinstance(answer, ErrorReply):
        log.warning(
            "%s: error %d %s: %.200s", what, answer.code, code_name(answer.code), answer.message
        )
    else:
        log.warning("%s", what)
    return False


def chunks(metrics: Sequence[str]) -> Iterable[Sequence[str]]:
    """Yield as many metrics at a time as one message names."""
    for start in range(0, len(metrics), METRICS_PER_MESSAGE):
        yield metrics[start : start + METRICS_PER_MESSAGE]
