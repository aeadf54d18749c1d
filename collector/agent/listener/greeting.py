"""How a CONNECT is answered."""

import uuid
from dataclasses import dataclass

from collector.agent.broker import Listener, Peer
from collector.agent.listener import replies
from collector.agent.listener.connect import MQTT_3_1, MQTT_5, Connect
from collector.agent.listener.exchange import Exchange
from collector.agent.listener.limits import Limits
from collector.agent.listener.reasons import Reason
from collector.agent.listener.sessions import Session, SessionKey
from collector.agent.listener.topics import is_topic


@dataclass(frozen=True, slots=True)
class Welcome:
    """A client that was let in.

    Attributes:
        client: Its client id, from the policy.
        session: Begun or resumed; not yet on a line.
        answer: The CONNACK, and behind it what the client missed.
    """

    client: str
    session: Session
    answer: bytes


def greet(connect: Connect, peer: Peer, listener: Listener, exchange: Exchange) -> Welcome | Reason:
    """Let a client in, or return why not. Nothing shared is touched before it is let in."""
    client = listener.policy.authenticate(peer)
    if client is None:
        return Reason.NOT_AUTHORIZED
    if not _may_be_called_so(connect, exchange.limits):
        return Reason.CLIENT_IDENTIFIER_NOT_VALID
    if not _may_have_will(connect, client, listener, exchange.limits):
        return Reason.NOT_AUTHORIZED
    assigned = "" if connect.client_id else uuid.uuid4().hex
    key = SessionKey(listener.name, client, connect.client_id or assigned)
    session, is_present = _session(connect, key, exchange)
    extra = replies.terms(connect, exchange.limits, assigned) if connect.version == MQTT_5 else b""
    answer = replies.connack(connect.version, Reason.SUCCESS, present=is_present, extra=extra)
    return Welcome(client, session, answer + session.outbox.unfinished(connect.version))


def _session(connect: Connect, key: SessionKey, exchange: Exchange) -> tuple[Session, bool]:
    sessions = exchange.sessions
    earlier = sessions.find(key)
    if earlier is not None and earlier.line is not None:
        earlier.line.close(Reason.SESSION_TAKEN_OVER)
        earlier = sessions.find(key)
    # MQTT 5 sessions end with their connection: their expiry is answered with 0 seconds.
    is_kept = not connect.clean and connect.version != MQTT_5
    if earlier is not None and is_kept:
        sessions.resume(earlier)
        return earlier, True
    window = min(exchange.limits.window, connect.receive_maximum)
    return sessions.create(key, is_kept=is_kept, window=window), False


def _may_be_called_so(connect: Connect, limits: Limits) -> bool:
    if not connect.client_id:
        # 3.1 knows no empty identifier; 3.1.1 has one assigned, but could never find it again.
        return connect.version == MQTT_5 or (connect.clean and connect.version != MQTT_3_1)
    return len(connect.client_id) <= limits.client_id_length


def _may_have_will(connect: Connect, client: str, listener: Listener, limits: Limits) -> bool:
    will = connect.will
    if will is None:
        return True
    return is_topic(will.topic, limits) and listener.policy.may_publish(client, will.topic)
