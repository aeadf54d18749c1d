"""The whole agent on real sockets, against a client that shares no code with it."""

import hashlib
import json
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_bench import signing_request
from cryptography.hazmat.primitives.asymmetric import ec
from paho_peer import DEADLINE_S, Identity, Peer, enrol, save_identity, tls_context

from collector.agent.authority import Authority
from collector.agent.running import RunningAgent, running_agent
from collector.agent.signing_request import parse_signing_request
from collector.agent.store import Store
from collector.errors import StateError
from collector.testkit.clock import FakeClock

UNKNOWN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _nothing_goes_wrong_unseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[RunningAgent]:
    with running_agent(tmp_path / "agent") as running:
        yield running


def _new(agent: RunningAgent, directory: Path, name: str = "gateway") -> Identity:
    return enrol(agent.provision_port, agent.ca_file, directory, name)


def _peer(agent: RunningAgent, identity: Identity | None, **options: object) -> Peer:
    return Peer(agent.port, agent.ca_file, identity, **options)  # type: ignore[arg-type]


def _forged(directory: Path, target: Path, age_days: int = 0) -> Identity:
    """Return an identity that the agent's authority signed for a day, but the agent never gave."""
    key = ec.generate_private_key(ec.SECP256R1())
    clock = FakeClock(int((time.time() - age_days * 86400) * 1000))
    request = parse_signing_request(signing_request("x", key))
    return save_identity(target, key, Authority(directory, clock).issue(request, UNKNOWN, 1))


def test_enrolled_client_pushes_and_gets_answer_and_live_data_in_order(agent, tmp_path) -> None:
    identity = _new(agent, tmp_path)
    prefix = f"/v1.0/{identity.client}/sensor/weather"

    with _peer(agent, identity) as peer:
        assert peer.subscribe(f"/v1.0/{identity.client}/#")
        message = {"metrics": [{"value": 21.5, "metricId": "temp"}], "timestamp": 1000}
        peer.publish(f"{prefix}/metric/pushValues", json.dumps(message))

        assert peer.next() == (f"{prefix}/info/inbox", "Sensor was updated.")
        assert peer.next() == (
            f"{prefix}/livedata",
            {"metrics": [{"metricId": "temp", "value": 21.5}], "timestamp": 1000},
        )


def test_certificate_comes_to_whoever_subscribes_after_publishing(agent) -> None:
    request = signing_request()
    topic = f"/certBack/{hashlib.sha256(request).hexdigest()}"

    with Peer(agent.provision_port, agent.ca_file) as first:
        first.publish("/v1.0/createClient", request).wait_for_publish(DEADLINE_S)
    with Peer(agent.provision_port, agent.ca_file) as second:
        assert second.subscribe(topic)

        assert second.next()[0] == topic


def test_refusal_comes_by_the_form_of_subscription_that_older_clients_use(agent) -> None:
    digest = hashlib.sha256(b"nonsense").hexdigest()

    with Peer(agent.provision_port, agent.ca_file) as peer:
        assert peer.subscribe(f"/certBack/{digest}/+")
        peer.publish("/createConnector", b"nonsense")

        topic, error = peer.next()
        assert (topic, error["errorcode"]) == (f"/certBack/{digest}/error", 20)


def test_client_without_a_certificate_is_not_let_in(agent) -> None:
    assert not _peer(agent, None).is_let_in()


def test_certificate_of_another_authority_is_not_let_in(agent, tmp_path) -> None:
    with running_agent(tmp_path / "other") as other:
        stranger = _new(other, tmp_path)

    assert not _peer(agent, stranger).is_let_in()


def test_certificate_that_the_agent_did_not_give_is_not_let_in(agent, tmp_path) -> None:
    assert not _peer(agent, _forged(agent.ca_file.parent, tmp_path)).is_let_in()


@pytest.mark.parametrize(("age_days", "is_let_in"), [(0, True), (3, False)])
def test_certificate_of_a_known_client_is_let_in_until_it_expires(
    tmp_path, age_days: int, is_let_in: object
) -> None:
    directory = tmp_path / "agent"
    directory.mkdir()
    store = Store(directory)
    store.save_client(UNKNOWN, "known")
    store.close()
    identity = _forged(directory, tmp_path, age_days)

    with running_agent(directory) as agent:
        assert _peer(agent, identity).is_let_in() is is_let_in


