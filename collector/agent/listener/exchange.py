"""What all connections share: who is here, and who gets what."""

import asyncio
from typing import Protocol

from collector.agent.broker import Listener, Service
from collector.agent.listener.admission import Admission
from collector.agent.listener.channel import Buffers
from collector.agent.listener.complaints import Complaints
from collector.agent.listener.connect import Will
from collector.agent.listener.limits import Limits
from collector.agent.listener.outbox import Message
from collector.agent.listener.reasons import Reason
from collector.agent.listener.sessions import Line, Session, Sessions


class Member(Line, Protocol):
    """A connection, as the exchange sees it."""

    @property
    def client(self) -> str | None:
        """Whose it is; None before its CONNECT was accepted."""
        ...

    def dismiss(self, reason: Reason) -> None:
        """Close it without publishing the client's will."""
        ...

    def cut(self) -> None:
        """Close it without waiting for the client to hang up."""
        ...

    def abort(self) -> None:
        """Close it without waiting for what was written."""
        ...


class Exchange:
    """The state of one running listener. Made and used on the event loop.

    Attributes:
        limits: As given.
        service: As given.
        sessions: Sessions of all clients.
        admission: Counts connections.
        complaints: For log lines about strangers.
        buffers: For all channels.
        members: The open connections.
    """

    def __init__(self, limits: Limits, service: Service) -> None:
        self._loop = asyncio.get_running_loop()
        self.limits = limits
        self.service = service
        self.sessions = Sessions(limits)
        self.admission = Admission(limits)
        self.complaints = Complaints(self._loop.time)
        self.buffers = Buffers()
        self.members: set[Member] = set()
        self._awake: dict[Line, None] = {}
        self._is_flush_due = False
        self._is_closed = False

    def publish(self, listener: str, topic: str, payload: bytes, qos: int) -> None:
        """See `collector.agent.broker.Broker`."""
        encoded = b""
        for session, granted in self.sessions.subscribers(listener, topic):
            encoded = encoded or topic.encode()
            message = Message(encoded, payload, min(qos, granted))
            if self.sessions.put(session, message):
                self._wake(session)
            else:
                self._press(session, message)

    def is_wanted(self, listener: str, topic: str) -> bool:
        """See `collector.agent.broker.Broker`."""
        return bool(self.sessions.subscribers(listener, topic))

    def publish_will(self, listener: Listener, client: str, will: Will) -> None:
        """Hand a will to the service, soon; whoever is closing a connection goes on first."""
        self._loop.call_soon(self._hand_over, listener, client, will)

    def disconnect(self, client: str) -> None:
        """See `collector.agent.broker.Broker`."""
        for member in [member for member in self.members if member.client == client]:
            member.dismiss(Reason.ADMINISTRATIVE_ACTION)
        self.sessions.end_all_of(client)

    def flush(self) -> None:
        """Send what was published to whom since the last time."""
        while self._awake:
            self._awake.popitem()[0].flush()

    def close(self) -> None:
        """Close every connection; nothing is published or handed over any more."""
        self._is_closed = True
        for member in list(self.members):
            member.dismiss(Reason.SERVER_SHUTTING_DOWN)
            member.cut()

    def _hand_over(self, listener: Listener, client: str, will: Will) -> None:
        # Asked again: the client may have been deleted since.
        if not self._is_closed and listener.policy.may_publish(client, will.topic):
            self.service.handle(client, listener.name, will.topic, will.payload)

    def _wake(self, session: Session) -> None:
        if session.line is None:
            return
        self._awake[session.line] = None
        if not self._is_flush_due:
            self._is_flush_due = True
            self._loop.call_soon(self._flush_later)

    def _flush_later(self) -> None:
        self._is_flush_due = False
        self.flush()

    def _press(self, session: Session, message: Message) -> None:
        line, limits = session.line, self.limits
        if line is None:
            return
        line.flush()
        if not session.outbox.exceeds(limits.queue_messages, limits.queue_bytes):
            return
        if message.qos:  # it was promised every one of these
            self._complain_of(session, "was cut off")
            line.close(Reason.QUOTA_EXCEEDED)
        else:
            self._complain_of(session, "misses some")
            session.outbox.drop_newest()

    def _complain_of(self, session: Session, outcome: str) -> None:
        text = "%s: %s takes its messages too slowly and %s"
        self.complaints.say(text, session.key.listener, session.key.client, outcome)
