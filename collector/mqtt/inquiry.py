"""Asks once more why the agent hung up, and no oftener than it makes sense."""

from collector.clock import Clock, Deadline
from collector.errors import AgentUnreachableError
from collector.mqtt import dialing
from collector.mqtt.settings import ConnectionSettings

REMEMBERED_S = 300.0
"""An agent that hangs up for ever is asked why once in so long, as each time costs a connection."""


class Inquiry:
    """Remembers the answer over connections. Used from one thread.

    Args:
        clock: Tells how old the answer is.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: ConnectionSettings | None = None
        self._asked_at_s = 0.0
        self._told: AgentUnreachableError | None = None

    def reason(
        self, settings: ConnectionSettings, address: str, deadline: Deadline
    ) -> AgentUnreachableError | None:
        """Return why the agent hangs up on us, as it says or said a while ago; None for no word.

        In TLS 1.3 the reason comes behind the handshake, and gets lost where our CONNECT crosses
        it: a second connection that says nothing hears it.
        """
        if settings != self._asked or self._is_stale():
            self._told = dialing.refusal_of(settings, address, deadline)
            self._asked, self._asked_at_s = settings, self._clock.monotonic_s()
        return self._told

    def forget(self) -> None:
        """Note that the agent takes us: what it does next has another reason."""
        self._asked = None

    def _is_stale(self) -> bool:
        return self._clock.monotonic_s() >= self._asked_at_s + REMEMBERED_S
