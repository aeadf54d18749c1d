"""Enrolment against an agent that is honest, wrong, silent or hostile."""

import base64
import hashlib
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from mqtt.certificates import Authority, pem

from collector.client.identity import IdentityDirectory
from collector.client.provisioning import Enrolment, provision
from collector.errors import (
    AgentError,
    AgentTimeoutError,
    AgentUnreachableError,
    IdentityError,
)
from collector.testkit.clock import FakeClock
from collector.testkit.transport import MemoryTransport

CLIENT_ID = "06a9d9219eb9497c995216e130ab6748"


def hash_of(request):
    return hashlib.sha256(request).hexdigest()


def certificate_for(authority, request, name=CLIENT_ID):
    return pem(authority.sign(name, x509.load_pem_x509_csr(request).public_key()))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


class World:
    """An agent that answers a signing request by ``reply``, and a client that enrols there."""

    def __init__(self, authority, directory):
        self.authority = authority
        self.directory = directory
        self.clock = FakeClock()
        self.requests = []
        self.transports = []
        self.refused_filters = ()
        self.reply = lambda request: [
            (f"/certBack/{hash_of(request)}", certificate_for(authority, request))
        ]

    def connect(self):
        transport = MemoryTransport(
            self.clock,
            answer=self.answer,
            idle=self.clock.advance,
            refused_filters=self.refused_filters,
        )
        self.transports.append(transport)
        return transport

    def answer(self, topic, payload):
        assert topic == "/v1.0/createClient"
        self.requests.append(payload)
        return self.reply(payload)

    def enrol(self, **changes):
        given = {
            "directory": self.directory,
            "ca_file": self.authority.ca_file,
            "client_name": "gateway-07",
            "key_kind": "ec-p256",
        }
        return provision(Enrolment(**(given | changes)), self.connect, self.clock)

    @property
    def files(self):
        return {file.name for file in self.directory.iterdir()}


@pytest.fixture
def world(authority, tmp_path):
    return World(authority, tmp_path / "identity")


def test_an_enrolment_makes_an_identity(world):
    identity = world.enrol()

    assert identity.client_id == CLIENT_ID
    assert identity == IdentityDirectory(world.directory).load()
    certificate = x509.load_pem_x509_certificate(identity.certificate_file.read_bytes())
    assert identity.not_after_ms == certificate.not_valid_after_utc.timestamp() * 1000
    assert identity.not_before_ms == certificate.not_valid_before_utc.timestamp() * 1000
    assert identity.ca_file.read_bytes() == world.authority.ca_file.read_bytes()
    assert world.transports[0].is_closed
    assert not any(name.startswith("pending") for name in world.files)


def test_the_request_names_the_client_and_nothing_else(world):
    world.enrol()

    [request] = world.requests
    subject = x509.load_pem_x509_csr(request).subject
    assert [(each.oid, each.value) for each in subject] == [(NameOID.COMMON_NAME, "gateway-07")]


@pytest.mark.parametrize(
    ("kind", "expected", "size"),
    [("rsa-2048", rsa.RSAPublicKey, 2048), ("ec-p256", ec.EllipticCurvePublicKey, 256)],
)
def test_the_kind_of_key_can_be_chosen(world, kind, expected, size):
    world.enrol(key_kind=kind)

    key = x509.load_pem_x509_csr(world.requests[0]).public_key()
    assert isinstance(key, expected)
    assert key.key_size == size


def test_a_certificate_in_quotes_or_with_its_issuer_is_accepted(world):
    authority = world.authority.ca_file.read_bytes()
    world.reply = lambda request: [
        (
            f"/certBack/{hash_of(request)}",
            b'"' + certificate_for(world.authority, request) + authority + b'"',
        )
    ]

    assert world.enrol().client_id == CLIENT_ID


def nothing_was_kept(world):
    return world.files == {"pending.key", "pending.csr"}


def answers(world, make):
    world.reply = lambda request: [(f"/certBack/{hash_of(request)}", make(request))]