def test_certificate_of_the_agent_itself_is_no_identity(agent) -> None:
    directory = agent.ca_file.parent
    own = Identity("localhost", directory / "server.crt", directory / "server.key")

    assert not _peer(agent, own).is_let_in()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_older_than_1_2_is_not_let_in(agent, tmp_path, version) -> None:
    context = tls_context(agent.ca_file, _new(agent, tmp_path))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version

    with (
        socket.create_connection(("127.0.0.1", agent.port), DEADLINE_S) as connection,
        pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"),
    ):
        context.wrap_socket(connection, server_hostname="localhost")


def test_tls_1_2_is_let_in(agent, tmp_path) -> None:
    peer = _peer(agent, _new(agent, tmp_path))
    peer.context.maximum_version = ssl.TLSVersion.TLSv1_2

    assert peer.is_let_in()


@pytest.mark.parametrize(
    "topic_filter",
    [
        "#",
        "+/#",
        "/#",
        "/v1.0/#",
        "/v1.0/+/#",
        "/v1.0/{other}/#",
        "/v1.0/{other}/sensor/+/livedata",
        "/v1.0/{own}",
        "$SYS/#",
        "$share/g//v1.0/{own}/#",
        "/certBack/+",
    ],
)
def test_subscription_beyond_the_own_id_is_refused(agent, tmp_path, topic_filter: str) -> None:
    own, other = _new(agent, tmp_path), _new(agent, tmp_path, "other")

    with _peer(agent, own) as peer:
        assert not peer.subscribe(topic_filter.format(own=own.client, other=other.client))


@pytest.mark.parametrize("retain", [False, True])
@pytest.mark.parametrize(
    "topic",
    [
        "/v1.0/{other}/sensor/s/metric/pushValues",
        "/v1.0/{other}/delete",
        "/v1.0/{other}/ping/info/inbox",
        "/v1.0/createClient",
        "//v1.0/{own}/ping",
        "$SYS/broker",
    ],
)
def test_message_beyond_the_own_id_does_nothing_to_others(
    agent, tmp_path, topic: str, *, retain: bool
) -> None:
    own, other = _new(agent, tmp_path), _new(agent, tmp_path, "other")
    message = '{"metrics": [{"metricId": "m", "value": 1}], "request": 1}'

    with _peer(agent, other) as victim:
        assert victim.subscribe(f"/v1.0/{other.client}/#")
        with _peer(agent, own) as attacker:
            attacker.publish(
                topic.format(own=own.client, other=other.client), message, retain=retain
            )
            # The connection is cut, or goes on without effect.
            attacker.publish(f"/v1.0/{own.client}/ping", "{}")
        victim.publish(f"/v1.0/{other.client}/sensor/list", "{}")

        assert victim.next() == (f"/v1.0/{other.client}/inventory/inbox", [])


def test_will_beyond_the_own_id_is_never_published(agent, tmp_path) -> None:
    own, other = _new(agent, tmp_path), _new(agent, tmp_path, "other")
    will = f"/v1.0/{other.client}/ping"

    with _peer(agent, other) as victim:
        assert victim.subscribe(f"/v1.0/{other.client}/#")
        attacker = _peer(agent, own, will=will)
        if attacker.is_let_in():
            attacker.vanish()
        victim.publish(f"/v1.0/{other.client}/ping", '{"request": "mine"}')

        assert victim.next()[1] == {"answer": "mine"}
        assert victim.messages.empty()


def test_client_cannot_cut_off_another_by_its_mqtt_identifier(agent, tmp_path) -> None:
    own, other = _new(agent, tmp_path), _new(agent, tmp_path, "other")

    with _peer(agent, other, mqtt_id="same") as victim, _peer(agent, own, mqtt_id="same") as peer:
        assert peer.subscribe(f"/v1.0/{own.client}/#")
        assert victim.subscribe(f"/v1.0/{other.client}/#")
        assert not victim.gone.is_set()


