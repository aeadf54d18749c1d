"""The agent's own certificate authority: it certifies the agent to clients and clients to it."""

import ssl
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from collector.agent.certificates import Issuer, SigningKey, authority_certificate, moment
from collector.agent.private import PUBLIC, read_secret, write_file
from collector.agent.signing_request import SigningRequest
from collector.clock import Clock
from collector.errors import IdentityError

CA_CERTIFICATE = "ca.crt"
CA_KEY = "ca.key"

_SERVER_CERTIFICATE = "server.crt"
_SERVER_KEY = "server.key"


class Authority:
    """Signs certificates with the key that lies in the agent's directory.

    Created at the first start, used ever after. A site may put its own pair there, RSA or EC.

    Args:
        directory: Holds ``ca.crt`` and ``ca.key``.
        clock: Dates what is issued.

    Raises:
        IdentityError: The pair is incomplete, unreadable, readable by others, does not fit
            together, is no authority or has expired.
        StateError: A new pair cannot be written.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._create_what_is_missing()
        self._key = _load_key(directory / CA_KEY)
        self._certificate = _load_certificate(self.certificate_file)
        self._check()

    @property
    def certificate_file(self) -> Path:
        """Where the authority's certificate lies, for clients to trust."""
        return self._directory / CA_CERTIFICATE

    def issue(self, request: SigningRequest, client: str, days: float) -> bytes:
        """Return a certificate in PEM that makes the owner of the request's key this client."""
        certificate = self._issuer().client_certificate(request.key, client, days)
        return certificate.public_bytes(Encoding.PEM)

    def certify_server(self, host: str) -> None:
        """Make a fresh certificate of the agent itself, for this host and the usual names."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._issuer().server_certificate(key.public_key(), host)
        write_file(self._directory / _SERVER_KEY, _private_pem(key))
        _write_certificate(self._directory / _SERVER_CERTIFICATE, certificate)

    def server_context(self, *, ask_for_certificate: bool) -> ssl.SSLContext:
        """Return the TLS side of a listener, version 1.2 or newer; `certify_server` comes first.

        Args:
            ask_for_certificate: Let in only clients with a certificate of this authority.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(
            self._directory / _SERVER_CERTIFICATE, self._directory / _SERVER_KEY
        )
        if ask_for_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.verify_flags |= ssl.VERIFY_X509_STRICT
            context.load_verify_locations(self.certificate_file)
        return context

    def _issuer(self) -> Issuer:
        return Issuer(self._key, self._certificate, self._clock.wall_ms())

    def _create_what_is_missing(self) -> None:
        # The key first: after a crash in between, the same key is certified at the next start.
        # A certificate without its key is no such crash, and never replaced in silence.
        key_file, certificate_file = self._directory / CA_KEY, self.certificate_file
        if certificate_file.exists():
            return
        if not key_file.exists():
            write_file(key_file, _private_pem(ec.generate_private_key(ec.SECP256R1())))
        certificate = authority_certificate(_load_key(key_file), self._clock.wall_ms())
        _write_certificate(certificate_file, certificate)

    def _check(self) -> None:
        path = self.certificate_file
        if self._certificate.public_key() != self._key.public_key():
            raise IdentityError(f"{path}: belongs to another key than {CA_KEY} beside it")
        if not _is_authority(self._certificate):
            raise IdentityError(f"{path}: is not the certificate of an authority (CA:TRUE)")
        if self._certificate.not_valid_after_utc <= moment(self._clock.wall_ms()):
            raise IdentityError(f"{path}: has expired; renew it or correct the clock")


def common_name(certificate_der: bytes) -> str:
    """Return the one CommonName of a certificate, or an empty text when it has none or several."""
    try:
        certificate = x509.load_der_x509_certificate(certificate_der)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except (ValueError, TypeError, x509.InvalidVersion):
        return ""
    return str(names[0].value) if len(names) == 1 else ""


def _write_certificate(path: Path, certificate: x509.Certificate) -> None:
    write_file(path, certificate.public_bytes(Encoding.PEM), PUBLIC)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load_key(path: Path) -> SigningKey:
    pem = read_secret(path)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise IdentityError(f"{path}: is not a private key in PEM without a password") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise IdentityError(f"{path}: must be an RSA or EC key")
    return key


def _load_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise IdentityError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise IdentityError(f"{path}: is not a certificate in PEM") from error


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
