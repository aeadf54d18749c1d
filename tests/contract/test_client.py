"""The collector's client against the table: what it publishes, listens to and makes of answers."""

import json

import pytest
from contract import decisions, document, vocabulary
from contract.document import CLIENT, METRIC_1, METRIC_2, METRIC_3, SENSOR, filled

from collector.client.agent_client import AgentClient
from collector.clock import Deadline
from collector.errors import AgentError, AgentTimeoutError
from collector.testkit.clock import FakeClock
from collector.testkit.transport import MemoryTransport
from collector.wire.replies import ListedMetric, ListedSensor, LiveData, MetricDescription
from collector.wire.requests import MetricChange, MetricDefinition, SensorChange, SensorState
from collector.wire.units import ValueType, ValueUnit

LINK = f"/v1.0/{CLIENT}/sensor/{SENSOR}/metric"
PERCENT = "NoSI.Dimensionless.PERCENT"
MICROSECONDS = 9223372036854775

DEFINITIONS = [
    MetricDefinition("1", "CPUUsage", ValueUnit(PERCENT)),
    MetricDefinition("2", "CPUIdle", ValueUnit(PERCENT)),
    MetricDefinition("3", "ShopFloor1", None, ValueType("integer"), "goods per minute"),
]
CHANGES = [MetricChange(METRIC_3, "metric new name", "new description of measurement")]
VALUES = {"temp": 21.5, "humidity": 21.5}

CALLS = {  # with what the table's example sends
    "update client": lambda client: client.rename_client("New client name"),
    "push values": lambda client: client.push_values("weather", VALUES, 1590394246545),
    "create sensor": lambda client: client.create_sensor("SensorName"),
    "list sensors": lambda client: client.list_sensors(),
    "update sensor": lambda client: client.update_sensor(SENSOR, SensorChange("SensorName")),
    "delete sensor": lambda client: client.delete_sensor(SENSOR),
    "create metrics": lambda client: client.create_metrics(SENSOR, DEFINITIONS),
    "describe metric": lambda client: client.describe_metric(SENSOR, METRIC_1),
    "update metrics": lambda client: client.update_metrics(
        "910f591dd35e424d8303a22b9a50cb0a", CHANGES
    ),
    "delete metrics": lambda client: client.delete_metrics(SENSOR, [METRIC_1, METRIC_2]),
}
RESULTS = {  # of what the table's reply says; the others return nothing
    "create sensor": SENSOR,
    "list sensors": [
        ListedSensor(
            SENSOR,
            "unispeed6",
            tuple(
                ListedMetric(metric, f"{LINK}/{metric}/inventory")
                for metric in (METRIC_1, METRIC_2, METRIC_3)
            ),
        )
    ],
    "create metrics": {"1": METRIC_1, "2": METRIC_2, "3": METRIC_3},
    "describe metric": MetricDescription(METRIC_1, "CPUUsage", 0.0, MICROSECONDS, PERCENT),
}
ROWS = [row for row in document.REQUESTS if row.name in CALLS]
EACH = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def placed(row, topic):
    return filled(topic, sensor=row.example_sensor)


class Conversation:
    """A client on a transport that answers each message with what the test says."""

    def __init__(self, *answers, timeout_s=10.0):
        clock = FakeClock()
        self.transport = MemoryTransport(clock, answer=lambda topic, payload: answers)
        self.transport.connect(Deadline.after(clock, 1.0))
        self.client = AgentClient(self.transport, CLIENT, clock, timeout_s)


def succeeding(row, reply=None):
    answer = (row.reply if reply is None else reply).encode()
    return Conversation((placed(row, row.reply_topic), answer))


def refusing(row, error, topic=""):
    return Conversation((placed(row, topic or row.error_topic), json.dumps(error).encode()))


def refusal(row, conversation):
    with pytest.raises(AgentError) as caught:
        CALLS[row.name](conversation.client)
    return caught.value


def test_every_request_of_the_document_is_called_here():
    others = {"ping", "delete client"}  # see below

    assert {row.name for row in document.REQUESTS} == CALLS.keys() | others


@EACH
def test_client_publishes_what_the_document_says_to_where_it_says(row):
    conversation = succeeding(row)

    CALLS[row.name](conversation.client)

    ((topic, payload),) = conversation.transport.published
    assert placed(row, row.topic) == topic
    assert json.loads(row.payload) == json.loads(payload)


@EACH
def test_client_listens_on_the_documented_topics_before_it_asks(row):
    conversation = succeeding(row)

    CALLS[row.name](conversation.client)

    assert placed(row, row.reply_topic) in conversation.transport.subscribed
    assert placed(row, row.error_topic) in conversation.transport.subscribed


