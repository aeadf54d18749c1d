import json

import pytest
from contract import document, vocabulary

from collector.wire import replies, requests
from collector.wire.errors import ErrorCode, Refusal
from collector.wire.replies import (
    ErrorReply,
    ListedMetric,
    ListedSensor,
    LiveData,
    MalformedReplyError,
    MetricDescription,
)

SENTENCES = {
    "update client": replies.CLIENT_UPDATED,
    "push values": replies.SENSOR_PUSHED,
    "update sensor": replies.SENSOR_CHANGED,
    "delete sensor": replies.SENSOR_DELETED,
    "update metrics": replies.METRICS_CHANGED,
    "delete metrics": replies.METRICS_DELETED,
}

LINK = f"/v1.0/{document.CLIENT}/sensor/{document.SENSOR}/metric"
LISTED = ListedSensor(
    document.SENSOR,
    "unispeed6",
    tuple(
        ListedMetric(metric, f"{LINK}/{metric}/inventory")
        for metric in (document.METRIC_1, document.METRIC_2, document.METRIC_3)
    ),
)
CREATED = {"1": document.METRIC_1, "2": document.METRIC_2, "3": document.METRIC_3}
DESCRIBED = MetricDescription(
    document.METRIC_1, "CPUUsage", 0.0, 9223372036854775, "NoSI.Dimensionless.PERCENT"
)
LIVE = LiveData({"temp": 21.5, "humidity": 21.5}, 1590394246545)

BUILT = {
    "ping": requests.parse_ping(document.request("ping").payload.encode()),
    "create sensor": replies.sensor_created_payload(document.SENSOR, "SensorName"),
    "list sensors": replies.sensor_list_payload([LISTED]),
    "create metrics": replies.metrics_created_payload(CREATED),
    "describe metric": replies.metric_description_payload(DESCRIBED),
}
PARSED = {
    "ping": (replies.answer_of, "Some Message"),
    "create sensor": (replies.parse_sensor_created, document.SENSOR),
    "list sensors": (replies.parse_sensor_list, [LISTED]),
    "create metrics": (replies.parse_metrics_created, CREATED),
    "describe metric": (replies.parse_metric_description, DESCRIBED),
}


def test_every_reply_of_the_document_is_held_here():
    answered = {row.name for row in document.REQUESTS if row.reply}

    assert answered == SENTENCES.keys() | BUILT.keys()
    assert BUILT.keys() == PARSED.keys()


@pytest.mark.parametrize(("name", "sentence"), SENTENCES.items())
def test_sentence_of_success_is_the_documented_one(name, sentence):
    row = document.request(name)

    assert row.reply == sentence
    assert row.printed_reply == f'"{sentence}"'


@pytest.mark.parametrize(("name", "sentence"), SENTENCES.items())
def test_sentence_is_recognised_bare_and_in_quotes(name, sentence):
    row = document.request(name)

    for form in (row.reply, row.printed_reply, f" {row.reply}\n"):
        assert replies.is_sentence(form.encode(), sentence)
    for other in set(SENTENCES.values()) - {sentence}:
        assert not replies.is_sentence(other.encode(), sentence)


@pytest.mark.parametrize("name", BUILT)
def test_built_reply_says_what_the_document_prints(name):
    assert json.loads(document.request(name).reply) == json.loads(BUILT[name])


@pytest.mark.parametrize("name", PARSED)
def test_reply_printed_in_the_document_is_understood(name):
    parse, expected = PARSED[name]

    assert expected == parse(document.request(name).reply.encode())


def test_live_data_have_the_decided_form():
    assert document.LIVE_DATA.encode() == replies.live_data_payload(LIVE)
    assert LIVE == replies.parse_live_data(document.LIVE_DATA.encode())


def test_live_data_leave_out_a_metric_without_a_value():
    message = b'{"metrics":[{"metricId":"a"},{"metricId":"b","value":2}],"timestamp":1}'

    assert LiveData({"b": 2}, 1) == replies.parse_live_data(message)


