"""What the certificates of the agent say: built so that strict checks of a chain pass."""

import ipaddress
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from collector.agent.signing_request import ClientKey

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
"""The kinds of keys that an authority may sign with."""

_CA_NAME = "Collector Agent Authority"
_CA_DAYS = 20 * 365
_SERVER_DAYS = 5 * 365

# Clients whose clock is somewhat slow shall not find a certificate not yet valid.
_BACKDATED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs.

    Attributes:
        key: The authority's key.
        certificate: Its certificate.
        wall_ms: When it signs.
    """

    key: SigningKey
    certificate: x509.Certificate
    wall_ms: int

    def client_certificate(self, key: ClientKey, client: str, days: float) -> x509.Certificate:
        """Return the certificate that makes the owner of the key this client."""
        return self._leaf(key, client, days, ExtendedKeyUsageOID.CLIENT_AUTH).sign(
            self.key, hashes.SHA256()
        )

    def server_certificate(self, key: ClientKey, host: str) -> x509.Certificate:
        """Return the agent's own certificate, for this host and the machine's usual names."""
        leaf = self._leaf(key, "localhost", _SERVER_DAYS, ExtendedKeyUsageOID.SERVER_AUTH)
        return leaf.add_extension(_alternative_names(host), critical=False).sign(
            self.key, hashes.SHA256()
        )

    def _leaf(
        self, key: ClientKey, name: str, days: float, purpose: x509.ObjectIdentifier
    ) -> x509.CertificateBuilder:
        # RSA clients of TLS 1.2 may choose a key exchange that enciphers the secret.
        enciphers = isinstance(key, rsa.RSAPublicKey)
        return (
            _dated(self.wall_ms, days)
            .subject_name(_named(name))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(enciphers=enciphers), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(self._authority_key_id(), critical=False)
        )

    def _authority_key_id(self) -> x509.AuthorityKeyIdentifier:
        try:
            own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        except x509.ExtensionNotFound:
            return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)


def authority_certificate(key: SigningKey, wall_ms: int) -> x509.Certificate:
    """Return the certificate with which a new authority vouches for itself."""
    public, name = key.public_key(), _named(_CA_NAME)
    key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(public)
    return (
        _dated(wall_ms, _CA_DAYS)
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(key_id, critical=False)
        .sign(key, hashes.SHA256())
    )


def moment(wall_ms: int) -> datetime:
    """Return the wall clock's milliseconds as certificates count: in seconds, UTC."""
    return datetime.fromtimestamp(wall_ms // 1000, tz=UTC)


def _dated(wall_ms: int, days: float) -> x509.CertificateBuilder:
    now = moment(wall_ms)
    return (
        x509.CertificateBuilder()
        .serial_number(secrets.randbits(126) | 1 << 126)
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
    )


def _alternative_names(host: str) -> x509.SubjectAlternativeName:
    names = dict.fromkeys(("localhost", "127.0.0.1", "::1", socket.gethostname(), host))
    return x509.SubjectAlternativeName(
        [_general_name(name) for name in names if name and name.isascii()]
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs_certificates: bool = False, enciphers: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=enciphers,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