@EACH
def test_documented_reply_is_the_documented_success(row):
    conversation = succeeding(row)

    assert RESULTS.get(row.name) == CALLS[row.name](conversation.client)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.printed_reply], ids=lambda row: row.name
)
def test_sentence_in_quotes_as_the_document_prints_it_is_success_too(row):
    CALLS[row.name](succeeding(row, row.printed_reply).client)


@EACH
@pytest.mark.parametrize("code", vocabulary.ERROR_CODES)
def test_every_code_becomes_an_error_that_says_all_of_it(row, code):
    lists = code in vocabulary.CODES_WITH_METRICS
    metrics = {"push values": "temp", "update metrics": METRIC_3}.get(row.name, METRIC_1)
    error = {"errorMessage": "the agent's words", "errorcode": code}
    conversation = refusing(row, {**error, "metrics": [metrics]} if lists else error)

    raised = refusal(row, conversation)

    assert code == raised.code
    assert vocabulary.ERROR_CODES[code] == raised.name
    assert raised.message == "the agent's words"
    assert placed(row, row.topic) == raised.topic
    assert ((metrics,) if lists else ()) == raised.metrics


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"errorMessage": "x", "errorcode": "15"}, (15, ())),
        ({"errorMessage": "x", "errorcode": 23, "metrics": [{"metricId": METRIC_1}]}, (23, "1")),
        ({"errorMessage": "x", "errorcode": 99}, (99, ())),
    ],
)
def test_error_is_read_with_tolerance(error, expected):
    row = document.request("delete metrics")

    raised = refusal(row, refusing(row, error))

    code, metrics = expected
    assert (code, (METRIC_1,) if metrics else ()) == (raised.code, raised.metrics)


def test_refused_deletion_of_metrics_is_heard_on_both_topics():
    row = document.request("delete metrics")
    usual = "/:version/:clientId/sensor/:sensorId/metric/delete/error/inbox"
    assert usual in decisions.older_replies(row.name).errors

    for topic in (row.error_topic, usual):
        assert refusal(row, refusing(row, {"errorMessage": "", "errorcode": 15}, topic)).code == 15


@pytest.mark.parametrize("form", ['{"answer": %s}', '{"request": %s}', "%s"])
def test_ping_is_the_documented_one_and_takes_any_json_that_carries_its_value(form):
    row = document.request("ping")
    conversation = Conversation()
    conversation.transport.answer = lambda topic, payload: [
        (filled(row.reply_topic), (form % json.dumps(json.loads(payload)["request"])).encode())
    ]

    assert conversation.client.ping() >= 0

    ((topic, payload),) = conversation.transport.published
    assert filled(row.topic) == topic
    assert json.loads(row.payload).keys() == json.loads(payload).keys()


def test_echo_of_another_ping_is_no_answer():
    row = document.request("ping")
    conversation = Conversation((filled(row.reply_topic), row.reply.encode()), timeout_s=0.0)

    with pytest.raises(AgentTimeoutError):
        conversation.client.ping()


def test_deletion_of_the_client_expects_no_reply_and_then_to_be_cut_off():
    row = document.request("delete client")
    conversation = Conversation()

    def cut_off(topic, payload):
        conversation.transport.drop()
        return []

    conversation.transport.answer = cut_off

    conversation.client.delete_client()

    assert [(filled(row.topic), row.payload.encode())] == conversation.transport.published


@pytest.mark.parametrize("state", vocabulary.SENSOR_STATES)
def test_state_of_a_sensor_is_sent_as_the_documents_number(state):
    conversation = succeeding(document.request("update sensor"))

    change = SensorChange("SensorName", SensorState(state))
    conversation.client.update_sensor(SENSOR, change)

    assert {"name": "SensorName", "state": state} == json.loads(
        conversation.transport.published[0][1]
    )


def test_live_data_are_read_in_the_decided_form():
    topic = filled(document.LIVE_DATA_TOPIC, sensor="weather")
    conversation = Conversation()
    seen = []

    def watched(data):
        seen.append(data)
        return False

    conversation.transport.subscribed.append(topic)
    conversation.transport.deliver(topic, document.LIVE_DATA.encode())
    conversation.client.watch("weather", watched)

    assert seen == [LiveData(VALUES, 1590394246545)]


@pytest.mark.parametrize("sensor", ["a/b", "+", "#", "x" * 33, "create", "\0"])
def test_impossible_sensor_is_not_even_asked_about(sensor):
    conversation = Conversation()

    with pytest.raises(ValueError, match="sensor id"):
        conversation.client.delete_sensor(sensor)

    assert conversation.transport.published == []
