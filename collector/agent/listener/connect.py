"""The packet with which a client begins."""

from dataclasses import dataclass

from collector.agent.listener import properties
from collector.agent.listener.fields import Fields
from collector.agent.listener.properties import Property, Value
from collector.agent.listener.reasons import PacketError, Reason

MQTT_3_1 = 3
MQTT_3_1_1 = 4
MQTT_5 = 5

_VERSIONS = {"MQIsdp": (MQTT_3_1,), "MQTT": (MQTT_3_1_1, MQTT_5)}

_RESERVED = 0x01
_CLEAN = 0x02
_WILL = 0x04
_WILL_QOS = 0x18
_WILL_RETAIN = 0x20
_PASSWORD = 0x40
_USER_NAME = 0x80


class UnsupportedVersionError(PacketError):
    """A version of MQTT that is not spoken here."""


@dataclass(frozen=True, slots=True)
class Will:
    """What a client wants published when its connection ends without a goodbye."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Connect:
    """Who begins a session, and how.

    Attributes:
        version: 3 for MQTT 3.1, 4 for 3.1.1, 5.
        client_id: The MQTT client identifier, which says nothing about who it is.
        clean: Forget an earlier session.
        keepalive_s: 0 for none.
        receive_maximum: How many unacknowledged messages the client takes at a time.
        maximum_packet_bytes: The longest packet that it takes, the fixed header included.
        session_expiry_s: How long it would like its session to be kept (MQTT 5).
    """

    version: int
    client_id: str
    clean: bool
    keepalive_s: int
    will: Will | None = None
    receive_maximum: int = 0xFFFF
    maximum_packet_bytes: int = 0xFFFFFFFF
    session_expiry_s: int = 0


def parse_connect(body: bytes) -> Connect:
    """Read the body of a CONNECT. User name and password are read and ignored.

    Raises:
        UnsupportedVersionError: It is MQTT, of another version.
        PacketError: Anything else is wrong with it.
    """
    fields = Fields(body)
    version = _version(fields)
    flags = fields.byte()
    _check(flags, version)
    keepalive_s = fields.two_bytes()
    found: dict[int, Value] = {}
    if version == MQTT_5:
        found = properties.read_properties(fields, properties.CONNECT)
        _check_authentication(found)
    client_id = fields.text()
    will = _will(fields, version) if flags & _WILL else None
    if flags & _USER_NAME:
        fields.text()
    if flags & _PASSWORD:
        fields.binary()
    if not fields.has_ended:
        raise PacketError("a CONNECT with something behind it")
    return Connect(
        version=version,
        client_id=client_id,
        clean=bool(flags & _CLEAN),
        keepalive_s=keepalive_s,
        will=will,
        receive_maximum=_number(found, Property.RECEIVE_MAXIMUM, 0xFFFF),
        maximum_packet_bytes=_number(found, Property.MAXIMUM_PACKET_SIZE, 0xFFFFFFFF),
        session_expiry_s=_number(found, Property.SESSION_EXPIRY_INTERVAL, 0),
    )


def _version(fields: Fields) -> int:
    name = fields.binary()
    version = fields.byte()
    spoken = _VERSIONS.get(name.decode("latin-1"))
    if spoken is None:
        raise PacketError("a CONNECT of another protocol")
    if version not in spoken:
        text = f"version {version} of {name.decode('latin-1')}"
        raise UnsupportedVersionError(text, Reason.UNSUPPORTED_PROTOCOL_VERSION)
    return version


def _check(flags: int, version: int) -> None:
    if flags & _RESERVED and version != MQTT_3_1:
        raise PacketError("a CONNECT with a reserved flag")
    if flags & _WILL_QOS == _WILL_QOS:
        raise PacketError("a will with QoS 3")
    if not flags & _WILL and flags & (_WILL_QOS | _WILL_RETAIN) and version != MQTT_3_1:
        raise PacketError("flags of a will without a will")
    if flags & _PASSWORD and not flags & _USER_NAME and version == MQTT_3_1_1:
        raise PacketError("a password without a user name")


def _check_authentication(found: dict[int, Value]) -> None:
    if Property.AUTHENTICATION_METHOD in found or Property.AUTHENTICATION_DATA in found:
        raise PacketError("enhanced authentication", Reason.BAD_AUTHENTICATION_METHOD)


def _will(fields: Fields, version: int) -> Will:
    # Its delay ends with the session, and the session with the connection: there is none.
    if version == MQTT_5:
        properties.read_properties(fields, properties.WILL)
    return Will(fields.text(), fields.binary())


def _number(found: dict[int, Value], name: Property, default: int) -> int:
    value = found.get(name, default)
    return value if isinstance(value, int) else default
