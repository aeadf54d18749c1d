"""What a signing request must be like before the authority signs it (section 4.1)."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from collector.wire.errors import ErrorCode, Refusal
from collector.wire.ids import is_client_name

MAX_REQUEST_BYTES = 16 * 1024
"""A signing request with the largest accepted key is a tenth of this."""

ClientKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
"""The kinds of keys that the authority certifies."""

_MIN_RSA_BITS = 2048
_MAX_RSA_BITS = 8192  # checking a signature of more costs milliseconds
_MIN_CURVE_BITS = 256
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A request that may be signed.

    Attributes:
        name: The CommonName, which becomes the client's name and never its id.
        key: The public key, whose private half the sender has proved to own.
    """

    name: str
    key: ClientKey


def parse_signing_request(payload: bytes) -> SigningRequest:
    """Read and check a signing request in PEM, bare or in quotes. Its extensions are ignored.

    Raises:
        Refusal: Error 20, 21, 22 or 25.
    """
    if len(payload) > MAX_REQUEST_BYTES:
        raise _malformed(f"it is longer than {MAX_REQUEST_BYTES} bytes")
    pem = payload.strip().strip(b"\"'").strip()
    if not pem:
        raise Refusal(ErrorCode.CertificateIsEmptyError, "The signing request is empty.")
    try:
        request = x509.load_pem_x509_csr(pem)
        name, key = _common_name(request), request.public_key()
        hashed_by, is_signed = request.signature_hash_algorithm, request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise _malformed(f"it cannot be parsed: {str(error)[:200]}") from None
    if not isinstance(hashed_by, _HASHES):
        raise _malformed("its signature must use SHA-256, SHA-384 or SHA-512")
    if not is_signed:
        raise _malformed("its signature does not belong to its key")
    return SigningRequest(name, _checked(key))


def _common_name(request: x509.CertificateSigningRequest) -> str:
    names = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not names or not names[0].value:
        raise Refusal(
            ErrorCode.CertificateWithoutCommonName, "The signing request has no CommonName."
        )
    name = names[0].value
    if len(names) > 1 or not isinstance(name, str) or not is_client_name(name):
        raise Refusal(
            ErrorCode.InvalidClientName,
            "The CommonName may contain only letters, digits and . * - , @ ' _ and stands once.",
        )
    return name


def _checked(key: object) -> ClientKey:
    if isinstance(key, rsa.RSAPublicKey) and _MIN_RSA_BITS <= key.key_size <= _MAX_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _MIN_CURVE_BITS:
        return key
    raise _malformed(
        "its key must be RSA with 2048 to 8192 bits, or on a curve of 256 bits or more"
    )


def _malformed(reason: str) -> Refusal:
    return Refusal(ErrorCode.CertificateFormatError, f"The signing request is refused: {reason}.")