def test_a_certificate_for_another_key_is_refused_and_nothing_kept(world):
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    answers(world, lambda _: pem(world.authority.sign(CLIENT_ID, stranger)))

    with pytest.raises(IdentityError, match="for another key"):
        world.enrol()

    assert nothing_was_kept(world)


@pytest.mark.parametrize("name", ["Authority", "Rogue"])
def test_a_certificate_of_another_authority_is_refused_and_nothing_kept(world, tmp_path, name):
    rogue = Authority(tmp_path / "rogue", name)
    answers(world, lambda request: certificate_for(rogue, request))

    with pytest.raises(IdentityError, match="another authority"):
        world.enrol()

    assert nothing_was_kept(world)


def test_another_authority_is_not_trusted_because_it_comes_along(world, tmp_path):
    rogue = Authority(tmp_path / "rogue", "Rogue")
    answers(world, lambda request: certificate_for(rogue, request) + rogue.ca_file.read_bytes())

    with pytest.raises(IdentityError, match="another authority"):
        world.enrol()

    assert nothing_was_kept(world)


P_256, NOBODYS = "06082a8648ce3d030107", "06082a8648ce3d030163"
EC_KEY, NOBODYS_KIND = "06072a8648ce3d0201", "06072a8648ce3d0263"


@pytest.mark.parametrize(("known", "unknown"), [(P_256, NOBODYS), (EC_KEY, NOBODYS_KIND)])
def test_a_certificate_for_a_key_of_a_kind_that_nobody_knows_is_refused(world, known, unknown):
    def strange(request):
        der = x509.load_pem_x509_certificate(certificate_for(world.authority, request))
        changed = der.public_bytes(Encoding.DER).replace(
            bytes.fromhex(known), bytes.fromhex(unknown)
        )
        text = base64.encodebytes(changed)
        return b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n"

    answers(world, strange)

    with pytest.raises(IdentityError, match="another key"):
        world.enrol()

    assert nothing_was_kept(world)


@pytest.mark.parametrize("name", ["a/b", "+", "#", "..", "gateway-07", "with space"])
def test_a_certificate_whose_name_is_no_client_id_is_refused_and_nothing_kept(world, name):
    answers(world, lambda request: certificate_for(world.authority, request, name))

    with pytest.raises(IdentityError, match="is no client id"):
        world.enrol()

    assert nothing_was_kept(world)


@pytest.mark.parametrize("payload", [b"", b"{}", b"-----BEGIN CERTIFICATE-----\nrubbish", b"\xff"])
def test_something_that_is_no_certificate_is_refused_and_nothing_kept(world, payload):
    answers(world, lambda _: payload)

    with pytest.raises(IdentityError, match="no certificate"):
        world.enrol()

    assert nothing_was_kept(world)


def test_a_certificate_for_another_request_is_ignored(world):
    def foreign(request):
        certificate = certificate_for(world.authority, request)
        return [(f"/certBack/{hash_of(request + b' ')}", certificate)]

    world.reply = foreign

    with pytest.raises(AgentTimeoutError):
        world.enrol()

    assert nothing_was_kept(world)


def test_a_lost_reply_is_asked_for_again_with_the_same_bytes(world):
    honest, world.reply = world.reply, lambda _: ()

    with pytest.raises(AgentTimeoutError, match="the same request is kept"):
        world.enrol()
    assert {stat.S_IMODE(file.stat().st_mode) for file in world.directory.iterdir()} == {0o600}
    world.reply = honest
    world.enrol()

    first, second = world.requests
    assert first == second


def test_another_name_or_key_makes_a_new_request(world):
    world.reply = lambda _: ()
    for changes in ({}, {"client_name": "other"}, {"client_name": "other", "key_kind": "rsa-2048"}):
        with pytest.raises(AgentTimeoutError):
            world.enrol(**changes)

    assert len(set(world.requests)) == 3


def test_a_damaged_pending_key_makes_a_new_request(world):
    honest, world.reply = world.reply, lambda _: ()
    with pytest.raises(AgentTimeoutError):
        world.enrol()
    (world.directory / "pending.key").write_bytes(b"half a k")
    world.reply = honest

    world.enrol()

    assert len(set(world.requests)) == 2


