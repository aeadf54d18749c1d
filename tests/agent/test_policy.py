import pytest
from agent_bench import CLIENT, OTHER, signing_request

from collector.agent.authority import Authority
from collector.agent.broker import Peer
from collector.agent.policy import ClientPolicy, ProvisionPolicy
from collector.agent.signing_request import parse_signing_request
from collector.testkit.clock import FakeClock

HASH = "83a32b8cbae161ab995b1d3bce24715579c4c672f69ca48a24350baaaed40d17"


@pytest.fixture
def provision() -> ProvisionPolicy:
    return ProvisionPolicy(lambda topic_filter: None)


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        ("/v1.0/createClient", True),
        ("/createConnector", True),
        ("/createClient", False),
        ("/v1.0/createClient/", False),
        (f"/certBack/{HASH}", False),
        (f"/v1.0/{CLIENT}/ping", False),
        ("#", False),
    ],
)
def test_anybody_may_publish_signing_requests_alone(
    provision: ProvisionPolicy, topic: str, allowed: object
) -> None:
    assert provision.may_publish("@192.0.2.1:1", topic) is allowed


@pytest.mark.parametrize(
    ("topic_filter", "allowed"),
    [
        (f"/certBack/{HASH}", True),
        (f"/certBack/{HASH}/error", True),
        (f"/certBack/{HASH}/+", True),
        (f"/certBack/{HASH.upper()}", True),
        ("/error", True),
        (f"/certBack/{HASH}/#", False),
        (f"/certBack/{HASH[1:]}", False),
        (f"/certBack/{HASH}\n", False),
        (f"/certBack/+/{HASH}", False),
        ("/certBack/+", False),
        ("/certBack/#", False),
        ("/certBack/+/error", False),
        (f"/+/{HASH}", False),
        ("+/+/+", False),
        ("#", False),
        ("$SYS/#", False),
        (f"$share/a//certBack/{HASH}", False),
        ("/v1.0/createClient", False),
        (f"/v1.0/{CLIENT}/#", False),
    ],
)
def test_anybody_may_subscribe_to_the_answers_of_one_request_alone(
    provision: ProvisionPolicy, topic_filter: str, allowed: object
) -> None:
    assert provision.may_subscribe("@192.0.2.1:1", topic_filter) is allowed


def test_allowed_subscriptions_are_told_and_others_not() -> None:
    told: list[str] = []
    policy = ProvisionPolicy(told.append)

    policy.may_subscribe("", "#")
    policy.may_subscribe("", f"/certBack/{HASH}")

    assert told == [f"/certBack/{HASH}"]


def test_two_anonymous_connections_are_never_the_same(provision: ProvisionPolicy) -> None:
    names = {provision.authenticate(Peer("provision", f"192.0.2.1:{port}")) for port in (1, 2)}

    assert len(names) == 2


@pytest.mark.parametrize("allows", ["may_publish", "may_subscribe"])
@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        (f"/v1.0/{CLIENT}/ping", True),
        (f"/v1.0/{CLIENT}/#", True),
        (f"/v1.0/{CLIENT}/sensor/+/info/inbox", True),
        (f"/v1.0/{CLIENT}", False),
        (f"/v1.0/{CLIENT}#", False),
        (f"/v1.0/{CLIENT}0/ping", False),
        (f"/v1.0/{OTHER}/ping", False),
        (f"/v1.0/{OTHER}/../{CLIENT}/ping", False),
        (f"v1.0/{CLIENT}/ping", False),
        (f"//v1.0/{CLIENT}/ping", False),
        ("/v1.0/+/ping", False),
        ("/v1.0/#", False),
        ("/v1.0/createClient", False),
        ("#", False),
        ("+/#", False),
        ("$SYS/#", False),
        (f"$share/group//v1.0/{CLIENT}/#", False),
        (f"/certBack/{HASH}", False),
        (f"/v1.0/{CLIENT}/{'a' * 600}", False),
    ],
)
def test_client_reaches_what_lies_under_its_own_id_alone(
    allows: str, topic: str, allowed: object
) -> None:
    policy = ClientPolicy({CLIENT, OTHER})

    assert getattr(policy, allows)(CLIENT, topic) is allowed


@pytest.mark.parametrize("rest", ["sensorboiler/error", "sensorboilermetricheat/error"])
def test_a_report_of_an_error_without_its_slashes_does_no_harm(rest: str) -> None:
    policy = ClientPolicy({CLIENT, OTHER})

    assert policy.may_publish(CLIENT, f"/v1.0/{CLIENT}{rest}")
    assert not policy.may_publish(OTHER, f"/v1.0/{CLIENT}{rest}")
    assert not policy.may_subscribe(CLIENT, f"/v1.0/{CLIENT}{rest}")


def test_client_is_who_its_certificate_says_as_long_as_it_exists(tmp_path) -> None:
    authority = Authority(tmp_path, FakeClock())
    request = parse_signing_request(signing_request(OTHER))
    certificate = _der(authority.issue(request, CLIENT, 365))
    clients = {CLIENT, OTHER}
    policy = ClientPolicy(clients)

    assert policy.authenticate(Peer("mqtt", "192.0.2.1:1", certificate)) == CLIENT
    clients.remove(CLIENT)
    assert policy.authenticate(Peer("mqtt", "192.0.2.1:1", certificate)) is None


@pytest.mark.parametrize("certificate", [None, b"", b"nonsense"])
def test_peer_without_a_readable_certificate_is_refused(certificate: bytes | None) -> None:
    policy = ClientPolicy({CLIENT, ""})

    peer = Peer("mqtt", "192.0.2.1:1", certificate)
    assert policy.authenticate(peer) is None


def _der(pem: bytes) -> bytes:
    import ssl  # noqa: PLC0415

    return ssl.PEM_cert_to_DER_cert(pem.decode())
