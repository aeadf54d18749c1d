"""A TLS server with a certificate of the agent's authority that is wrong in some way."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


def signed_by_agent(
    agent_directory: Path,
    common_name: str,
    public_key: ec.EllipticCurvePublicKey,
    first_day: float,
    last_day: float,
    host: str = "",
) -> bytes:
    """Return a certificate of the agent's authority, valid between two days from now."""
    authority = x509.load_pem_x509_certificate((agent_directory / "ca.crt").read_bytes())
    key = serialization.load_pem_private_key((agent_directory / "ca.key").read_bytes(), None)
    now = dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + first_day * DAY)
        .not_valid_after(now + last_day * DAY)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
            critical=False,
        )
    )
    if host:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def revoked_by_agent(agent_directory: Path, serial_number: int) -> bytes:
    """Return the list of the agent's authority that revokes one certificate."""
    authority = x509.load_pem_x509_certificate((agent_directory / "ca.crt").read_bytes())
    key = serialization.load_pem_private_key((agent_directory / "ca.key").read_bytes(), None)
    now = dt.datetime.now(dt.UTC)
    entry = x509.RevokedCertificateBuilder().serial_number(serial_number).revocation_date(now)
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.subject)
    builder = builder.last_update(now - DAY).next_update(now + DAY)
    revoked = builder.add_revoked_certificate(entry.build()).sign(key, hashes.SHA256())
    return revoked.public_bytes(serialization.Encoding.PEM)


class Impostor:
    """Shakes hands, and notes what was said to it after that.

    Args:
        directory: Where its key and certificate go.
    """

    def __init__(
        self,
        agent_directory: Path,
        directory: Path,
        first_day: float,
        last_day: float,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate_file, key_file = directory / "impostor.crt", directory / "impostor.key"
        certificate_file.write_bytes(
            signed_by_agent(
                agent_directory, "impostor", key.public_key(), first_day, last_day, host
            )
        )
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate_file, key_file)
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.heard = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more; nobody may have said anything that was meant for the agent."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        assert self.heard == b""

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            line.settimeout(2)
            try:
                with self._context.wrap_socket(line, server_side=True) as secured:
                    self.heard += secured.recv(100)
            except OSError:
                line.close()
