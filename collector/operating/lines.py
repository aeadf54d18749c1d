"""Looks at what the collector speaks through: the agent's ports and that of the status page."""

import errno
import socket
import ssl
from contextlib import suppress

from collector.client.identity import Identity
from collector.config import AgentTable, WebTable
from collector.config.web_checks import read_token
from collector.errors import AgentRefusesError, CollectorError, ConfigError, RefusalReason
from collector.mqtt.settings import ConnectionSettings
from collector.mqtt.tls import build_context, explain
from collector.operating.facts import PageFact, PortFact

CONNECT_TIMEOUT_S = 5.0

_NAME_ADVICE = "name an address in [agent], or mend /etc/hosts or the name server"

REFUSAL_TIMEOUT_S = 1.0
"""With TLS 1.3 a server judges our certificate when the handshake is over for us (RFC 8446, section
4.4.2.4): so long it is listened to. One that is content waits for MQTT, which never comes."""


def ports(agent: AgentTable, who: Identity | None) -> list[PortFact]:
    """Shake hands with the agent on both ports; no message of MQTT is sent."""
    return [
        _port("for clients", _connection(agent, agent.port, who)),
        _port("for provisioning", _connection(agent, agent.provision_port, None)),
    ]


def page(table: WebTable, *, is_running: bool) -> PageFact:
    """Listen where the page would, for a moment, and read its token.

    Args:
        table: ``[web]``, enabled.
        is_running: The collector of this configuration runs.
    """
    return PageFact(
        place=f"{table.host}:{table.port}",
        error=_listen_error(table),
        is_running=is_running,
        token_error=_token_error(table),
    )


def _connection(agent: AgentTable, port: int, who: Identity | None) -> ConnectionSettings:
    return ConnectionSettings(
        host=agent.host,
        port=port,
        ca_file=agent.ca_file,
        certificate_file=who.certificate_file if who else None,
        key_file=who.key_file if who else None,
        server_name=agent.server_name,
        strict=agent.tls_strict,
    )


def _port(title: str, settings: ConnectionSettings) -> PortFact:
    place = f"{settings.host}:{settings.port}"
    try:
        not_after_ms = _shake_hands(settings)
    except CollectorError as error:
        return PortFact(title=title, place=place, error=str(error))
    except socket.gaierror as error:
        told = f"{settings.host} cannot be resolved ({error.strerror}); {_NAME_ADVICE}"
        return PortFact(title=title, place=place, error=told)
    except OSError as error:
        reason = explain(error, place)
        if settings.certificate_file is None and _misses_certificate(reason):
            return PortFact(title=title, place=place)  # TLS 1.2, and there is none to show yet
        return PortFact(title=title, place=place, error=str(reason))
    return PortFact(title=title, place=place, not_after_ms=not_after_ms)


def _misses_certificate(error: CollectorError) -> bool:
    return (
        isinstance(error, AgentRefusesError)
        and error.reason is RefusalReason.CLIENT_CERTIFICATE_REQUIRED
    )


def _shake_hands(settings: ConnectionSettings) -> int | None:
    context = build_context(settings)
    address = (settings.host, settings.port)
    name = settings.server_name or settings.host
    with (
        socket.create_connection(address, CONNECT_TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=name) as line,
    ):
        if settings.certificate_file is not None:
            _hear_refusal(line)
        not_after = (line.getpeercert() or {}).get("notAfter")
    return ssl.cert_time_to_seconds(not_after) * 1000 if isinstance(not_after, str) else None


def _hear_refusal(line: ssl.SSLSocket) -> None:
    """Wait a moment for what the other side makes of our certificate.

    Raises:
        OSError: It refuses it, or hung up.
    """
    line.settimeout(REFUSAL_TIMEOUT_S)
    with suppress(TimeoutError):
        if not line.recv(1):
            raise ConnectionResetError


def _listen_error(table: WebTable) -> int:
    try:
        family = socket.getaddrinfo(table.host, table.port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((table.host, table.port), family=family).close()
    except socket.gaierror:
        return errno.EADDRNOTAVAIL
    except OSError as error:
        return error.errno or -1
    return 0


def _token_error(table: WebTable) -> str:
    if table.token_file is None:
        return ""
    try:
        read_token(table.token_file)
    except PermissionError as error:
        return f"{table.token_file}: {error.strerror}"
    except ConfigError as error:
        return str(error)
    return ""
