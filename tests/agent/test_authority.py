import os
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from agent_bench import rsa_key, signing_request
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from collector.agent.authority import Authority, common_name
from collector.agent.private import DirectoryLock, open_directory, write_file
from collector.agent.signing_request import parse_signing_request
from collector.errors import IdentityError, StateError
from collector.testkit.clock import FakeClock

CLIENT = "0123456789abcdef0123456789abcdef"


def _issued(authority: Authority, days: int = 365, **request: object) -> x509.Certificate:
    parsed = parse_signing_request(signing_request(**request))  # type: ignore[arg-type]
    return x509.load_pem_x509_certificate(authority.issue(parsed, CLIENT, days))


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, FakeClock())


def test_authority_is_created_once_and_used_ever_after(tmp_path: Path) -> None:
    first = Authority(tmp_path, FakeClock()).certificate_file.read_bytes()

    assert Authority(tmp_path, FakeClock()).certificate_file.read_bytes() == first
    assert _mode(tmp_path / "ca.key") == 0o600


def test_authority_whose_creation_was_cut_short_certifies_the_same_key(
    tmp_path: Path, authority: Authority
) -> None:
    before = _issued(authority)
    (tmp_path / "ca.crt").unlink()

    again = Authority(tmp_path, FakeClock())

    ca = x509.load_pem_x509_certificate(again.certificate_file.read_bytes())
    before.verify_directly_issued_by(ca)


@pytest.mark.parametrize("key", [None, rsa_key()])
def test_issued_certificate_passes_strict_checks_of_a_client_certificate(
    authority: Authority, key: object
) -> None:
    certificate = _issued(authority, key=key)

    ca = x509.load_pem_x509_certificate(authority.certificate_file.read_bytes())
    now = datetime.fromtimestamp(FakeClock().wall_ms() / 1000, tz=UTC)
    leaf = x509.BasicConstraints(ca=False, path_length=None)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value == leaf
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    key_usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert key_usage.digital_signature
    assert not key_usage.key_cert_sign
    certificate.verify_directly_issued_by(ca)
    assert certificate.not_valid_after_utc == now + timedelta(days=365)


def test_issued_certificate_names_the_id_alone_and_never_what_was_asked_for(
    authority: Authority,
) -> None:
    wanted = (
        x509.BasicConstraints(ca=True, path_length=None),
        x509.SubjectAlternativeName([x509.DNSName("example.com")]),
    )

    certificate = _issued(authority, name="another.client", extensions=wanted)

    assert certificate.subject.rfc4514_string() == f"CN={CLIENT}"
    assert common_name(certificate.public_bytes(Encoding.DER)) == CLIENT
    extensions = {type(extension.value) for extension in certificate.extensions}
    assert x509.SubjectAlternativeName not in extensions
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_server_certificate_is_good_for_every_name_of_this_machine(
    tmp_path: Path, authority: Authority
) -> None:
    authority.certify_server("192.0.2.1")

    server = x509.load_pem_x509_certificate((tmp_path / "server.crt").read_bytes())
    ca = x509.load_pem_x509_certificate(authority.certificate_file.read_bytes())
    verifier = PolicyBuilder().store(Store([ca])).time(datetime(2023, 11, 20, tzinfo=UTC))
    verifier.build_server_verifier(x509.DNSName("localhost")).verify(server, [])
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    assert addresses == {"127.0.0.1", "::1", "192.0.2.1"}
    assert _mode(tmp_path / "server.key") == 0o600


def test_listeners_speak_no_tls_older_than_1_2(authority: Authority) -> None:
    authority.certify_server("localhost")

    context = authority.server_context(ask_for_certificate=True)

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.verify_flags & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_key_that_others_may_read_is_refused(
    tmp_path: Path, authority: Authority, mode: int
) -> None:
    del authority
    (tmp_path / "ca.key").chmod(mode)

    with pytest.raises(IdentityError, match=r"ca\.key: others may read this key"):
        Authority(tmp_path, FakeClock())


def _other_pair(directory: Path) -> None:
    directory.mkdir()
    Authority(directory, FakeClock())


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda d: (d / "ca.key").unlink(), "cannot be read"),
        (lambda d: (d / "ca.key").write_bytes(b"nonsense"), "is not a private key"),
        (lambda d: (d / "ca.crt").write_bytes(b"nonsense"), "is not a certificate"),
        (
            lambda d: (
                _other_pair(d / "other"),
                (d / "ca.crt").write_bytes((d / "other/ca.crt").read_bytes()),
            ),
            "belongs to another key",
        ),
    ],
)
def test_pair_that_cannot_be_used_is_named(
    tmp_path: Path, authority: Authority, spoil, complaint: str
) -> None:
    del authority
    spoil(tmp_path)

    with pytest.raises(IdentityError, match=complaint):
        Authority(tmp_path, FakeClock())


def test_leaf_certificate_is_no_authority(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = datetime(2023, 11, 14, tzinfo=UTC)
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=9))
    )
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    write_file(tmp_path / "ca.crt", leaf.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_file(tmp_path / "ca.key", pem)

    with pytest.raises(IdentityError, match="is not the certificate of an authority"):
        Authority(tmp_path, FakeClock())


def test_expired_authority_is_named(tmp_path: Path, authority: Authority) -> None:
    del authority
    clock = FakeClock()
    clock.step_wall(21 * 365 * 86400)

    with pytest.raises(IdentityError, match="has expired"):
        Authority(tmp_path, clock)


def test_new_or_empty_directory_becomes_private_but_a_strange_one_keeps_its_mode(
    tmp_path: Path,
) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    (tmp_path / "home").mkdir(mode=0o755)
    (tmp_path / "home" / "letters").touch()

    for name in ("new/deep", "empty", "home"):
        open_directory(tmp_path / name, known_by="ca.key")

    assert _mode(tmp_path / "new/deep") == 0o700
    assert _mode(tmp_path / "empty") == 0o700
    assert _mode(tmp_path / "home") == 0o755


def test_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StateError, match="file: cannot be the agent's directory"):
        open_directory(tmp_path / "file", known_by="ca.key")


def test_directory_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere

    with pytest.raises(StateError, match="it is not writable"):
        open_directory(tmp_path, known_by="ca.key")


def test_second_agent_is_kept_out_until_the_first_has_left(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)

    with pytest.raises(StateError, match="another agent is running in it"):
        DirectoryLock(tmp_path)

    lock.release()
    lock.release()
    DirectoryLock(tmp_path).release()
