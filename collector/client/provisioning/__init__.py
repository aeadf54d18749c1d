"""Enrolment: a key and a signing request go out as a request, a certificate has to come back.

Key and request are kept until a certificate has been accepted, so that a lost reply is asked for
again with the very same bytes. Nothing of the identity is written before everything has been
checked.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from collector.client.identity import Identity, IdentityDirectory
from collector.client.provisioning import certificates
from collector.client.provisioning.pending import Pending
from collector.clock import Clock, Deadline
from collector.errors import (
    AgentError,
    AgentTimeoutError,
    AgentUnreachableError,
    CollectorError,
    IdentityError,
)
from collector.mqtt.transport import Disconnected, Message, Transport
from collector.wire.errors import ErrorCode, code_name
from collector.wire.ids import is_client_name
from collector.wire.replies import parse_error
from collector.wire.topics import (
    CREATE_CLIENT_TOPICS,
    certificate_error_topic,
    certificate_topic,
)

KEY_KINDS = certificates.KEY_KINDS
"""What keys can be asked for, the default first."""

MAX_NAME_LENGTH = 64
"""X.520's upper bound of a CommonName."""

_OWN_TROUBLE = "/error"
_POLL_S = 1.0

_HINTS: Mapping[int, str] = MappingProxyType(
    {
        ErrorCode.NoBackendConnection: "the agent has no connection to its server; try later",
        ErrorCode.InternalError: "look into the agent's log, then try again",
        ErrorCode.OutOfRange: "wait a minute, then try again",
        ErrorCode.CertificateFormatError: "try another kind of key",
        ErrorCode.CertificateIsEmptyError: "try again with a new key: --force",
        ErrorCode.CertificateWithoutCommonName: "set client_name in [agent]",
        ErrorCode.InvalidClientName: "set client_name in [agent] to another name",
    }
)
_OUR_REQUEST_IS_BAD = frozenset(
    {
        ErrorCode.CertificateFormatError,
        ErrorCode.CertificateIsEmptyError,
        ErrorCode.CertificateWithoutCommonName,
        ErrorCode.InvalidClientName,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What to enrol as, and where to keep it.

    Attributes:
        directory: Where the identity goes.
        ca_file: The authority that the certificate has to lead to.
        client_name: The name to show at the agent.
        key_kind: One of `KEY_KINDS`.
        timeout_s: How long to wait for connection and certificate together.
        is_renewal: Put it beside the identity in use, as its successor, and not in its place.
    """

    directory: Path
    ca_file: Path
    client_name: str
    key_kind: str = KEY_KINDS[0]
    timeout_s: float = 30.0
    is_renewal: bool = False


def provision(enrolment: Enrolment, connect: Callable[[], Transport], clock: Clock) -> Identity:
    """Get a certificate from the agent and put the new identity on disk.

    Args:
        enrolment: What to ask for.
        connect: Makes a transport to the agent's provision port; it is connected and closed here.
        clock: For the timeout, and to note when it was.

    Raises:
        AgentError: The agent refuses; the text says what to do.
        AgentUnreachableError: It is not there or does not answer; the same request is kept.
        IdentityError: What came back is not for our key, or not from our authority, or the name
            cannot be one. Nothing was written.
        StateError: The directory cannot be written.
    """
    _check_name(enrolment.client_name)
    authority = certificates.load_authority(enrolment.ca_file)
    pending = Pending.load_or_make(enrolment.directory, enrolment.client_name, enrolment.key_kind)
    deadline = Deadline.after(clock, enrolment.timeout_s)
    transport = connect()
    try:
        transport.connect(deadline)
        certificate = _ask(transport, pending.request, deadline)
    except AgentError as error:
        if error.code in _OUR_REQUEST_IS_BAD:
            pending.remove()
        raise
    finally:
        transport.close()
    enrolled = replace(
        certificates.checked(certificate, pending.key, enrolment.client_name, authority),
        enrolled_at_ms=clock.wall_ms(),
    )
    directory = IdentityDirectory(enrolment.directory)
    return (directory.save_renewed if enrolment.is_renewal else directory.save)(enrolled)


def _check_name(name: str) -> None:
    if not is_client_name(name) or len(name) > MAX_NAME_LENGTH:
        raise IdentityError(
            f"{name!r} cannot be a client name: use 1 to {MAX_NAME_LENGTH} letters, digits and "
            ". * - , @ ' _"
        )


def _ask(transport: Transport, request: bytes, deadline: Deadline) -> bytes:
    digest = hashlib.sha256(request).hexdigest()
    answers = certificate_topic(digest), certificate_error_topic(digest)
    transport.subscribe(answers, deadline)
    _listen_for_trouble(transport, deadline)
    transport.publish(CREATE_CLIENT_TOPICS[0], request)
    trouble = ""
    while not deadline.has_passed():
        for event in transport.poll(min(_POLL_S, deadline.remaining_s())):
            if isinstance(event, Disconnected):
                raise AgentUnreachableError(event.reason)
            if not isinstance(event, Message):
                continue
            if event.topic == answers[0]:
                return event.payload
            if event.topic == answers[1]:
                raise _refused(event.payload)
            if event.topic == _OWN_TROUBLE:
                trouble = f"; it said on {_OWN_TROUBLE}: {parse_error(event.payload).message}"
    raise AgentTimeoutError(
        f"the agent took the signing request and sent no certificate{trouble}; "
        "try again, the same request is kept"
    )


def _listen_for_trouble(transport: Transport, deadline: Deadline) -> None:
    # Some agents tell troubles there, but to all who enrol: it is a hint, not an answer.
    try:
        transport.subscribe([_OWN_TROUBLE], deadline)
    except AgentTimeoutError:
        raise
    except CollectorError:
        return


def _refused(payload: bytes) -> AgentError:
    error = parse_error(payload)
    hint = _HINTS.get(error.code, "see the agent's log")
    return AgentError(
        error.code,
        code_name(error.code),
        f"{error.message} ({hint})",
        CREATE_CLIENT_TOPICS[0],
    )
