"""Topics, bodies and signing requests that clients send to the agent."""

import contextlib

import pytest
from fuzz.mutations import fuzzed, seeds
from fuzz.pem import pem_of

from collector.agent.policy import ClientPolicy, ProvisionPolicy
from collector.agent.signing_request import SigningRequest, parse_signing_request
from collector.testkit.transport import matches
from collector.wire import requests, topics
from collector.wire.errors import Refusal
from collector.wire.ids import is_client_name

TOPICS = seeds("topics")
REQUESTS = seeds("requests")
SIGNING_REQUESTS = seeds("signing_requests")

OWN, OTHER = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
OTHERS = [f"/v1.0/{OTHER}/ping", f"/v1.0/{OTHER}/sensor/a/livedata", "/certBack/" + "0" * 64]


def definitions(payload):
    return [requests.parse_definition(m) for m in requests.parse_metric_definitions(payload)]


PARSERS = [
    requests.parse_ping,
    requests.parse_name,
    requests.parse_sensor_change,
    requests.parse_push,
    definitions,
    requests.parse_metric_changes,
    requests.parse_metric_ids,
]


def refused(parse, payload):
    with contextlib.suppress(Refusal):
        parse(payload)


@fuzzed(REQUESTS)
def test_any_body_is_read_or_refused_by_a_code(examine, data):
    for parse in PARSERS:
        examine(refused, parse, data)


@fuzzed(TOPICS)
def test_any_topic_concerns_whose_prefix_it_has_or_nobody(examine, data):
    topic = data.decode("utf-8", "replace")

    for parsed in (examine(topics.parse_request, topic), examine(topics.parse_reply, topic)):
        if parsed is not None:
            assert topic.startswith(f"/v1.0/{parsed.address.client}")


@fuzzed(TOPICS)
def test_no_topic_lets_a_client_say_or_hear_what_is_of_another(examine, data):
    topic = data.decode("utf-8", "replace").replace(OTHER, OWN)
    client, stranger = ClientPolicy({OWN}), ProvisionPolicy(lambda _: None)

    if examine(client.may_publish, OWN, topic):
        parsed = topics.parse_request(topic)
        assert parsed is None or parsed.address.client == OWN
    if examine(client.may_subscribe, OWN, topic) or examine(stranger.may_subscribe, "@", topic):
        assert not any(matches(topic, each) for each in OTHERS[: 3 if OWN in topic else 2])


def signed(payload):
    try:
        return parse_signing_request(payload)
    except Refusal as refusal:
        return refusal


@pytest.mark.filterwarnings("ignore::UserWarning")  # cryptography's, of odd ones
@fuzzed(SIGNING_REQUESTS)
def test_any_signing_request_is_refused_or_has_a_name_and_a_key(examine, data):
    outcomes = [examine(signed, data), examine(signed, pem_of(data, "CERTIFICATE REQUEST"))]

    for outcome in outcomes:
        if isinstance(outcome, SigningRequest):
            assert is_client_name(outcome.name)
        else:
            assert outcome.code in (20, 21, 22, 25)
