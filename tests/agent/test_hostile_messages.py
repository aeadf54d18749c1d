"""Whatever is published, the service answers by the contract or closes; it never raises."""

import json
from pathlib import Path

import pytest
from agent_bench import CLIENT, PREFIX, REQUESTER, Bench, decoded, signing_request
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.wire.topics import Address, Operation, request_topic

_TOPICS = [
    request_topic(operation, Address(CLIENT, "weather", "temp"))
    for operation in Operation
    if operation not in (Operation.REPORT_ERROR, Operation.DELETE_CLIENT)
]
_ANY_TOPIC = st.sampled_from(_TOPICS) | st.text(max_size=40).map(lambda text: f"{PREFIX}/{text}")
_NUMBERS = st.sampled_from(["1e999", "-1e999", "NaN", "1" * 400, "1" * 5000, "-0.0", "1E-400"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_KEYS = ["metrics", "metricId", "value", "timestamp", "name", "state", "request", "matchingId",
         "valueUnit", "valueType", "valueAnnotation"]  # fmt: skip
_OBJECTS = st.recursive(
    _JSON,
    lambda inner: (
        st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4)
        | st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)
_MESSAGES = (
    st.binary(max_size=60)
    | _OBJECTS.map(lambda value: json.dumps(value).encode())
    | _OBJECTS.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    | _NUMBERS.map(lambda text: b'{"metrics":[{"metricId":"a","value":%b}]}' % text.encode())
    | _NUMBERS.map(lambda text: b'{"request":%b,"timestamp":%b}' % (text.encode(), text.encode()))
)


@pytest.fixture(scope="module")
def shared_bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    directory: Path = tmp_path_factory.mktemp("agent")
    return Bench(directory, per_minute=10**6)


@settings(max_examples=600, deadline=None)
@given(_ANY_TOPIC, _MESSAGES)
def test_request_of_any_shape_gets_answers_that_are_json_or_a_sentence(
    shared_bench: Bench, topic: str, message: bytes
) -> None:
    shared_bench.broker.published.clear()

    assert shared_bench.handle(topic, message) is True

    for _, answer_topic, payload in shared_bench.broker.published:
        assert answer_topic.startswith(f"{PREFIX}/")
        answer = decoded(payload)
        if isinstance(answer, dict) and "errorcode" in answer and "ping" not in answer_topic:
            assert answer["errorcode"] in set(range(4, 29)) - {17}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80) | st.integers(0, 400).map(lambda cut: signing_request()[:cut]))
def test_signing_request_of_any_shape_gets_one_answer(shared_bench: Bench, payload: bytes) -> None:
    topic, answer = shared_bench.enrol(payload, REQUESTER)

    is_error = topic.endswith("/error")
    assert is_error is not answer.startswith(b"-----BEGIN CERTIFICATE-----")
    assert not is_error or decoded(answer)["errorcode"] in (20, 21, 22, 25)


def test_state_after_hostile_messages_can_be_loaded_again(shared_bench: Bench) -> None:
    shared_bench.handle(_TOPICS[-1], b'{"metrics":[{"metricId":"a","value":"\xc2\x85"}]}')

    before = {
        (sensor.sensor_id, metric.metric_id): metric.value
        for sensor in shared_bench.context.clients[CLIENT].sensors.values()
        for metric in sensor.metrics.values()
    }
    shared_bench.restart()
    after = {
        (sensor.sensor_id, metric.metric_id): metric.value
        for sensor in shared_bench.context.clients[CLIENT].sensors.values()
        for metric in sensor.metrics.values()
    }
    assert after == before
