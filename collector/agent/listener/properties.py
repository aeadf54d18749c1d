"""The properties of MQTT 5: read to the letter, and most of them not needed here."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType

from collector.agent.listener.fields import Fields
from collector.agent.listener.reasons import PacketError, Reason

Value = int | str | bytes | tuple[str, str]


class Property(IntEnum):
    """What a property is about."""

    PAYLOAD_FORMAT_INDICATOR = 0x01
    MESSAGE_EXPIRY_INTERVAL = 0x02
    CONTENT_TYPE = 0x03
    RESPONSE_TOPIC = 0x08
    CORRELATION_DATA = 0x09
    SUBSCRIPTION_IDENTIFIER = 0x0B
    SESSION_EXPIRY_INTERVAL = 0x11
    ASSIGNED_CLIENT_IDENTIFIER = 0x12
    SERVER_KEEP_ALIVE = 0x13
    AUTHENTICATION_METHOD = 0x15
    AUTHENTICATION_DATA = 0x16
    REQUEST_PROBLEM_INFORMATION = 0x17
    WILL_DELAY_INTERVAL = 0x18
    REQUEST_RESPONSE_INFORMATION = 0x19
    REASON_STRING = 0x1F
    RECEIVE_MAXIMUM = 0x21
    TOPIC_ALIAS_MAXIMUM = 0x22
    TOPIC_ALIAS = 0x23
    RETAIN_AVAILABLE = 0x25
    USER_PROPERTY = 0x26
    MAXIMUM_PACKET_SIZE = 0x27
    SUBSCRIPTION_IDENTIFIER_AVAILABLE = 0x29
    SHARED_SUBSCRIPTION_AVAILABLE = 0x2A


def _flag(fields: Fields) -> int:
    value = fields.byte()
    if value > 1:
        raise PacketError("a property that is neither 0 nor 1", Reason.PROTOCOL_ERROR)
    return value


def _positive(read: Callable[[Fields], int]) -> Callable[[Fields], int]:
    def positive(fields: Fields) -> int:
        value = read(fields)
        if not value:
            raise PacketError("a property that must not be 0", Reason.PROTOCOL_ERROR)
        return value

    return positive


def _pair(fields: Fields) -> tuple[str, str]:
    return fields.text(), fields.text()


Reader = Callable[[Fields], Value]

Readers = Mapping[int, Reader]
"""Which properties may stand somewhere, and how each is read."""

_USER: dict[int, Reader] = {Property.USER_PROPERTY: _pair}
_MESSAGE: dict[int, Reader] = {
    **_USER,
    Property.PAYLOAD_FORMAT_INDICATOR: _flag,
    Property.MESSAGE_EXPIRY_INTERVAL: Fields.four_bytes,
    Property.CONTENT_TYPE: Fields.text,
    Property.RESPONSE_TOPIC: Fields.text,
    Property.CORRELATION_DATA: Fields.binary,
}
_CONNECT: dict[int, Reader] = {
    **_USER,
    Property.SESSION_EXPIRY_INTERVAL: Fields.four_bytes,
    Property.RECEIVE_MAXIMUM: _positive(Fields.two_bytes),
    Property.MAXIMUM_PACKET_SIZE: _positive(Fields.four_bytes),
    Property.TOPIC_ALIAS_MAXIMUM: Fields.two_bytes,
    Property.REQUEST_RESPONSE_INFORMATION: _flag,
    Property.REQUEST_PROBLEM_INFORMATION: _flag,
    Property.AUTHENTICATION_METHOD: Fields.text,
    Property.AUTHENTICATION_DATA: Fields.binary,
}
_WILL: dict[int, Reader] = {**_MESSAGE, Property.WILL_DELAY_INTERVAL: Fields.four_bytes}
_PUBLISH: dict[int, Reader] = {**_MESSAGE, Property.TOPIC_ALIAS: Fields.two_bytes}
_SUBSCRIBE: dict[int, Reader] = {
    **_USER,
    Property.SUBSCRIPTION_IDENTIFIER: _positive(Fields.varint),
}
_ACKNOWLEDGEMENT: dict[int, Reader] = {**_USER, Property.REASON_STRING: Fields.text}
_DISCONNECT: dict[int, Reader] = {
    **_ACKNOWLEDGEMENT,
    Property.SESSION_EXPIRY_INTERVAL: Fields.four_bytes,
}

CONNECT: Readers = MappingProxyType(_CONNECT)
WILL: Readers = MappingProxyType(_WILL)
PUBLISH: Readers = MappingProxyType(_PUBLISH)
SUBSCRIBE: Readers = MappingProxyType(_SUBSCRIBE)
UNSUBSCRIBE: Readers = MappingProxyType(_USER)
ACKNOWLEDGEMENT: Readers = MappingProxyType(_ACKNOWLEDGEMENT)
DISCONNECT: Readers = MappingProxyType(_DISCONNECT)


def read_properties(fields: Fields, readers: Readers) -> dict[int, Value]:
    """Read the properties that stand next; of user properties only the last is returned.

    Raises:
        PacketError: One is unknown, may not stand here, stands here twice or is malformed.
    """
    found: dict[int, Value] = {}
    part = fields.part(fields.varint())
    while not part.has_ended:
        name = part.varint()
        reader = readers.get(name)
        if reader is None:
            raise PacketError(f"property {name:#04x} may not stand here")
        if name in found and name != Property.USER_PROPERTY:
            raise PacketError(f"property {name:#04x} stands here twice", Reason.PROTOCOL_ERROR)
        found[name] = reader(part)
    return found
