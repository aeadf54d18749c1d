"""Which live data is subscribed to on a connection: what somebody watches, and what proves."""

from collections.abc import Callable

from collector.clock import Deadline
from collector.errors import AgentUnreachableError, SubscriptionRefusedError
from collector.mqtt.transport import Transport

MOST_LOST = 2
"""A broker that refuses may hang up instead; after so many connections nothing is proven so."""


class LiveTopics:
    """Follows what is wanted, one connection after another. Used from the network thread alone.

    Args:
        watched: Returns what people watch.
        proving: Returns what tells stored readings from lost ones.
        give_up: Called when the agent does not let us have what proves.
    """

    def __init__(
        self,
        watched: Callable[[], set[str]],
        proving: Callable[[], set[str]],
        give_up: Callable[[], None],
    ) -> None:
        self._watched = watched
        self._proving = proving
        self._give_up = give_up
        self._held: set[str] = set()
        self._refused: set[str] = set()
        self._lost = 0

    def __contains__(self, topic: str) -> bool:
        """Tell whether a topic is subscribed to."""
        return topic in self._held

    def disconnected(self) -> None:
        """Begin anew with the next connection."""
        self._held.clear()
        self._refused.clear()

    def follow(self, transport: Transport, deadline: Callable[[], Deadline]) -> None:
        """Subscribe to what is new, and leave what is no longer wanted.

        Raises:
            AgentUnreachableError: The connection is gone.
        """
        watched, proving = self._watched(), self._proving()
        if self._held == watched | proving:
            return
        gone = self._held - watched - proving
        if gone:
            transport.unsubscribe(sorted(gone))
            self._held -= gone
        self._add(watched - self._refused - self._held, transport, deadline)
        new = proving - self._refused - self._held
        try:
            refused = self._add(new, transport, deadline)
        except AgentUnreachableError:
            self._lost += bool(new)
            if self._lost >= MOST_LOST:
                self._give_up()
            raise
        if refused:
            self._give_up()

    def _add(
        self, topics: set[str], transport: Transport, deadline: Callable[[], Deadline]
    ) -> bool:
        if not topics:
            return False
        try:
            transport.subscribe(sorted(topics), deadline())
        except SubscriptionRefusedError:
            self._refused |= topics
            return True
        self._held |= topics
        return False
