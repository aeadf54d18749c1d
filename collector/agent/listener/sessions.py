"""What the listener remembers of a client beyond a connection."""

from typing import NamedTuple, Protocol

from collector.agent.listener.limits import Limits
from collector.agent.listener.outbox import Message, Outbox
from collector.agent.listener.reasons import Reason
from collector.agent.listener.subscriptions import Subscriptions


class Line(Protocol):
    """The connection that a session is used by."""

    def flush(self) -> None:
        """Send what waits, as far as the client takes it."""
        ...

    def close(self, reason: Reason) -> None:
        """Close it, and publish the client's will."""
        ...


class SessionKey(NamedTuple):
    """Whose session it is. Nobody reaches the sessions of another listener or client."""

    listener: str
    client: str
    mqtt_id: str


class Session:
    """Subscriptions and unfinished messages of one MQTT client identifier.

    Attributes:
        key: As given.
        is_kept: Whether it outlives its connection.
        line: The connection that it is used by; None while the client is away.
        filters: What it subscribed to, each with its QoS.
        received: Packet identifiers of QoS 2 messages that were handled but not released.
        outbox: What the client is to get.
    """

    __slots__ = ("filters", "is_kept", "key", "line", "outbox", "received")

    def __init__(self, key: SessionKey, *, is_kept: bool, window: int) -> None:
        self.key = key
        self.is_kept = is_kept
        self.line: Line | None = None
        self.filters: dict[str, int] = {}
        self.received: set[int] = set()
        self.outbox = Outbox(window)


class Sessions:
    """All sessions, and on each listener what they subscribed to."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all: dict[SessionKey, Session] = {}
        self._absent: dict[SessionKey, Session] = {}  # the one absent longest comes first
        self._subscriptions: dict[str, Subscriptions[Session]] = {}

    def find(self, key: SessionKey) -> Session | None:
        """Return the session of a key, if there is one."""
        return self._all.get(key)

    def create(self, key: SessionKey, *, is_kept: bool, window: int) -> Session:
        """Begin a session in the place of an earlier one."""
        earlier = self._all.get(key)
        if earlier is not None:
            self.end(earlier)
        session = self._all[key] = Session(key, is_kept=is_kept, window=window)
        return session

    def resume(self, session: Session) -> None:
        """Take note that the client of a kept session is back."""
        self._absent.pop(session.key, None)

    def end(self, session: Session) -> None:
        """Forget a session."""
        subscriptions = self._subscriptions.get(session.key.listener)
        if subscriptions is not None:
            for topic_filter in session.filters:
                subscriptions.remove(session, topic_filter)
        session.filters.clear()
        self._absent.pop(session.key, None)
        if self._all.get(session.key) is session:
            del self._all[session.key]

    def leave(self, session: Session) -> None:
        """Keep or forget a session whose client is gone."""
        session.line = None
        if self._all.get(session.key) is not session:
            return
        if not session.is_kept:
            self.end(session)
            return
        session.outbox.drop_unconfirmed()
        self._trim(session)
        self._absent[session.key] = session
        self._make_room(session.key.client)

    def end_all_of(self, client: str) -> None:
        """Forget the sessions of a client."""
        for session in [found for found in self._all.values() if found.key.client == client]:
            self.end(session)

    def has_room_for(self, session: Session, topic_filter: str) -> bool:
        """Tell whether the session may have this subscription besides those that it has."""
        filters = session.filters
        return topic_filter in filters or len(filters) < self._limits.subscriptions

    def subscribe(self, session: Session, topic_filter: str, qos: int) -> None:
        """Subscribe, or change the QoS of a subscription."""
        session.filters[topic_filter] = qos
        subscriptions = self._subscriptions.setdefault(session.key.listener, Subscriptions())
        subscriptions.add(session, topic_filter, qos)

    def unsubscribe(self, session: Session, topic_filter: str) -> bool:
        """Unsubscribe; return whether there was such a subscription."""
        if session.filters.pop(topic_filter, None) is None:
            return False
        self._subscriptions[session.key.listener].remove(session, topic_filter)
        return True

    def subscribers(self, listener: str, topic: str) -> tuple[tuple[Session, int], ...]:
        """Return who gets a message on this topic, each once with the highest QoS."""
        subscriptions = self._subscriptions.get(listener)
        return () if subscriptions is None else subscriptions.of(topic)

    def put(self, session: Session, message: Message) -> bool:
        """Let a message wait for a client; return False when too much waits for a present one."""
        outbox, limits = session.outbox, self._limits
        if session.line is not None:
            outbox.put(message)
            return not outbox.exceeds(limits.queue_messages, limits.queue_bytes)
        if message.qos:
            outbox.put(message)
            self._trim(session)
        return True

    def _trim(self, session: Session) -> None:
        while session.outbox.exceeds(self._limits.absent_messages, self._limits.absent_bytes):
            session.outbox.drop_oldest()

    def _make_room(self, client: str) -> None:
        own = [session for key, session in self._absent.items() if key.client == client]
        for session in own[: max(0, len(own) - self._limits.sessions_per_client)]:
            self.end(session)
        while len(self._absent) > self._limits.sessions:
            self.end(next(iter(self._absent.values())))
