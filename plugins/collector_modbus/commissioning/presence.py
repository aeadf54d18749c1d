"""Whether a unit is there: any sound answer for it tells, be it a refusal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from collector import Clock
from collector_modbus.commissioning.open_link import OpenLink
from collector_modbus.errors import (
    GATEWAY_CODES,
    LinkError,
    NeverSilentError,
    NoAnswerError,
    in_words,
)
from collector_modbus.protocol import queries
from collector_modbus.registers.table import Block


class Sign(StrEnum):
    """What came when a unit was asked."""

    ANSWER = "answer"
    """A sound answer: it is there."""

    UNREACHABLE = "unreachable"
    """A gateway said that it is not there (exceptions 10 and 11)."""

    SILENCE = "silence"
    """Nothing came."""

    DAMAGED = "damaged"
    """Bytes came that make no sound answer."""

    HUNG_UP = "hung up"
    """The other end closed the connection, or the line broke."""

    NOISE = "noise"
    """The line was never silent, so nobody could be asked."""


@dataclass(frozen=True, slots=True)
class Presence:
    """What came when a unit was asked.

    Attributes:
        unit_id: The unit.
        sign: What came.
        words: The same for people: "data", "exception 2 (illegal data address)", ...
        took_s: How long an answer took.
    """

    unit_id: int
    sign: Sign
    words: str
    took_s: float = 0.0

    @property
    def is_there(self) -> bool:
        """Whether the unit gave a sound answer."""
        return self.sign is Sign.ANSWER


def presences(
    link: OpenLink, units: Sequence[int], block: Block, clock: Clock
) -> Iterator[Presence]:
    """Ask units one by one, and yield what came of it.

    Ends early on a line that is never silent.

    Args:
        link: Where they are.
        units: Whom to ask.
        block: What to read of each.
        clock: The time.

    Raises:
        LinkError: The link cannot be opened, not even a moment later.
    """
    for unit_id in units:
        link.open()
        presence = _presence(link, unit_id, block, clock)
        yield presence
        if presence.sign is Sign.NOISE:
            return


def _presence(link: OpenLink, unit_id: int, block: Block, clock: Clock) -> Presence:
    asked_at_s = clock.monotonic_s()
    try:
        answer = link.ask(unit_id, queries.read(block), block)
    except NoAnswerError as error:
        sign = _sign_of(error, link.bus.records[unit_id].damaged)
        return Presence(unit_id, sign, str(error))
    except LinkError as error:
        return Presence(unit_id, Sign.HUNG_UP, str(error))
    took_s = clock.monotonic_s() - asked_at_s
    if not queries.is_exception(answer):
        return Presence(unit_id, Sign.ANSWER, "data", took_s)
    code = answer[1]
    sign = Sign.UNREACHABLE if code in GATEWAY_CODES else Sign.ANSWER
    return Presence(unit_id, sign, in_words(code), took_s)


def _sign_of(error: NoAnswerError, damaged: int) -> Sign:
    if damaged:
        return Sign.DAMAGED
    return Sign.NOISE if isinstance(error, NeverSilentError) else Sign.SILENCE