def test_deleted_client_is_cut_off_within_two_seconds_and_refused_for_ever(tmp_path) -> None:
    with running_agent(tmp_path / "agent") as agent:
        identity = _new(agent, tmp_path)
        with _peer(agent, identity) as first, _peer(agent, identity) as second:
            first.publish(f"/v1.0/{identity.client}/delete", "{}")

            assert first.gone.wait(2.0)
            assert second.gone.wait(2.0)
        assert not _peer(agent, identity).is_let_in()

    with running_agent(tmp_path / "agent") as agent:
        assert not _peer(agent, identity).is_let_in()


def test_client_is_known_after_a_restart(tmp_path) -> None:
    with running_agent(tmp_path / "agent") as agent:
        identity = _new(agent, tmp_path)

    with running_agent(tmp_path / "agent") as agent:
        assert _peer(agent, identity).is_let_in()


@pytest.mark.parametrize(
    "topic",
    ["/v1.0/{id}/ping", "/certBack/{hash}", "/v1.0/createclient", "/v1.0/{id}/sensor/s"],
)
def test_anonymous_message_that_is_no_signing_request_does_nothing(
    agent, tmp_path, topic: str
) -> None:
    identity = _new(agent, tmp_path)
    digest = hashlib.sha256(b"x").hexdigest()

    with Peer(agent.provision_port, agent.ca_file) as victim:
        assert victim.subscribe(f"/certBack/{digest}")
        with Peer(agent.provision_port, agent.ca_file) as peer:
            peer.publish(topic.format(id=identity.client, hash=digest), "{}")
        assert victim.subscribe(f"/certBack/{digest}/error")

        assert victim.messages.empty()


@pytest.mark.parametrize(
    "topic_filter", ["#", "/certBack/+", "/certBack/#", "/certBack/+/error", "/v1.0/#", "$SYS/#"]
)
def test_anonymous_subscription_to_more_than_one_answer_is_refused(
    agent, topic_filter: str
) -> None:
    with Peer(agent.provision_port, agent.ca_file) as peer:
        assert not peer.subscribe(topic_filter)


def test_message_over_the_limit_closes_the_connection_and_the_agent_lives(agent, tmp_path) -> None:
    identity = _new(agent, tmp_path)

    with _peer(agent, identity) as peer:
        peer.publish(f"/v1.0/{identity.client}/ping", b" " * (300 * 1024))
        assert peer.gone.wait(DEADLINE_S)

    assert _peer(agent, identity).is_let_in()


def test_fault_that_closes_the_connection_closes_it(tmp_path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[fault]]\naction = "close"\noperation = "ping"\n', "utf-8")
    with running_agent(tmp_path / "agent", faults=faults) as agent:
        identity = _new(agent, tmp_path)
        with _peer(agent, identity) as peer:
            peer.publish(f"/v1.0/{identity.client}/ping", "{}")

            assert peer.gone.wait(DEADLINE_S)


def test_fault_that_ignores_withholds_the_acknowledgement_and_keeps_the_connection(
    tmp_path,
) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[fault]]\naction = "ignore"\ncount = 1\noperation = "ping"\n', "utf-8")
    with running_agent(tmp_path / "agent", faults=faults) as agent:
        identity = _new(agent, tmp_path)
        with _peer(agent, identity) as peer:
            assert peer.subscribe(f"/v1.0/{identity.client}/#")
            ignored = peer.publish(f"/v1.0/{identity.client}/ping", '{"request": 1}')
            taken = peer.publish(f"/v1.0/{identity.client}/ping", '{"request": 2}')

            assert peer.next()[1] == {"answer": 2}
            taken.wait_for_publish(DEADLINE_S)
            assert not ignored.is_published()
            assert not peer.gone.is_set()


def test_second_agent_in_the_directory_or_on_the_port_is_refused(agent, tmp_path) -> None:
    with (
        pytest.raises(StateError, match="another agent is running"),
        running_agent(agent.ca_file.parent),
    ):
        pass
    with pytest.raises(StateError), running_agent(tmp_path / "second", port=agent.port):
        pass
