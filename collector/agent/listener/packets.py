"""What clients send after they have begun, read."""

from dataclasses import dataclass
from enum import IntEnum

from collector.agent.listener import properties
from collector.agent.listener.connect import MQTT_3_1, MQTT_5
from collector.agent.listener.fields import Fields
from collector.agent.listener.properties import Property
from collector.agent.listener.reasons import PacketError, Reason

MAX_QOS = 2

_DUPLICATE = 0x08
_QOS_MASK = 0x03
_OPTIONS_5_RESERVED = 0xC0
_RETAIN_HANDLING = 0x30


class Kind(IntEnum):
    """The upper half of a packet's first byte."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Which filters a client wants, each with the highest QoS that it takes."""

    packet_id: int
    filters: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Which filters it wants no longer."""

    packet_id: int
    filters: tuple[str, ...]


def check_flags(head: int, version: int) -> None:
    """Check the lower half of the first byte of a packet that is not a PUBLISH.

    Raises:
        PacketError: A reserved flag is wrong.
    """
    kind, flags = head >> 4, head & 0x0F
    expected = 2 if kind in (Kind.PUBREL, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE) else 0
    if version == MQTT_3_1 and expected:
        flags &= ~_DUPLICATE  # the first version marks these, too, when they are repeated
    if flags != expected:
        raise PacketError(f"a packet of kind {kind} with flags {flags}")


def parse_publish(head: int, body: bytes, version: int) -> tuple[bytes, int, bytes]:
    """Return topic, packet identifier (0 for QoS 0) and payload; the topic is not checked yet.

    Raises:
        PacketError: It is malformed, or names its topic by an alias.
    """
    # Every value of every client passes here, so it does without `Fields`.
    at = 2 + int.from_bytes(body[:2])
    topic = body[2:at]
    packet_id = 0
    if head & 0x06:
        if head & 0x06 == 0x06:  # noqa: PLR2004 - both bits of the QoS
            raise PacketError("a message with QoS 3")
        packet_id = int.from_bytes(body[at : at + 2])
        at += 2
        if not packet_id:
            raise PacketError("packet identifier 0")
    elif head & _DUPLICATE:
        raise PacketError("a repeated message with QoS 0")
    if at > len(body):
        raise PacketError("the packet ends in the middle of a field")
    if version == MQTT_5:
        return topic, packet_id, _behind_properties(body[at:])
    return topic, packet_id, body[at:]


def _behind_properties(rest: bytes) -> bytes:
    if rest[:1] == b"\0":
        return rest[1:]
    fields = Fields(rest)
    if Property.TOPIC_ALIAS in properties.read_properties(fields, properties.PUBLISH):
        raise PacketError("a topic alias", Reason.TOPIC_ALIAS_INVALID)
    return fields.rest()


def parse_acknowledgement(body: bytes, version: int) -> tuple[int, int]:
    """Return packet identifier and reason code of a PUBACK, PUBREC, PUBREL or PUBCOMP."""
    fields = Fields(body)
    packet_id = fields.packet_id()
    return packet_id, _reason(fields, version, properties.ACKNOWLEDGEMENT)


def parse_disconnect(body: bytes, version: int) -> int:
    """Return the reason code of a DISCONNECT."""
    return _reason(Fields(body), version, properties.DISCONNECT)


def parse_subscribe(body: bytes, version: int) -> Subscribe:
    """Read a SUBSCRIBE; whether the filters make sense is not checked yet."""
    fields = Fields(body)
    packet_id = fields.packet_id()
    if version == MQTT_5:
        found = properties.read_properties(fields, properties.SUBSCRIBE)
        if Property.SUBSCRIPTION_IDENTIFIER in found:
            reason = Reason.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED
            raise PacketError("a subscription identifier", reason)
    filters = []
    while not fields.has_ended:
        filters.append((fields.text(), _qos(fields.byte(), version)))
    if not filters:
        raise PacketError("a SUBSCRIBE without filters", Reason.PROTOCOL_ERROR)
    return Subscribe(packet_id, tuple(filters))


def parse_unsubscribe(body: bytes, version: int) -> Unsubscribe:
    """Read an UNSUBSCRIBE."""
    fields = Fields(body)
    packet_id = fields.packet_id()
    if version == MQTT_5:
        properties.read_properties(fields, properties.UNSUBSCRIBE)
    filters = []
    while not fields.has_ended:
        filters.append(fields.text())
    if not filters:
        raise PacketError("an UNSUBSCRIBE without filters", Reason.PROTOCOL_ERROR)
    return Unsubscribe(packet_id, tuple(filters))


def _qos(options: int, version: int) -> int:
    # No local, retain as published and retain handling change nothing here: a client's own
    # messages never come back to it, and none are retained.
    if version == MQTT_5:
        if options & _OPTIONS_5_RESERVED or options & _RETAIN_HANDLING == _RETAIN_HANDLING:
            raise PacketError("subscription options that do not exist", Reason.PROTOCOL_ERROR)
    elif options > MAX_QOS:
        raise PacketError("a subscription with QoS 3")
    qos = options & _QOS_MASK
    if qos > MAX_QOS:
        raise PacketError("a subscription with QoS 3")
    return qos


def _reason(fields: Fields, version: int, readers: properties.Readers) -> int:
    reason = 0
    if version == MQTT_5 and not fields.has_ended:
        reason = fields.byte()
        if not fields.has_ended:
            properties.read_properties(fields, readers)
    if not fields.has_ended:
        raise PacketError("a packet with something behind it")
    return reason
