"""Keys, signing requests, and whether a certificate is the one that we asked for.

Only this package of the client imports cryptography; the running daemon never loads it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from collector.client.identity import Enrolled
from collector.errors import IdentityError
from collector.wire.ids import is_client_id

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_MAKERS: Mapping[str, Callable[[], Key]] = MappingProxyType(
    {
        "rsa-2048": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ec-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    }
)

KEY_KINDS = tuple(_MAKERS)
"""What keys can be made, the default first."""

_MAX_CHAIN = 5
_BEGIN = b"-----BEGIN CERTIFICATE-----"


def make_key(kind: str) -> Key:
    """Return a new private key of one of `KEY_KINDS`."""
    return _MAKERS[kind]()


def is_of_kind(key: object, kind: str) -> bool:
    """Tell whether a key is of one of `KEY_KINDS`."""
    return isinstance(
        key, rsa.RSAPrivateKey if kind.startswith("rsa") else ec.EllipticCurvePrivateKey
    )


def key_pem(key: Key) -> bytes:
    """Return a private key as PEM, unencrypted: it is guarded by its file's mode."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def read_key(pem: bytes) -> Key | None:
    """Return the private key in a PEM text; None when there is none that we make."""
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else None


def signing_request(key: Key, client_name: str) -> bytes:
    """Return the signing request for a client of this name, PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, client_name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def asks_for(request: bytes, key: Key, client_name: str) -> bool:
    """Tell whether a signing request is for this key and name."""
    try:
        parsed = x509.load_pem_x509_csr(request)
        return parsed.public_key() == key.public_key() and _names(parsed) == [client_name]
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return False


def load_authority(ca_file: Path) -> Sequence[x509.Certificate]:
    """Return the certificates of the authority.

    Raises:
        IdentityError: The file cannot be read or holds none.
    """
    try:
        return x509.load_pem_x509_certificates(ca_file.read_bytes())
    except OSError as error:
        raise IdentityError(
            f"the CA certificate {ca_file} cannot be read: {error.strerror}; "
            "ca_file has to name the agent's CA certificate"
        ) from error
    except (ValueError, x509.InvalidVersion):
        raise IdentityError(f"the CA certificate {ca_file} is no certificate in PEM form") from None


def checked(
    received: bytes, key: Key, client_name: str, authority: Sequence[x509.Certificate]
) -> Enrolled:
    """Return the identity that a received certificate makes.

    Args:
        received: The agent's message: the certificate, perhaps followed by its issuers.
        key: Ours; the certificate has to be for it.
        client_name: As asked for.
        authority: Whom the certificate has to lead to.

    Raises:
        IdentityError: It is not what we asked for; the text says why.
    """
    chain = _read_chain(received)
    certificate = chain[0]
    if not _is_for(certificate, key):
        raise IdentityError("the agent sent a certificate for another key; nothing was kept")
    if not _leads_to(chain, authority):
        raise IdentityError(
            "the agent sent a certificate that another authority signed than the one in ca_file; "
            "nothing was kept"
        )
    names = _names(certificate)
    if len(names) != 1 or not is_client_id(names[0]):
        raise IdentityError(
            f"the agent sent a certificate whose CommonName {', '.join(names)!r} is no client id; "
            "nothing was kept"
        )
    return Enrolled(
        client_id=names[0],
        client_name=client_name,
        key=key_pem(key),
        certificate=_pem(chain),
        ca=_pem(authority),
        not_before_ms=_milliseconds(certificate.not_valid_before_utc),
        not_after_ms=_milliseconds(certificate.not_valid_after_utc),
    )


def _read_chain(received: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(received[received.find(_BEGIN) :])
    except (ValueError, x509.InvalidVersion):
        raise IdentityError("the agent sent something that is no certificate") from None


def _is_for(certificate: x509.Certificate, key: Key) -> bool:
    try:
        return certificate.public_key() == key.public_key()
    except (ValueError, UnsupportedAlgorithm):  # no key at all, or of a kind that nobody knows
        return False


def _leads_to(chain: Sequence[x509.Certificate], authority: Sequence[x509.Certificate]) -> bool:
    certificate = chain[0]
    for _ in range(_MAX_CHAIN):
        if any(_is_signed_by(certificate, issuer) for issuer in authority):
            return True
        issuers = [issuer for issuer in chain[1:] if _is_signed_by(certificate, issuer)]
        if not issuers:
            return False
        certificate = issuers[0]
    return False


def _is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _names(subject_of: x509.Certificate | x509.CertificateSigningRequest) -> list[str]:
    attributes = subject_of.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return [str(attribute.value) for attribute in attributes]


def _pem(certificates: Sequence[x509.Certificate]) -> bytes:
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
