import json

import pytest
from contract import vocabulary
from hypothesis import given
from hypothesis import strategies as st

from collector.wire import ids, replies, requests, topics
from collector.wire.errors import Refusal
from collector.wire.replies import (
    ErrorReply,
    ListedMetric,
    ListedSensor,
    LiveData,
    MalformedReplyError,
    MetricDescription,
)
from collector.wire.requests import MetricChange, MetricDefinition, Ping, Push, Rename, SensorChange
from collector.wire.topics import Address, Operation
from collector.wire.units import ValueType, ValueUnit

TEXT = st.text(st.characters(exclude_categories=["Cs"]))  # half a surrogate pair is no character
WORDS = TEXT.filter(bool)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**64), 2**64)
VALUES = st.booleans() | NUMBERS | TEXT
TIMESTAMPS = st.integers(0, requests.MAX_TIMESTAMP_MS - 1)
IDS = st.text(st.sampled_from(vocabulary.ID_ALPHABET), min_size=1, max_size=32)
SENSOR_IDS = IDS.filter(ids.is_sensor_id)
CLIENTS = st.text(st.sampled_from(vocabulary.CREATED_ID_ALPHABET), min_size=32, max_size=32)
AGENT_IDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/+#"),
    min_size=1,
    max_size=256,
).filter(lambda text: text not in ids.RESERVED_SENSOR_IDS)
"""What can be a level of a topic; of an agent's own making, so with more characters than ours."""
HOSTILE = st.lists(
    st.sampled_from(["/", "#", "+", "..", "{sensor}", "{client}", "%s", "\0", "a"])
).map("".join)
NAMES = TEXT | HOSTILE | IDS | st.sampled_from(["create", "list", "inbox", "error", "metric"])
JSON = st.recursive(
    st.none() | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)

