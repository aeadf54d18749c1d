"""The one TLS context, and the reason of a failed handshake in words that say what to do."""

import ssl
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from collector.errors import (
    AgentRefusesError,
    AgentUnreachableError,
    AuthorityError,
    ConnectDeclinedError,
    IdentityError,
    IdentityUnreadableError,
    RefusalReason,
)
from collector.mqtt.settings import ConnectionSettings

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_PROVISION = "provision this client again: collector provision --force"
_RENEW = "renew it: collector provision --renew"
_CHECK_CLOCK = "if this machine's clock is wrong, set it"

# What the agent's TLS alert says of us, by OpenSSL's name. Without a certificate, TLS 1.2 servers
# send a bare handshake_failure.
_ALERTS: Mapping[str, tuple[RefusalReason, str]] = MappingProxyType(
    {
        "SSLV3_ALERT_CERTIFICATE_EXPIRED": (
            RefusalReason.CLIENT_CERTIFICATE_EXPIRED,
            f"says that this client's certificate has expired; {_RENEW}",
        ),
        "SSLV3_ALERT_CERTIFICATE_REVOKED": (
            RefusalReason.CLIENT_CERTIFICATE_REVOKED,
            f"says that this client's certificate is revoked, so it was deleted; {_PROVISION}",
        ),
        "TLSV1_ALERT_UNKNOWN_CA": (
            RefusalReason.CLIENT_CERTIFICATE_UNKNOWN_CA,
            f"does not know the authority of this client's certificate; {_PROVISION}",
        ),
        # A new authority under the old name, as after the agent was installed again.
        "TLSV1_ALERT_DECRYPT_ERROR": (
            RefusalReason.CLIENT_CERTIFICATE_UNKNOWN_CA,
            f"did not sign this client's certificate; {_PROVISION}",
        ),
        "TLSV13_ALERT_CERTIFICATE_REQUIRED": (
            RefusalReason.CLIENT_CERTIFICATE_REQUIRED,
            "asks for a client certificate and was shown none; provision this client first",
        ),
        "SSLV3_ALERT_HANDSHAKE_FAILURE": (
            RefusalReason.CLIENT_CERTIFICATE_REQUIRED,
            "refuses the handshake, as if it misses a client certificate or knows no TLS 1.2",
        ),
        "SSLV3_ALERT_BAD_CERTIFICATE": (
            RefusalReason.CLIENT_CERTIFICATE_REFUSED,
            f"cannot use this client's certificate; {_PROVISION}",
        ),
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": (
            RefusalReason.CLIENT_CERTIFICATE_REFUSED,
            f"cannot use this client's kind of certificate; {_PROVISION}",
        ),
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN": (
            RefusalReason.CLIENT_CERTIFICATE_REFUSED,
            f"refuses this client's certificate; {_PROVISION}",
        ),
        "TLSV1_ALERT_ACCESS_DENIED": (
            RefusalReason.CLIENT_NOT_AUTHORIZED,
            f"denies this client access; {_PROVISION}",
        ),
        "TLSV1_ALERT_PROTOCOL_VERSION": (
            RefusalReason.NO_COMMON_PROTOCOL,
            "speaks no version of TLS that is safe; 1.2 or newer is needed",
        ),
        "UNSUPPORTED_PROTOCOL": (
            RefusalReason.NO_COMMON_PROTOCOL,
            "speaks no version of TLS that is safe; 1.2 or newer is needed",
        ),
        "WRONG_VERSION_NUMBER": (
            RefusalReason.NO_COMMON_PROTOCOL,
            "does not speak TLS on this port; is it the right one?",
        ),
    }
)

_EXPIRED, _NOT_YET_VALID, _WRONG_NAME, _WRONG_ADDRESS = 10, 9, 62, 64
_NO_TRUST = frozenset({2, 18, 19, 20, 21})  # X509_V_ERR_*: issuer or signature not ours
_AGAINST_THE_LETTER = range(80, 95)  # what X509_V_FLAG_X509_STRICT alone looks for

_WRONG = (
    RefusalReason.SERVER_CERTIFICATE_WRONG_NAME,
    "shows a certificate for another name; set server_name to the name that it carries",
)
_VERIFY: Mapping[int, tuple[RefusalReason, str]] = MappingProxyType(
    {
        _EXPIRED: (
            RefusalReason.SERVER_CERTIFICATE_EXPIRED,
            f"shows a certificate that has expired; renew it there, or {_CHECK_CLOCK}",
        ),
        _NOT_YET_VALID: (
            RefusalReason.SERVER_CERTIFICATE_NOT_YET_VALID,
            f"shows a certificate that is not yet valid; {_CHECK_CLOCK}",
        ),
        _WRONG_NAME: _WRONG,
        _WRONG_ADDRESS: _WRONG,
    }
)


