"""What the listener sends, written."""

from collections.abc import Sequence

from collector.agent.listener.connect import MQTT_5, Connect
from collector.agent.listener.fields import measured, prefixed
from collector.agent.listener.framing import encoded_length
from collector.agent.listener.limits import Limits
from collector.agent.listener.packets import Kind
from collector.agent.listener.properties import Property
from collector.agent.listener.reasons import Reason

PINGRESP = bytes([Kind.PINGRESP << 4, 0])

UNSUPPORTED_VERSION = bytes([Kind.CONNACK << 4, 2, 0, 1])
"""A CONNACK that every version understands."""

_REFUSED = 0x80
_CONNACK_3 = {
    Reason.SUCCESS: 0,
    Reason.UNSUPPORTED_PROTOCOL_VERSION: 1,
    Reason.CLIENT_IDENTIFIER_NOT_VALID: 2,
    Reason.QUOTA_EXCEEDED: 3,
    Reason.NOT_AUTHORIZED: 5,
}


def connack(version: int, reason: Reason, *, present: bool = False, extra: bytes = b"") -> bytes:
    """Answer a CONNECT; present tells of an earlier session, extra has MQTT 5's properties."""
    if version == MQTT_5:
        return _packet(Kind.CONNACK, bytes([present, reason]) + measured(extra))
    return _packet(Kind.CONNACK, bytes([present, _CONNACK_3.get(reason, 5)]))


def terms(connect: Connect, limits: Limits, assigned: str) -> bytes:
    """Return the properties in which a client of MQTT 5 is told what it gets here.

    The assigned client identifier is empty when the client brought one.
    """
    found = _number(Property.RECEIVE_MAXIMUM, min(limits.received_window, 0xFFFF), 2)
    found += _number(Property.MAXIMUM_PACKET_SIZE, limits.packet_bytes, 4)
    found += _number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0, 1)
    found += _number(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0, 1)
    if connect.session_expiry_s:
        found += _number(Property.SESSION_EXPIRY_INTERVAL, 0, 4)
    if not connect.keepalive_s:
        # The client then pings within that time; the silence that is cut off is longer.
        found += _number(Property.SERVER_KEEP_ALIVE, server_keepalive_s(limits), 2)
    if assigned:
        found += bytes([Property.ASSIGNED_CLIENT_IDENTIFIER]) + prefixed(assigned.encode())
    return found


def server_keepalive_s(limits: Limits) -> int:
    """Return the keepalive that a client of MQTT 5 is told when it asks for none."""
    return max(1, min(int(limits.idle_s / 1.5), 0xFFFF))


def publish(version: int, topic: bytes, packet_id: int, payload: bytes, qos: int) -> bytes:
    """Deliver a message; the packet identifier counts for QoS 1 and 2."""
    head = prefixed(topic)
    if qos:
        head += packet_id.to_bytes(2)
    if version == MQTT_5:
        head += b"\0"
    length = encoded_length(len(head) + len(payload))
    return bytes([Kind.PUBLISH << 4 | qos << 1]) + length + head + payload


def repeated(packet: bytes) -> bytes:
    """Return a PUBLISH marked as sent again."""
    return bytes([packet[0] | 0x08]) + packet[1:]


def acknowledgement(
    kind: Kind, version: int, packet_id: int, reason: Reason = Reason.SUCCESS
) -> bytes:
    """Return a PUBACK, PUBREC, PUBREL or PUBCOMP."""
    head = kind << 4 | (2 if kind == Kind.PUBREL else 0)
    if version == MQTT_5 and reason:
        return bytes([head, 3, packet_id >> 8, packet_id & 0xFF, reason])
    return bytes([head, 2, packet_id >> 8, packet_id & 0xFF])


def suback(version: int, packet_id: int, granted: Sequence[int]) -> bytes:
    """Answer a SUBSCRIBE: a QoS for each granted filter, a reason of 0x80 or more for others.

    MQTT 3.1 knows no refusal; like 3.1.1 it is told 0x80, which its clients show as it is.
    """
    if version == MQTT_5:
        return _packet(Kind.SUBACK, packet_id.to_bytes(2) + b"\0" + bytes(granted))
    codes = bytes(min(code, _REFUSED) for code in granted)
    return _packet(Kind.SUBACK, packet_id.to_bytes(2) + codes)


def unsuback(version: int, packet_id: int, reasons: Sequence[Reason]) -> bytes:
    """Answer an UNSUBSCRIBE."""
    if version == MQTT_5:
        return _packet(Kind.UNSUBACK, packet_id.to_bytes(2) + b"\0" + bytes(reasons))
    return _packet(Kind.UNSUBACK, packet_id.to_bytes(2))


def disconnect(version: int, reason: Reason) -> bytes:
    """Say why a connection is closed; earlier versions have no word for it."""
    return bytes([Kind.DISCONNECT << 4, 1, reason]) if version == MQTT_5 else b""


def _packet(kind: Kind, body: bytes) -> bytes:
    return bytes([kind << 4]) + measured(body)


def _number(name: Property, value: int, width: int) -> bytes:
    return bytes([name]) + value.to_bytes(width)
