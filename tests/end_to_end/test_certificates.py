"""Certificates that are wrong in some way: the reason is named, and nothing is lost meanwhile."""

import datetime as dt
import ipaddress
import json
import shutil
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _sign(agent_directory: Path, common_name, public_key, first_day, last_day, host=""):
    """Return a certificate of the agent's authority, valid between two days from now."""
    authority = x509.load_pem_x509_certificate((agent_directory / "ca.crt").read_bytes())
    key = serialization.load_pem_private_key((agent_directory / "ca.key").read_bytes(), None)
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
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


def _client_id(place):
    return json.loads((place.state_dir / "identity" / "client.json").read_text())["client_id"]


@pytest.fixture
def enrolled(place, agent):
    """A collector that had an identity and delivered."""
    collector = place.collector()
    collector.wait_until_confirmed()
    assert collector.stop() == 0


@pytest.fixture
def impostor(place, agent):
    """Starts a TLS server that shows a certificate of the agent's authority; returns its port."""
    listeners = []

    def start(first_day, last_day, host="127.0.0.1"):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate_file, key_file = place.path / "impostor.crt", place.path / "impostor.key"
        certificate_file.write_bytes(
            _sign(agent.directory, "impostor", key.public_key(), first_day, last_day, host)
        )
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate_file, key_file)
        listeners.append(_Impostor(context))
        return listeners[-1].port

    yield start
    for listener in listeners:
        listener.close()


class _Impostor:
    """Shakes hands, and notes what was said to it after that."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.heard = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(2)
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


def _assert_refused(place, *words):
    """Check that a command and a run both name the reason, and that the run goes on sampling."""
    code, output, complaint = place.ask("client", "ping")
    assert (69, "") == (code, output), complaint
    assert 1 == len(complaint.splitlines())
    collector = place.collector()
    status = collector.wait_for(
        lambda status: status["delivery"]["message"] and status["buffer"]["readings"] > 5,
        "a reason is given and it samples",
    )
    for word in words:
        assert word in complaint
        assert word in status["delivery"]["message"]
    assert 0 == status["delivery"]["confirmed_readings"]
    assert collector.stop() == 0


def test_authority_that_is_another_one(place, agent, enrolled):
    other = place.agent(name="other")
    place.configure(agent=agent, ca_file=other.directory / "ca.crt")

    _assert_refused(place, "authority")


def test_server_certificate_that_has_expired(place, agent, enrolled, impostor):
    place.configure(agent=agent, port=impostor(-30, -1))

    _assert_refused(place, "expired")


def test_server_certificate_that_is_not_yet_valid_as_with_a_clock_in_1970(
    place, agent, enrolled, impostor
):
    place.configure(agent=agent, port=impostor(+1, +30))

    _assert_refused(place, "not yet valid", "clock")


def test_server_certificate_for_another_host(place, agent, enrolled, impostor):
    place.configure(agent=agent, port=impostor(-1, +30, "192.0.2.1"))

    _assert_refused(place, "127.0.0.1")


def test_client_certificate_that_has_expired(place, agent, enrolled):
    (certificate_file,) = (
        file for file in (place.state_dir / "identity").glob("*.crt") if ".ca." not in file.name
    )
    old = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    certificate_file.write_bytes(
        _sign(agent.directory, _client_id(place), old.public_key(), -30, -1)
    )

    _assert_refused(place, "expired")


def test_client_certificate_of_an_agent_that_was_set_up_afresh(place, agent, enrolled):
    agent.stop()
    shutil.rmtree(agent.directory)
    place.again(agent)

    _assert_refused(place, "authority")


def test_something_else_on_the_port_of_the_agent(place, agent, enrolled):
    place.configure(agent=agent, port=agent.ports[0])

    code, output, complaint = place.ask("client", "ping")

    assert (69, "") == (code, output)
    assert 1 == len(complaint.splitlines())
