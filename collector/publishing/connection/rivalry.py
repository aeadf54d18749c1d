"""Tells when another collector uses our identity and the agent allows only one of the two.

Each connection then ends the other's, for ever and as fast as both connect. What only looks like it
is told apart: a line that is cut gives no goodbye, an agent that is started again is not there for
a moment, and one that hangs up on what we push does so while something is under way.
"""

from collector.clock import Clock
from collector.errors import AgentHungUpError, CollectorError, IdentityInUseError

SOON_S = 30.0
"""A connection that lasted longer was not fought for."""

KICKS = 3
"""So many connections in a row have to be ended by the agent for no visible reason."""

_IDLE_WEIGHT, _BUSY_WEIGHT = 2, 1


class Rivalry:
    """Counts connections that the agent ended soon. Used from the network thread alone.

    Attributes:
        is_idle: Whether nothing was under way when the connection was last looked at.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._connected_at_s: float | None = None
        self._weight = 0
        self.is_idle = False

    def connected(self) -> None:
        """Note that the agent answers on a new connection."""
        self._connected_at_s = self._clock.monotonic_s()

    def suspicion(self, error: CollectorError) -> str:
        """Take why a connection ended; return, for people, that it was taken over, if it was."""
        connected_at_s, self._connected_at_s = self._connected_at_s, None
        if isinstance(error, IdentityInUseError):
            return "taken over: "
        is_soon = connected_at_s is not None and self._clock.monotonic_s() - connected_at_s < SOON_S
        if not (is_soon and isinstance(error, AgentHungUpError)):
            self._weight = 0
            return ""
        self._weight += _IDLE_WEIGHT if self.is_idle else _BUSY_WEIGHT
        if self._weight < KICKS * _IDLE_WEIGHT:
            return ""
        return (
            f"taken over: the agent ended {KICKS} connections or more soon after it had taken "
            "them, as it does when another collector uses the same identity: "
        )
