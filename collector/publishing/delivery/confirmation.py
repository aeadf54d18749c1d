"""Whose word counts as delivery: the agent's, or in the last resort only the broker's."""

import logging
from collections.abc import Callable
from enum import StrEnum

log = logging.getLogger(__name__)

SILENT_WINDOWS_BEFORE_FALLBACK = 3


class AckMode(StrEnum):
    """The values of ``[delivery] ack``.

    AUTO is REPLY that falls back to PUBACK when the agent was never heard to answer a push.
    REPLY believes only the agent's own answers. STRICT sends one push at a time and waits a second
    more, for an agent that answers out of order. PUBACK believes the broker, which may not have
    handed the reading on.
    """

    AUTO = "auto"
    REPLY = "reply"
    STRICT = "strict"
    PUBACK = "puback"


class Confirmation:
    """Decides between the agent's answers and the broker's acknowledgements.

    Args:
        ever_answered: Whether this identity ever got an answer to a push: no fallback then.
        on_first_answer: Called once when the first answer ever arrives, to remember it.
    """

    def __init__(
        self, mode: AckMode, *, ever_answered: bool, on_first_answer: Callable[[], None]
    ) -> None:
        self.mode = mode
        self.by_broker = mode is AckMode.PUBACK
        self._ever_answered = ever_answered
        self._on_first_answer = on_first_answer
        self._silent_windows = 0

    @property
    def is_strict(self) -> bool:
        """Whether pushes go one at a time."""
        return self.mode is AckMode.STRICT

    @property
    def has_fallen_back(self) -> bool:
        """Whether only the broker's word is left, against the wish of the configuration."""
        return self.by_broker and self.mode is AckMode.AUTO

    @property
    def warning(self) -> str:
        """What an operator should know although readings flow; empty when there is nothing."""
        if self.has_fallen_back:
            return "the agent never answers pushes: delivery is confirmed by the broker only"
        return ""

    def answered(self) -> bool:
        """Note that the agent answered a push. Returns true when this ends the fallback."""
        if self._ever_answered:
            return False
        self._ever_answered = True
        self._on_first_answer()
        if not self.has_fallen_back:
            return False
        self.by_broker = False
        log.warning("the agent answers pushes now: delivery is confirmed by the agent again")
        return True

    def silent(self) -> None:
        """Note a window of pushes, on all sensors, that got no answer at all."""
        if self._ever_answered or self.mode is not AckMode.AUTO or self.by_broker:
            return
        self._silent_windows += 1
        if self._silent_windows >= SILENT_WINDOWS_BEFORE_FALLBACK:
            self.by_broker = True
            log.warning(
                "the agent has never answered a push: delivery is confirmed by the broker only"
            )
