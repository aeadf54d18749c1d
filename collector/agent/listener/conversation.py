"""What a client and the listener say to each other once the session has begun."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from collector.agent.broker import Listener
from collector.agent.listener import packets, replies
from collector.agent.listener.connect import MQTT_5
from collector.agent.listener.exchange import Exchange
from collector.agent.listener.fields import decoded
from collector.agent.listener.packets import Kind
from collector.agent.listener.reasons import PacketError, Reason
from collector.agent.listener.sessions import Session
from collector.agent.listener.topics import is_filter, is_topic

_PUBLISH = int(Kind.PUBLISH)
_EXACTLY_ONCE = 2
_REFUSED = 0x80
_REMEMBERED_TOPICS = 1024
_REMEMBERED_TOPIC_BYTES = 256


class Conversation:
    """Answers the packets of one client.

    Args:
        version: Of MQTT, as in `Connect`.
        session: Of the client.
        listener: Where the client is connected.
        exchange: What all connections share.
    """

    def __init__(
        self, version: int, session: Session, listener: Listener, exchange: Exchange
    ) -> None:
        self._version = version
        self._session = session
        self._client = session.key.client
        self._listener = listener
        self._exchange = exchange
        self._handle = exchange.service.handle
        self._longest_payload = exchange.limits.payload_bytes
        self._allowed: dict[bytes, str] = {}

    def answer(self, head: int, body: bytes) -> bytes:
        """Take one packet and return what to send for it.

        Raises:
            PacketError: The connection has to be closed.
        """
        if head >> 4 == _PUBLISH:
            return self._publish(head, body)
        packets.check_flags(head, self._version)
        answer = _ANSWERS.get(head >> 4)
        if answer is None:
            raise PacketError(f"a packet of kind {head >> 4}", Reason.PROTOCOL_ERROR)
        return answer(self, body)

    def _publish(self, head: int, body: bytes) -> bytes:
        encoded, packet_id, payload = packets.parse_publish(head, body, self._version)
        if len(payload) > self._longest_payload:
            raise PacketError(f"a payload of {len(payload)} bytes", Reason.PACKET_TOO_LARGE)
        topic = self._allowed.get(encoded) or self._allow(encoded)
        qos = head >> 1 & 3
        if not topic:
            return self._forbid(encoded, packet_id, qos)
        if qos == _EXACTLY_ONCE:
            return self._publish_once(topic, packet_id, payload)
        if not self._is_taken(topic, payload) or not qos:
            return b""
        return b"\x40\x02" + packet_id.to_bytes(2)

    def _publish_once(self, topic: str, packet_id: int, payload: bytes) -> bytes:
        received = self._session.received
        if packet_id not in received:
            if len(received) >= self._exchange.limits.received_window:
                text = f"{len(received)} messages of QoS 2 that are not released"
                raise PacketError(text, Reason.RECEIVE_MAXIMUM_EXCEEDED)
            if not self._is_taken(topic, payload):
                return b""
            received.add(packet_id)
        return replies.acknowledgement(Kind.PUBREC, self._version, packet_id)

    def _is_taken(self, topic: str, payload: bytes) -> bool:
        taken = self._handle(self._client, self._listener.name, topic, payload)
        if taken is False:
            raise PacketError(f"a message on {topic} was not taken", Reason.UNSPECIFIED_ERROR)
        return bool(taken)

    def _allow(self, encoded: bytes) -> str:
        """Return the topic, or an empty text when the client may not publish there."""
        topic = decoded(encoded)
        if not is_topic(topic, self._exchange.limits):
            raise PacketError(f"a message on {topic[:80]!r}", Reason.TOPIC_NAME_INVALID)
        if not self._listener.policy.may_publish(self._client, topic):
            return ""
        if len(encoded) <= _REMEMBERED_TOPIC_BYTES:
            if len(self._allowed) >= _REMEMBERED_TOPICS:
                self._allowed.clear()
            self._allowed[encoded] = topic
        return topic

    def _forbid(self, encoded: bytes, packet_id: int, qos: int) -> bytes:
        # Only an acknowledgement of MQTT 5 can say no; anything else would look like success.
        if self._version != MQTT_5 or not qos:
            text = f"may not publish on {encoded.decode()!r}"
            raise PacketError(text, Reason.NOT_AUTHORIZED)
        kind = Kind.PUBREC if qos == _EXACTLY_ONCE else Kind.PUBACK
        return replies.acknowledgement(kind, self._version, packet_id, Reason.NOT_AUTHORIZED)

    def _release(self, body: bytes) -> bytes:
        packet_id, _ = packets.parse_acknowledgement(body, self._version)
        known = packet_id in self._session.received
        self._session.received.discard(packet_id)
        reason = Reason.SUCCESS if known else Reason.PACKET_IDENTIFIER_NOT_FOUND
        return replies.acknowledgement(Kind.PUBCOMP, self._version, packet_id, reason)

    def _puback(self, body: bytes) -> bytes:
        packet_id, _ = packets.parse_acknowledgement(body, self._version)
        self._session.outbox.acknowledged(packet_id)
        return b""

    def _pubrec(self, body: bytes) -> bytes:
        packet_id, reason = packets.parse_acknowledgement(body, self._version)
        if reason >= _REFUSED:
            self._session.outbox.acknowledged(packet_id)
            return b""
        self._session.outbox.received(packet_id)
        return replies.acknowledgement(Kind.PUBREL, self._version, packet_id)

    def _pubcomp(self, body: bytes) -> bytes:
        packet_id, _ = packets.parse_acknowledgement(body, self._version)
        self._session.outbox.completed(packet_id)
        return b""

    def _subscribe(self, body: bytes) -> bytes:
        wanted = packets.parse_subscribe(body, self._version)
        granted = [self._grant(topic_filter, qos) for topic_filter, qos in wanted.filters]
        return replies.suback(self._version, wanted.packet_id, granted)

    def _grant(self, topic_filter: str, qos: int) -> int:
        """Return the granted QoS, or why there is none."""
        if topic_filter.startswith("$share/"):
            return Reason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
        if not is_filter(topic_filter, self._exchange.limits):
            return Reason.TOPIC_FILTER_INVALID
        if not self._exchange.sessions.has_room_for(self._session, topic_filter):
            return Reason.QUOTA_EXCEEDED
        if not self._listener.policy.may_subscribe(self._client, topic_filter):
            return Reason.NOT_AUTHORIZED
        self._exchange.sessions.subscribe(self._session, topic_filter, qos)
        return qos

    def _unsubscribe(self, body: bytes) -> bytes:
        unwanted = packets.parse_unsubscribe(body, self._version)
        reasons = [
            Reason.SUCCESS
            if self._exchange.sessions.unsubscribe(self._session, topic_filter)
            else Reason.NO_SUBSCRIPTION_EXISTED
            for topic_filter in unwanted.filters
        ]
        return replies.unsuback(self._version, unwanted.packet_id, reasons)

    def _ping(self, body: bytes) -> bytes:
        if body:
            raise PacketError("a PINGREQ with something behind it")
        return replies.PINGRESP


_ANSWERS: Mapping[int, Callable[[Conversation, bytes], bytes]] = MappingProxyType(
    {
        Kind.PUBACK: Conversation._puback,  # noqa: SLF001 - the table of this very class
        Kind.PUBREC: Conversation._pubrec,  # noqa: SLF001 - as above
        Kind.PUBREL: Conversation._release,  # noqa: SLF001 - as above
        Kind.PUBCOMP: Conversation._pubcomp,  # noqa: SLF001 - as above
        Kind.SUBSCRIBE: Conversation._subscribe,  # noqa: SLF001 - as above
        Kind.UNSUBSCRIBE: Conversation._unsubscribe,  # noqa: SLF001 - as above
        Kind.PINGREQ: Conversation._ping,  # noqa: SLF001 - as above
    }
)