def build_context(settings: ConnectionSettings) -> ssl.SSLContext:
    """Return a client's context that trusts one authority and shows our certificate, if any.

    Raises:
        IdentityUnreadableError: Not now.
        IdentityError: A file is missing, unreadable, open to others or no fit; the text names it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.strict:
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    _trust(context, settings.ca_file)
    if settings.certificate_file is not None and settings.key_file is not None:
        _identify(context, settings.certificate_file, settings.key_file)
    return context


def check_private(key_file: Path) -> None:
    """Check that a private key is there and readable by its owner alone.

    Raises:
        IdentityError: It is not; the text names file and mode.
    """
    try:
        mode = stat.S_IMODE(key_file.stat().st_mode)
    except OSError as error:
        text = f"the private key {key_file} cannot be used"
        raise IdentityUnreadableError.unless_lasting(error, text) from None
    if mode & _FOR_OTHERS:
        raise IdentityError(
            f"the private key {key_file} has mode {mode:04o} and can be read by others; "
            f"it has to be 0600: chmod 600 {key_file}"
        )


def explain(error: OSError, place: str) -> AgentUnreachableError:
    """Return the error that tells why the handshake with ``place`` failed, and what to do."""
    subject = f"the agent at {place}"
    if isinstance(error, ssl.SSLCertVerificationError):
        reason, text = _VERIFY.get(error.verify_code) or _distrust(error)
        return AgentRefusesError(reason, f"{subject} {text} ({error.verify_message})")
    if isinstance(error, ssl.SSLError) and error.reason in _ALERTS:
        reason, text = _ALERTS[error.reason]
        return AgentRefusesError(reason, f"{subject} {text}")
    if isinstance(error, ssl.SSLEOFError | ConnectionResetError | BrokenPipeError):
        return ConnectDeclinedError(f"{subject} closed the connection during the TLS handshake")
    if isinstance(error, ssl.SSLError):
        return ConnectDeclinedError(f"{subject} and we cannot agree on TLS: {error.reason}")
    return AgentUnreachableError(f"{subject}: {error.strerror or error}")


def names_a_reason(error: OSError | None) -> bool:
    """Tell whether a connection's end carries an alert that says why."""
    return isinstance(error, ssl.SSLError) and error.reason in _ALERTS


def _distrust(error: ssl.SSLCertVerificationError) -> tuple[RefusalReason, str]:
    if error.verify_code in _NO_TRUST:
        return (
            RefusalReason.SERVER_CERTIFICATE_UNKNOWN_CA,
            "shows a certificate of another authority than ca_file; take ca_file from this agent",
        )
    text = "shows a certificate that cannot be accepted"
    if error.verify_code in _AGAINST_THE_LETTER:
        text += "; if this is the right agent, tls_strict = false in [agent] accepts it"
    return RefusalReason.SERVER_CERTIFICATE_INVALID, text


def _trust(context: ssl.SSLContext, ca_file: Path) -> None:
    try:
        context.load_verify_locations(ca_file)
    except ssl.SSLError:
        raise AuthorityError(
            f"the CA certificate {ca_file} is no certificate in PEM form"
        ) from None
    except OSError as error:
        raise AuthorityError(
            f"the CA certificate {ca_file} cannot be read: {error.strerror}; "
            "ca_file has to name the agent's CA certificate"
        ) from None


def _identify(context: ssl.SSLContext, certificate_file: Path, key_file: Path) -> None:
    check_private(key_file)
    try:
        certificate_file.open("rb").close()
        key_file.open("rb").close()
    except OSError as error:
        text = f"{error.filename} cannot be read"
        raise IdentityUnreadableError.unless_lasting(error, text) from None
    try:
        # A password would make OpenSSL ask on the terminal; an empty one makes it fail.
        context.load_cert_chain(certificate_file, key_file, password=b"")
    except ssl.SSLError as error:
        raise IdentityError(
            f"certificate {certificate_file} and key {key_file} cannot be used together: "
            f"{error.reason or 'damaged, or not in PEM form'}"
        ) from None
    except OSError as error:
        text = f"certificate {certificate_file} or key {key_file} cannot be read"
        raise IdentityUnreadableError.unless_lasting(error, text) from None