@pytest.mark.parametrize("code", vocabulary.ERROR_CODES)
def test_error_reply_has_the_documented_keys(code):
    metrics = ("a", "b") if code in vocabulary.CODES_WITH_METRICS else ()
    reply = replies.refusal_reply(Refusal(ErrorCode(code), "why", metrics))

    message = json.loads(reply.payload())

    keys = vocabulary.ERROR_KEYS if metrics else vocabulary.ERROR_KEYS[:2]
    assert set(keys) == message.keys()
    assert ["why", code, list(metrics)] == [
        message["errorMessage"],
        message["errorcode"],
        message.get("metrics", []),
    ]
    assert reply == replies.parse_error(reply.payload())


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b'{"errorMessage":"x","errorcode":27,"metrics":["a","b"]}', (27, "x", ("a", "b"))),
        (b'{"errorMessage":"x","errorcode":"27","metrics":["a"]}', (27, "x", ("a",))),
        (b'{"errorcode":27,"metrics":[{"metricId":"a"},{"other":1},5]}', (27, "", ("a",))),
        (b'{"errorMessage":null,"errorcode":4,"metrics":"a"}', (4, "", ())),
        (b'{"errorMessage":"x","errorcode":99,"more":true}', (99, "x", ())),
        (b'{"errorMessage":"x"}', (2, "x", ())),
        (b'{"errorMessage":"x","errorcode":"--5"}', (2, "x", ())),
        (b'{"errorMessage":"x","errorcode":1e999}', (2, "x", ())),
        (b'{"errorMessage":"x","errorcode":true}', (2, "x", ())),
    ],
)
def test_error_reply_is_read_with_tolerance(message, expected):
    assert ErrorReply(*expected) == replies.parse_error(message)


@pytest.mark.parametrize("message", [b"", b"oops", b"[]", b"\xff", b'"Sensor was updated."'])
def test_unreadable_error_reply_is_still_an_error(message):
    reply = replies.parse_error(message)

    assert reply.code == 2
    assert "unreadable" in reply.message


def test_numbers_given_as_strings_are_read():
    described = replies.parse_metric_description(
        b'{"metricId":"m","name":"n","value":"0.0","lastUpdated":"9223372036854775"}'
    )
    listed = replies.parse_sensor_list(b'[{"sensorId":"s","state":"2","metrics":[]}]')

    assert described.last_updated_us == 9223372036854775
    assert described.value == "0.0"
    assert listed == [ListedSensor("s", "", (), 2)]


def test_metric_without_a_value_yet_has_neither_value_nor_time():
    described = replies.parse_metric_description(b'{"metricId":"m","name":null,"valueType":"bool"}')

    assert described == MetricDescription("m", "", None, None, value_type="bool")


@pytest.mark.parametrize(
    ("message", "value"),
    [
        (b'{"answer":5}', 5),
        (b'{"request":5}', 5),
        (b'{"other":5}', {"other": 5}),
        (b'"text"', "text"),
    ],
)
def test_answer_to_a_ping_may_come_in_any_json_that_carries_the_value(message, value):
    assert value == replies.answer_of(message)


@pytest.mark.parametrize(
    ("parse", "message"),
    [
        (replies.answer_of, b"{"),
        (replies.parse_sensor_created, b"[]"),
        (replies.parse_sensor_created, b'{"name":"n"}'),
        (replies.parse_sensor_created, b'{"sensorId":""}'),
        (replies.parse_sensor_created, b'{"sensorId":5}'),
        (replies.parse_sensor_created, b'{"sensorId":"+"}'),
        (replies.parse_sensor_created, b'{"sensorId":"a/b"}'),
        (replies.parse_sensor_created, b'{"sensorId":"create"}'),
        (replies.parse_sensor_created, b'{"sensorId":"a\\u0000"}'),
        (replies.parse_sensor_list, b'[{"sensorId":"#","name":"n","metrics":[]}]'),
        (replies.parse_metrics_created, b'[{"matchingId":"t","metricId":"a/b"}]'),
        (replies.parse_sensor_list, b"{}"),
        (replies.parse_sensor_list, b"[5]"),
        (replies.parse_sensor_list, b'[{"sensorId":"s","metrics":{}}]'),
        (replies.parse_sensor_list, b'[{"sensorId":"s","metrics":[{}]}]'),
        (replies.parse_metrics_created, b'[{"matchingId":"1"}]'),
        (replies.parse_metrics_created, b'[{"metricId":"1"}]'),
        (replies.parse_metric_description, b'{"name":"n"}'),
        (replies.parse_metric_description, b'{"metricId":"m","value":[]}'),
        (replies.parse_live_data, b'{"metrics":[]}'),
        (replies.parse_live_data, b'{"metrics":[{"value":1}],"timestamp":1}'),
        (replies.parse_live_data, b'{"metrics":[{"metricId":"a","value":{}}],"timestamp":1}'),
        (replies.parse_live_data, b'{"metrics":5,"timestamp":1}'),
    ],
)
def test_reply_that_the_contract_does_not_allow_is_malformed(parse, message):
    with pytest.raises(MalformedReplyError):
        parse(message)