KEYS = st.sampled_from(
    [
        *("name", "state", "metrics", "metricId", "matchingId", "value", "valueUnit", "valueType"),
        *("valueAnnotation", "timestamp", "sensorId", "link", "lastUpdated", "answer", "request"),
        *("errorcode", "errorMessage"),
    ]
)
LIKELY = st.none() | VALUES | st.sampled_from([*ValueUnit, *ValueType, 1, 2, "1", 1e308, 10**400])
NEARLY = st.recursive(
    LIKELY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
MESSAGES = (
    st.binary()
    | st.text(st.sampled_from('[]{}",:\\u0dN1e9.-nult ')).map(str.encode)
    | NEARLY.map(lambda value: json.dumps(value).encode())
    | st.sampled_from([b'{"errorcode":1e999}', b'{"timestamp":-1e999,"metrics":[]}', b"1e999"])
)

DEFINITIONS = st.builds(MetricDefinition, TEXT, TEXT, st.sampled_from(ValueUnit)) | st.builds(
    MetricDefinition, TEXT, TEXT, st.none(), st.sampled_from(ValueType), TEXT
)
CHANGES = st.builds(MetricChange, TEXT, st.none() | TEXT, st.none() | TEXT)
OPERATIONS = st.sampled_from(Operation).filter(lambda it: it is not Operation.REPORT_ERROR)
STATES = st.sampled_from(requests.SensorState)
LISTED = st.builds(
    ListedSensor,
    AGENT_IDS,
    TEXT,
    st.lists(st.builds(ListedMetric, AGENT_IDS, TEXT)).map(tuple),
    st.none() | st.integers(0, 9),
)
OPTIONAL = st.none() | TEXT
DESCRIBED = st.builds(
    MetricDescription,
    AGENT_IDS,
    TEXT,
    st.none() | VALUES,
    st.none() | TIMESTAMPS,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
)


def read_definitions(payload):
    return [requests.parse_definition(m) for m in requests.parse_metric_definitions(payload)]


REQUEST_PARSERS = [
    requests.parse_ping,
    requests.parse_name,
    requests.parse_sensor_change,
    requests.parse_push,
    read_definitions,
    requests.parse_metric_changes,
    requests.parse_metric_ids,
]
REPLY_PARSERS = [
    replies.answer_of,
    replies.parse_sensor_created,
    replies.parse_sensor_list,
    replies.parse_metrics_created,
    replies.parse_metric_description,
    replies.parse_live_data,
]


@given(JSON)
def test_ping_comes_back_with_what_it_carried(carried):
    assert carried == replies.answer_of(requests.parse_ping(Ping(carried).payload()))


@given(WORDS)
def test_name_survives_the_wire(name):
    assert name == requests.parse_name(Rename(name).payload())


@given(st.builds(SensorChange, TEXT, STATES) | st.builds(SensorChange, st.none(), STATES))
def test_change_of_a_sensor_survives_the_wire(change):
    assert change == requests.parse_sensor_change(change.payload())


@given(st.lists(DEFINITIONS, min_size=1))
def test_definitions_of_metrics_survive_the_wire(definitions):
    assert definitions == read_definitions(requests.create_metrics_payload(definitions))


@given(st.lists(CHANGES, min_size=1))
def test_changes_of_metrics_survive_the_wire(changes):
    payload = requests.update_metrics_payload(changes)

    assert changes == requests.parse_metric_changes(payload)


@given(st.lists(TEXT, min_size=1))
def test_ids_of_metrics_survive_the_wire(metric_ids):
    assert metric_ids == requests.parse_metric_ids(requests.delete_metrics_payload(metric_ids))


@given(st.dictionaries(IDS, VALUES, min_size=1), st.none() | TIMESTAMPS)
def test_push_survives_the_wire_in_value_type_and_order(values, timestamp_ms):
    push = requests.parse_push(Push(values, timestamp_ms).payload())

    assert Push(values, timestamp_ms) == push
    assert list(values) == list(push.values)
    assert [type(value) for value in values.values()] == [type(v) for v in push.values.values()]


@given(AGENT_IDS, TEXT)
def test_created_sensor_survives_the_wire(sensor_id, name):
    payload = replies.sensor_created_payload(sensor_id, name)

    assert sensor_id == replies.parse_sensor_created(payload)


@given(st.lists(LISTED))
def test_list_of_sensors_survives_the_wire(sensors):
    assert sensors == replies.parse_sensor_list(replies.sensor_list_payload(sensors))


@given(st.dictionaries(WORDS, AGENT_IDS))
def test_created_metrics_survive_the_wire(metric_ids):
    payload = replies.metrics_created_payload(metric_ids)

    assert metric_ids == replies.parse_metrics_created(payload)


@given(DESCRIBED)
def test_description_of_a_metric_survives_the_wire(described):
    payload = replies.metric_description_payload(described)

    assert described == replies.parse_metric_description(payload)


@given(st.dictionaries(WORDS, VALUES), TIMESTAMPS)
def test_live_data_survive_the_wire(values, timestamp_ms):
    data = LiveData(values, timestamp_ms)

    assert data == replies.parse_live_data(replies.live_data_payload(data))


@given(st.builds(ErrorReply, st.integers(1, 28), TEXT, st.lists(WORDS).map(tuple)))
def test_error_survives_the_wire(error):
    assert error == replies.parse_error(error.payload())


def raised_by(parse, message):
    try:
        parse(message)
    except (Refusal, MalformedReplyError) as error:
        return error
    return None


@pytest.mark.parametrize("parse", REQUEST_PARSERS)
@given(message=MESSAGES)
def test_any_bytes_for_a_request_are_read_or_refused(parse, message):
    refusal = raised_by(parse, message)

    if refusal is not None:
        assert isinstance(refusal, Refusal)
        assert refusal.code in vocabulary.ERROR_CODES
        assert replies.refusal_reply(refusal).payload()


@pytest.mark.parametrize("parse", REPLY_PARSERS)
@given(message=MESSAGES)
def test_any_bytes_for_a_reply_are_read_or_malformed(parse, message):
    assert isinstance(raised_by(parse, message), MalformedReplyError | None)


@given(MESSAGES)
def test_any_bytes_for_an_error_are_an_error(message):
    error = replies.parse_error(message)

    assert isinstance(error.code, int)
    assert all(isinstance(metric, str) for metric in error.metrics)


@given(OPERATIONS, CLIENTS, SENSOR_IDS, IDS)
def test_every_topic_can_be_read_back(operation, client, sensor, metric):
    request = topics.request_topic(operation, Address(client, sensor, metric))

    parsed = topics.parse_request(request)

    assert parsed is not None
    assert operation is parsed.operation
    assert not parsed.older
    assert request == topics.request_topic(operation, parsed.address)
    assert parsed.address.client == client
    assert parsed.address.sensor in ("", sensor)
    assert parsed.address.metric in ("", metric)


@given(st.sampled_from(Operation), CLIENTS, NAMES, NAMES)
def test_no_id_leads_out_of_the_clients_own_topics(operation, client, sensor, metric):
    address = Address(client, sensor, metric)
    built = [topics.live_data_topic(address), *topics.older_reply_topics(operation, address)]
    built += topics.older_error_topics(operation, address)
    if operation is not Operation.REPORT_ERROR:
        built += [
            topics.request_topic(operation, address),
            topics.reply_topic(operation, address),
            topics.error_topic(operation, address),
        ]

    assert all(topic.startswith(f"/v1.0/{client}/") for topic in built if topic)


@given(st.lists(NAMES).map("/".join) | st.lists(NAMES).map(lambda rest: "/".join(["/v1.0", *rest])))
def test_any_topic_read_concerns_the_client_whose_prefix_it_has(topic):
    for parsed in (topics.parse_request(topic), topics.parse_reply(topic)):
        if parsed is not None:
            assert "/" not in parsed.address.client
            assert topic.startswith(f"/v1.0/{parsed.address.client}/")
