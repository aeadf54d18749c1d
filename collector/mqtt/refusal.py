"""Why a connection was refused or lost, in one line that says what to do."""

import ssl
from collections.abc import Mapping
from types import MappingProxyType

from collector.errors import (
    AgentRefusesError,
    AgentUnreachableError,
    ConnectDeclinedError,
    RefusalReason,
)
from collector.mqtt import tls
from collector.mqtt.stream import MAX_PACKET_BYTES, TlsStream

_CONNACK = 0x20
_CONNACK_BYTES = 4
_UNACCEPTABLE_VERSION = 1
_NOT_AUTHORIZED = frozenset({4, 5})

_NO_LONGER = "does not authorize this client; if it was deleted: collector provision --force"

_CODES: Mapping[int, str] = MappingProxyType(
    {
        1: 'does not speak this version of MQTT; try protocol = "3.1"',
        2: "refuses our MQTT client identifier",
        3: "is not ready to serve",
        4: _NO_LONGER,
        5: _NO_LONGER,
    }
)


def refusal_told(stream: TlsStream, place: str) -> AgentUnreachableError | None:
    """Return what the other side said before it hung up, or None when it said nothing."""
    if stream.failure is not None and tls.names_a_reason(stream.failure):
        return tls.explain(stream.failure, place)
    if len(stream.head) == _CONNACK_BYTES and stream.head[0] == _CONNACK and stream.head[3]:
        return _refused_by_code(stream.head[3], place)
    if stream.head:
        return ConnectDeclinedError(f"the agent at {place} does not speak MQTT")
    return None


def ending_of(stream: TlsStream, place: str) -> str:
    """Return why an established connection ended."""
    if stream.excess_bytes:
        return (
            f"the agent at {place} announced a packet of {stream.excess_bytes} bytes; "
            f"{MAX_PACKET_BYTES} are taken at most"
        )
    if stream.failure is None:
        return f"the agent at {place} closed the connection"
    if isinstance(stream.failure, ssl.SSLError):
        return str(tls.explain(stream.failure, place))
    return f"the connection to {place} was lost: {stream.failure.strerror or stream.failure}"


def _refused_by_code(code: int, place: str) -> AgentUnreachableError:
    text = f"the agent at {place} {_CODES.get(code, f'refuses us with code {code}')}"
    if code in _NOT_AUTHORIZED:
        return AgentRefusesError(RefusalReason.CLIENT_NOT_AUTHORIZED, text)
    if code == _UNACCEPTABLE_VERSION:
        return AgentRefusesError(RefusalReason.NO_COMMON_PROTOCOL, text)
    return ConnectDeclinedError(text)
