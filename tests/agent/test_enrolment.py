import base64
import hashlib

import pytest
from agent_bench import REQUESTER, Bench, decoded, rsa_key, signing_request
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from collector.agent.enrolment import REMEMBERED_S
from collector.agent.signing_request import MAX_REQUEST_BYTES


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _client_of(pem: bytes) -> str:
    subject = x509.load_pem_x509_certificate(pem).subject
    return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _code(bench: Bench, payload: bytes, requester: str = REQUESTER) -> int:
    topic, answer = bench.enrol(payload, requester)
    assert topic == f"/certBack/{_digest(payload)}/error"
    return int(decoded(answer)["errorcode"])


@pytest.mark.parametrize("key", [None, rsa_key()])
def test_certificate_comes_back_under_the_hash_of_the_request(bench: Bench, key) -> None:
    payload = signing_request("gateway-07", key)

    topic, pem = bench.enrol(payload)

    client = _client_of(pem)
    assert topic == f"/certBack/{_digest(payload)}"
    assert len(client) == 32
    assert set(client) <= set("0123456789abcdef")
    bench.restart()
    assert bench.context.clients[client].name == "gateway-07"


@pytest.mark.parametrize("form", ['"%s"', "%s\n\n", '"%s"\n', "\r\n%s", "'%s'"])
def test_hash_is_that_of_exactly_the_bytes_received(bench: Bench, form: str) -> None:
    payload = (form % signing_request().decode().strip()).encode()

    assert bench.enrol(payload)[0] == f"/certBack/{_digest(payload)}"


@pytest.mark.parametrize("payload", [b"", b"\n", b'""', b'"\n"'])
def test_empty_request_gets_error_21(bench: Bench, payload: bytes) -> None:
    assert _code(bench, payload) == 21


@pytest.mark.parametrize(
    "payload",
    [
        b"nonsense",
        b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        signing_request().replace(b"M", b"N", 1),
        signing_request() + b" " * MAX_REQUEST_BYTES,
        signing_request(key=rsa_key(1024)),
        signing_request(key=ec.generate_private_key(ec.SECP192R1())),
        signing_request(algorithm=hashes.SHA224()),
    ],
)
def test_request_that_is_malformed_or_weak_gets_error_20(bench: Bench, payload: bytes) -> None:
    assert _code(bench, payload) == 20


def test_request_of_a_version_that_there_is_not_gets_error_20(bench: Bench) -> None:
    der = x509.load_pem_x509_csr(signing_request()).public_bytes(Encoding.DER)
    text = base64.encodebytes(der.replace(b"\x02\x01\x00\x30", b"\x02\x01\x01\x30", 1))
    begin, end = (b"-----%b CERTIFICATE REQUEST-----\n" % word for word in (b"BEGIN", b"END"))

    assert _code(bench, begin + text + end) == 20


def test_key_of_another_kind_gets_error_20(bench: Bench) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    request = builder.sign(ed25519.Ed25519PrivateKey.generate(), None)
    assert _code(bench, request.public_bytes(Encoding.PEM)) == 20


def test_request_signed_by_another_key_gets_error_20(bench: Bench) -> None:
    der = bytearray(
        x509.load_pem_x509_csr(signing_request(key=rsa_key())).public_bytes(Encoding.DER)
    )
    der[-1] ^= 1  # the last byte of the signature
    forged = x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM)

    assert _code(bench, forged) == 20


def test_request_without_a_common_name_gets_error_22(bench: Bench) -> None:
    assert _code(bench, signing_request(None)) == 22


@pytest.mark.parametrize("name", ["a b", "a/b", "+", "#", "a/#", "ü", "a\n"])
def test_common_name_outside_the_alphabet_gets_error_25(bench: Bench, name: str) -> None:
    assert _code(bench, signing_request(name)) == 25


@pytest.mark.parametrize("name", ["gateway-07", "a.b*c-d,e@f'g_h", "0123456789abcdef" * 2])
def test_common_name_is_a_name_and_never_the_id(bench: Bench, name: str) -> None:
    client = _client_of(bench.enrol(signing_request(name))[1])

    assert client != name
    assert bench.context.clients[client].name == name


def test_same_request_again_gets_the_same_certificate_for_a_while(bench: Bench) -> None:
    payload = signing_request()
    first = bench.enrol(payload)
    clients = len(bench.context.clients)

    assert bench.enrol(payload, "@192.0.2.7:50000") == first
    assert len(bench.context.clients) == clients

    bench.clock.advance(REMEMBERED_S)
    assert bench.enrol(payload) != first


def test_same_request_from_another_address_gets_another_identity(bench: Bench) -> None:
    payload = signing_request()
    first = bench.enrol(payload)

    assert bench.enrol(payload, "@192.0.2.8:40000")[1] != first[1]


def test_same_request_after_the_client_was_deleted_gets_another_identity(bench: Bench) -> None:
    payload = signing_request()
    first = bench.enrol(payload)
    client = _client_of(first[1])
    bench.handle(f"/v1.0/{client}/delete", b"{}", client)

    assert bench.enrol(payload)[1] != first[1]


@pytest.mark.parametrize("form", ["/certBack/%s", "/certBack/%s/+", "/certBack/%s/error"])
@pytest.mark.parametrize("payload", [signing_request(), b"nonsense"])
def test_who_subscribes_late_gets_the_answer_if_the_filter_fits(
    bench: Bench, form: str, payload: bytes
) -> None:
    topic, answer = bench.enrol(payload)
    bench.broker.published.clear()

    bench.service.remind(form % _digest(payload))
    for _, reminder in bench.deferred:
        reminder()

    is_error = topic.endswith("/error")
    fits = is_error if form != "/certBack/%s" else not is_error
    assert bench.broker.published == ([("provision", topic, answer)] if fits else [])


def test_late_subscribers_are_served_for_a_while_and_not_without_end(bench: Bench) -> None:
    payload = signing_request()
    bench.enrol(payload)

    for _ in range(100):
        bench.service.remind(f"/certBack/{_digest(payload)}")

    assert 0 < len(bench.deferred) < 20
    bench.deferred.clear()
    bench.enrol(signing_request("other"))
    bench.clock.advance(REMEMBERED_S)
    bench.service.remind(f"/certBack/{_digest(payload)}")
    assert bench.deferred == []


def test_nobody_is_reminded_of_a_request_that_was_never_made(bench: Bench) -> None:
    bench.service.remind(f"/certBack/{'0' * 64}")

    assert bench.deferred == []


def test_one_address_has_so_many_turns_a_minute_and_others_have_theirs(tmp_path) -> None:
    bench = Bench(tmp_path, per_minute=2)
    for _ in range(2):
        assert _code(bench, b"nonsense") == 20

    assert _code(bench, signing_request()) == 19
    assert bench.enrol(signing_request(), "@192.0.2.8:1")[1].startswith(b"-----BEGIN CERT")
    bench.clock.advance(60)
    assert bench.enrol(signing_request())[1].startswith(b"-----BEGIN CERT")


def test_refusal_for_lack_of_turns_does_not_stick_to_the_request(tmp_path) -> None:
    bench = Bench(tmp_path, per_minute=1)
    payload = signing_request()
    bench.enrol(b"nonsense")
    assert _code(bench, payload) == 19

    bench.clock.advance(60)

    assert bench.enrol(payload)[0] == f"/certBack/{_digest(payload)}"
