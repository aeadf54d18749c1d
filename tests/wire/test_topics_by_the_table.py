import hashlib

import pytest
from contract import decisions, document
from contract.document import filled

from collector.wire import topics
from collector.wire.topics import Address, Operation, ReplyKind

ROWS = pytest.mark.parametrize("row", document.REQUESTS, ids=lambda row: row.name)


def address_of(topic, sensor=document.SENSOR):
    return Address(
        document.CLIENT,
        sensor if ":sensorId" in topic else "",
        document.METRIC_1 if ":metricId" in topic else "",
    )


def test_table_and_wire_know_the_same_requests():
    assert {row.name for row in document.REQUESTS} == {
        operation.value for operation in Operation if operation is not Operation.REPORT_ERROR
    }


@ROWS
def test_request_topic_is_the_documented_one(row):
    built = topics.request_topic(Operation(row.name), address_of(row.topic))

    assert filled(row.topic) == built


@ROWS
def test_documented_request_topic_is_understood(row):
    parsed = topics.parse_request(filled(row.topic))

    assert topics.Request(Operation(row.name), address_of(row.topic)) == parsed


@ROWS
def test_topic_of_the_example_is_understood(row):
    topic = filled(row.example_topic or row.topic, sensor=row.example_sensor)

    parsed = topics.parse_request(topic)

    address = address_of(row.topic, row.example_sensor)
    assert topics.Request(Operation(row.name), address, bool(row.example_topic)) == parsed


@ROWS
def test_reply_topic_is_the_documented_one(row):
    built = topics.reply_topic(Operation(row.name), address_of(row.topic))

    assert (filled(row.reply_topic) if row.reply_topic else "") == built


@ROWS
def test_error_topic_is_the_documented_one(row):
    built = topics.error_topic(Operation(row.name), address_of(row.topic))

    expected = row.error_topic or decisions.older_replies(row.name).errors[0]
    assert filled(expected) == built


ANSWERS = [
    (row, kind, topic)
    for row in document.REQUESTS
    for kind, topic in ((ReplyKind.INFO, row.reply_topic), (ReplyKind.ERROR, row.error_topic))
    if topic
]


@pytest.mark.parametrize(("row", "kind", "topic"), ANSWERS, ids=lambda value: str(value)[:40])
def test_topic_of_an_answer_is_understood(row, kind, topic):
    parsed = topics.parse_reply(filled(topic))

    assert parsed is not None
    assert (kind, address_of(topic)) == (parsed.kind, parsed.address)
    assert Operation(row.name) in parsed.operations


def test_error_topic_of_section_5_3_4_is_shared_with_create():
    parsed = topics.parse_reply(filled(document.request("delete metrics").error_topic))

    assert frozenset({Operation.CREATE_METRICS, Operation.DELETE_METRICS}) == parsed.operations


def test_documented_reply_topics_of_two_requests_are_never_the_same():
    replies = [row.reply_topic for row in document.REQUESTS if row.reply_topic]

    assert len(replies) == len(set(replies))


def test_live_data_topic_is_the_documented_one():
    address = address_of(document.LIVE_DATA_TOPIC)

    topic = topics.live_data_topic(address)

    assert filled(document.LIVE_DATA_TOPIC) == topic
    parsed = topics.parse_reply(topic)
    assert topics.Reply(ReplyKind.LIVE_DATA, frozenset({Operation.PUSH_VALUES}), address) == parsed


@pytest.mark.parametrize("older", decisions.OLDER_TOPICS, ids=lambda older: older.name)
def test_older_request_topic_is_understood_as_such(older):
    parsed = topics.parse_request(filled(older.topic))

    assert topics.Request(Operation(older.name), address_of(older.topic), older=True) == parsed


@ROWS
def test_older_reply_topics_are_those_of_the_notes(row):
    older = decisions.older_replies(row.name)

    operation, address = Operation(row.name), address_of(row.topic)

    assert tuple(map(filled, older.replies)) == topics.older_reply_topics(operation, address)
    assert tuple(map(filled, older.errors)) == topics.older_error_topics(operation, address)


@pytest.mark.parametrize("report", decisions.ERROR_REPORTS)
def test_report_of_an_error_is_recognised_however_it_is_joined(report):
    parsed = topics.parse_request(filled(report))

    assert parsed is not None
    assert Operation.REPORT_ERROR is parsed.operation


@pytest.mark.parametrize("word", decisions.RESERVED_SENSOR_IDS)
def test_reserved_word_is_never_taken_for_a_sensor(word):
    older_push = next(older for older in decisions.OLDER_TOPICS if older.name == "push values")

    parsed = topics.parse_request(filled(older_push.topic, sensor=word))

    assert parsed is None or parsed.operation is not Operation.PUSH_VALUES


def test_link_of_a_listed_metric_is_its_describe_topic():
    address = Address(document.CLIENT, document.SENSOR, document.METRIC_1)

    link = topics.metric_link(address)

    assert f'"{link}"' in document.request("list sensors").reply


def test_topics_of_the_enrolment_are_the_documented_ones():
    digest = hashlib.sha256(b"request").hexdigest()
    row = document.CREATE_CLIENT

    assert (filled(row.topic), decisions.OLDER_CREATE_CLIENT) == topics.CREATE_CLIENT_TOPICS
    assert row.reply_topic.replace(":hash", digest) == topics.certificate_topic(digest)
    assert row.error_topic.replace(":hash", digest) == topics.certificate_error_topic(digest)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "/v1.0",
        "/v1.0/",
        "/v1.0/c",
        "/v1.0/c/",
        "/v1.0//ping",
        "/v1.1/c/ping",
        "v1.0/c/ping",
        "/v1.0/c/ping/",
        "/v1.0/c/Ping",
        "/v1.0/c/sensor",
        "/v1.0/c/sensor/",
        "/v1.0/c/sensor//update",
        "/v1.0/c/sensor/create/metric/pushValues",
        "/v1.0/c/sensor/s/metric//inventory",
        "/v1.0/c/sensor/s/metric/m/inventory/more",
        "/v1.0/c/sensor/s/unknown",
    ],
)
def test_topic_that_the_contract_does_not_have_is_none(topic):
    assert topics.parse_request(topic) is None
    assert topics.parse_reply(topic) is None


def test_answers_are_no_requests_and_requests_are_no_answers():
    for row in document.REQUESTS:
        assert topics.parse_reply(filled(row.topic)) is None
        for answer in filter(None, (row.reply_topic, row.error_topic)):
            assert topics.parse_request(filled(answer)) is None
