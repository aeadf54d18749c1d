"""Section 4 of the document over the agent's real interface: how clients come and go."""

import json

import paho.mqtt.client as paho
import pytest
from contract import decisions, document, vocabulary
from contract.document import CREATE_CLIENT, filled
from contract.raw_client import DEADLINE_S, RawClient, digest_of, signing_request
from cryptography import x509
from cryptography.x509.oid import NameOID


@pytest.fixture
def stranger(agent):
    with RawClient(agent.provision_port, agent.ca_file) as connected:
        yield connected


TOPICS = (filled(CREATE_CLIENT.topic), decisions.OLDER_CREATE_CLIENT)


def answer_to(stranger, request, topic=TOPICS[0]):
    digest = digest_of(request)
    for printed in (CREATE_CLIENT.reply_topic, CREATE_CLIENT.error_topic):
        stranger.subscribe(printed.replace(":hash", digest))
    stranger.publish(topic, request)
    where, message = stranger.next()
    return where.replace(digest, ":hash"), message


def common_name(certificate):
    (name,) = x509.load_pem_x509_certificate(certificate).subject.get_attributes_for_oid(
        NameOID.COMMON_NAME
    )
    return name.value


@pytest.mark.parametrize("topic", TOPICS)
def test_signing_request_comes_back_as_a_certificate_with_a_new_id(stranger, key, names, topic):
    name = next(names)

    where, certificate = answer_to(stranger, signing_request(key, name), topic)

    assert where == CREATE_CLIENT.reply_topic
    assert certificate.startswith(b"-----BEGIN CERTIFICATE-----")
    given = common_name(certificate)
    assert name != given
    assert len(given) == vocabulary.CREATED_ID_LENGTH
    assert set(given) <= set(vocabulary.CREATED_ID_ALPHABET)


@pytest.mark.parametrize("form", [b'"%s"', b"%s\n\n", b"%s\r\n"])
def test_hash_is_of_exactly_the_bytes_that_were_published(stranger, key, names, form):
    request = form % signing_request(key, next(names))

    where, _ = answer_to(stranger, request)

    assert where == CREATE_CLIENT.reply_topic


def test_every_documented_character_may_stand_in_a_name(stranger, key):
    name = vocabulary.COMMON_NAME_ALPHABET[-64:]

    assert answer_to(stranger, signing_request(key, name))[0] == CREATE_CLIENT.reply_topic


@pytest.mark.parametrize(
    ("code", "request_of"),
    [
        (20, lambda key: b"no signing request"),
        (21, lambda key: b""),
        (21, lambda key: b'""'),
        (22, lambda key: signing_request(key, None)),
        (25, lambda key: signing_request(key, "a/b")),
        (25, lambda key: signing_request(key, "with space")),
    ],
)
def test_refused_signing_request_gets_its_code(stranger, key, code, request_of):
    where, message = answer_to(stranger, request_of(key))

    assert where == CREATE_CLIENT.error_topic
    assert code == json.loads(message)["errorcode"]


@pytest.mark.parametrize("protocol", [paho.MQTTv31, paho.MQTTv311, paho.MQTTv5])
def test_every_version_of_mqtt_is_spoken(agent, identity, protocol):
    client, files = identity
    row = document.request("ping")
    with RawClient(agent.port, agent.ca_file, client, files, protocol) as connected:
        connected.subscribe(filled(row.reply_topic, client=client))
        connected.publish(filled(row.topic, client=client), row.payload)

        topic, message = connected.next()

    assert filled(row.reply_topic, client=client) == topic
    assert json.loads(row.reply) == json.loads(message)


def test_deleted_client_gets_no_reply_is_cut_off_and_stays_out(agent, identity):
    client, files = identity
    row = document.request("delete client")
    with RawClient(agent.port, agent.ca_file, client, files) as connected:
        connected.subscribe(f"/v1.0/{client}/+/info/inbox")
        connected.subscribe(f"/v1.0/{client}/+/error/inbox")
        connected.publish(filled(row.topic, client=client), row.payload)

        assert connected.gone.wait(DEADLINE_S)

        assert connected._messages.empty()
    with (
        pytest.raises(ConnectionRefusedError, match=r"[Nn]ot authorized"),
        RawClient(agent.port, agent.ca_file, client, files),
    ):
        pass


def test_malformed_deletion_is_refused_on_the_older_error_topic(client):
    (error,) = decisions.older_replies("delete client").errors

    ((topic, message),) = client.call("delete client", "{")

    assert filled(error) == topic
    assert json.loads(message)["errorcode"] == 4


def test_certificate_of_one_client_opens_nothing_of_another(agent, identity):
    mine, files = identity
    with RawClient(agent.port, agent.ca_file, mine, files) as connected:
        connected.publish(f"/v1.0/{'0' * 32}/ping", "{}")

        assert connected.gone.wait(DEADLINE_S)
