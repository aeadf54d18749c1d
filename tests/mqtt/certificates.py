"""An authority for tests: any certificate, good or bad."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)

_NOTHING = dict.fromkeys(
    ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
     "key_agreement", "encipher_only", "decipher_only"), False,
)  # fmt: skip
_SIGNS = x509.KeyUsage(**_NOTHING, key_cert_sign=True, crl_sign=True)


@dataclass(frozen=True)
class Pair:
    certificate_file: Path
    key_file: Path


class Authority:
    """Issues certificates into a directory; its own lies at ``ca_file``.

    Args:
        is_strict: False for certificates without the key identifiers that RFC 5280 demands.
    """

    def __init__(self, directory: Path, name: str = "Authority", *, is_strict: bool = True) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.name = name
        self._is_strict = is_strict
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key()
        builder = _builder(name, name, public, NOW - DAY, NOW + 3650 * DAY)
        builder = self._identified(builder, public)
        self.certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNS, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = directory / f"{name}.crt"
        self.ca_file.write_bytes(pem(self.certificate))

    def issue(self, name, *, hosts=("localhost", "127.0.0.1"), days=(-1, 365), key=None) -> Pair:
        """Issue a certificate valid between two days from now."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        pair = Pair(self.directory / f"{name}.crt", self.directory / f"{name}.key")
        certificate = self.sign(name, key.public_key(), hosts=hosts, days=days)
        pair.certificate_file.write_bytes(pem(certificate))
        pair.key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        pair.key_file.chmod(0o600)
        return pair

    def sign(self, name, public_key, *, hosts=(), days=(-1, 365)) -> x509.Certificate:
        builder = _builder(name, self.name, public_key, NOW + days[0] * DAY, NOW + days[1] * DAY)
        if hosts:
            names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        return self._identified(builder, public_key).sign(self._key, hashes.SHA256())

    def _identified(self, builder, public_key):
        if not self._is_strict:
            return builder
        own = x509.SubjectKeyIdentifier.from_public_key(public_key)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return builder.add_extension(own, critical=False).add_extension(issuer, critical=False)

    def revoke(self, pair: Pair) -> Path:
        """Return a revocation list with one certificate in it."""
        certificate = x509.load_pem_x509_certificate(pair.certificate_file.read_bytes())
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(NOW - DAY)
            .build()
        )
        revoked = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(_name(self.name))
            .last_update(NOW - DAY)
            .next_update(NOW + DAY)
            .add_revoked_certificate(entry)
            .sign(self._key, hashes.SHA256())
        )
        file = self.directory / "revoked.crl"
        file.write_bytes(revoked.public_bytes(serialization.Encoding.PEM))
        return file


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _builder(name, issuer, public_key, start, end):
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