def test_an_enrolment_waits_no_longer_than_it_was_told(world):
    world.reply = lambda _: ()
    started_s = world.clock.monotonic_s()

    with pytest.raises(AgentTimeoutError):
        world.enrol(timeout_s=7.0)

    assert world.clock.monotonic_s() - started_s == 7.0


def test_a_lost_connection_is_told(world):
    def cut(_):
        world.transports[-1].drop("the line was cut")
        return ()

    world.reply = cut

    with pytest.raises(AgentUnreachableError, match="the line was cut"):
        world.enrol()


@pytest.mark.parametrize(
    ("code", "name", "hint"),
    [
        (1, "NoBackendConnection", "try later"),
        (3, "InternalError", "agent's log"),
        (19, "OutOfRange", "wait a minute"),
        (20, "CertificateFormatError", "kind of key"),
        (21, "CertificateIsEmptyError", "--force"),
        (22, "CertificateWithoutCommonName", "client_name"),
        (25, "InvalidClientName", "client_name"),
        (99, "Unknown", "agent's log"),
    ],
)
def test_each_error_code_is_one_line_that_says_what_to_do(world, code, name, hint):
    world.reply = lambda request: [
        (
            f"/certBack/{hash_of(request)}/error",
            b'{"errorMessage":"No.","errorcode":%d}' % code,
        )
    ]

    with pytest.raises(AgentError) as raised:
        world.enrol()

    text = str(raised.value)
    assert f"error {code} {name}: No." in text
    assert hint in text
    assert "\n" not in text
    assert IdentityDirectory(world.directory).load() is None


def test_a_request_that_the_agent_will_never_take_is_not_kept(world):
    world.reply = lambda request: [
        (f"/certBack/{hash_of(request)}/error", b'{"errorMessage":"No.","errorcode":20}')
    ]

    with pytest.raises(AgentError):
        world.enrol()

    assert world.files == set()


def test_trouble_told_to_everybody_is_a_hint_and_not_an_answer(world):
    trouble = ("/error", b'{"errorMessage":"Disk full.","errorcode":3}')
    honest = world.reply
    world.reply = lambda request: [trouble, *honest(request)]
    assert world.enrol().client_id == CLIENT_ID

    world.reply = lambda _: [trouble]
    with pytest.raises(AgentTimeoutError, match=r"Disk full\."):
        world.enrol()


def test_an_agent_that_grants_no_general_error_topic_is_fine(world):
    world.refused_filters = ("/error",)

    assert world.enrol().client_id == CLIENT_ID


@pytest.mark.parametrize("name", ["", "with space", "a/b", "x" * 65, "ä"])
def test_an_impossible_name_is_told_before_anything_is_sent(world, name):
    with pytest.raises(IdentityError, match="cannot be a client name"):
        world.enrol(client_name=name)

    assert world.transports == []


@pytest.mark.parametrize("name", ["x" * 64, "a.*-,@'_Z9"])
def test_every_character_of_the_document_may_be_in_a_name(world, name):
    assert world.enrol(client_name=name).client_name == name


def test_a_missing_authority_is_told_before_anything_is_sent(world, tmp_path):
    with pytest.raises(IdentityError, match="ca_file"):
        world.enrol(ca_file=tmp_path / "no.crt")

    assert world.transports == []


def test_a_new_enrolment_replaces_the_identity(world):
    first = world.enrol()
    answers(world, lambda request: certificate_for(world.authority, request, "ff" * 16))

    second = world.enrol()

    assert second.client_id == "ff" * 16
    assert second.key_file.read_bytes() != b""
    assert not first.key_file.exists()


def test_a_failed_enrolment_leaves_the_identity_alone(world):
    first = world.enrol()
    world.reply = lambda _: ()

    with pytest.raises(AgentTimeoutError):
        world.enrol()

    assert IdentityDirectory(world.directory).load() == first
