"""The compatible agent, over its real interface, against the table of the document."""

import json

import pytest
from contract import decisions, document, vocabulary
from contract.agent_steps import IDS, with_a_sensor, with_metrics
from contract.document import METRIC_1, SENSOR, filled

ANSWERED = [row for row in document.REQUESTS if row.reply]


def with_a_value(client):
    with_metrics(client)
    push = {"metrics": [{"metricId": METRIC_1, "value": 0.0}], "timestamp": 9223372036854}
    client.call("push values", json.dumps(push))


def learn_created(client, name, answers):
    """Let the ids of the document stand for those just created, as in the reply of the table."""
    message = json.loads(answers[-1][1])
    if name == "create sensor":
        client.learn(SENSOR, message["sensorId"])
        message["sensorId"] = SENSOR
    if name == "create metrics":
        for ours, created in zip(IDS, message, strict=True):
            client.learn(ours, created["metricId"])
            created["metricId"] = ours
    return message


PREPARED = {
    "ping": lambda client: None,
    "update client": lambda client: None,
    "push values": lambda client: None,
    "create sensor": lambda client: None,
    "list sensors": lambda client: with_metrics(client, "unispeed6"),
    "update sensor": lambda client: with_a_sensor(client, "another name"),
    "delete sensor": with_a_sensor,
    "create metrics": with_a_sensor,
    "describe metric": with_a_value,
    "update metrics": with_metrics,
    "delete metrics": with_metrics,
}


def read(name, client, answers):
    """Return the reply in a form to be compared with the table's."""
    reply = answers[-1][1]
    if document.request(name).decided == document.BARE:
        return reply.decode()
    if name.startswith("create"):
        return learn_created(client, name, answers)
    message = json.loads(reply)
    if name == "list sensors":
        message[0].pop("state", None)  # the document shows none, and the notes list it
    return message


def expected_of(row):
    if row.decided == document.BARE:
        return row.reply
    expected = json.loads(row.reply)
    if row.name == "describe metric":
        expected["lastUpdated"] = 9223372036854000  # pushed in milliseconds
    return expected


def topics_expected(row):
    """Return where success is told: older topics first, the documented one last."""
    sensor = row.example_sensor if row.name == "push values" else SENSOR
    printed = (*decisions.older_replies(row.name).replies, row.reply_topic)
    return [filled(topic, sensor=sensor) for topic in printed]


def check_answers(client, row, topic):
    PREPARED[row.name](client)
    sensor = row.example_sensor if row.name == "push values" else SENSOR

    answers = client.ask(filled(topic, sensor=sensor), row.payload)

    live = [answers.pop()] if row.name == "push values" else []
    assert topics_expected(row) == [where for where, _ in answers]
    assert expected_of(row) == read(row.name, client, answers)
    assert len({message for _, message in answers}) == 1
    for where, message in live:
        assert filled(document.LIVE_DATA_TOPIC, sensor=sensor) == where
        assert json.loads(document.LIVE_DATA) == json.loads(message)


@pytest.mark.parametrize("row", ANSWERED, ids=lambda row: row.name)
def test_documented_message_gets_the_documented_reply(client, row):
    check_answers(client, row, row.topic)


@pytest.mark.parametrize("older", decisions.OLDER_TOPICS, ids=lambda older: older.name)
def test_older_topic_gets_the_same_reply(client, older):
    check_answers(client, document.request(older.name), older.topic)


def test_ids_given_by_the_agent_are_32_hex_digits(client):
    ((_, sensor),) = client.call("create sensor")
    client.learn(SENSOR, json.loads(sensor)["sensorId"])
    ((_, metrics),) = client.call("create metrics")

    given = [metric["metricId"] for metric in json.loads(metrics)]
    for one in [client.connection.client, json.loads(sensor)["sensorId"], *given]:
        assert len(one) == vocabulary.CREATED_ID_LENGTH
        assert set(one) <= set(vocabulary.CREATED_ID_ALPHABET)


@pytest.mark.parametrize(("value", "value_type"), vocabulary.DETECTED_TYPES)
def test_push_creates_what_is_missing_as_section_5_1_says(client, value, value_type):
    push = {"metrics": [{"metricId": "a metric-1", "value": value}], "timestamp": 7}

    client.call("push values", json.dumps(push), sensor="my_sensor")

    ((_, reply),) = client.call("describe metric", sensor="my_sensor", metric="a metric-1")
    assert json.loads(reply) == {
        "lastUpdated": 7000,
        "metricId": "a metric-1",
        "name": "a metric-1",
        "value": value,
        "valueType": value_type,
        "valueAnnotation": "",
    }
    ((_, listed),) = client.call("list sensors")
    assert [("my_sensor", "my_sensor")] == [(s["sensorId"], s["name"]) for s in json.loads(listed)]


@pytest.mark.parametrize("unit", vocabulary.VALUE_UNITS)
def test_every_predefined_unit_makes_a_double(client, unit):
    with_a_sensor(client)
    wanted = {"metrics": [{"matchingId": "1", "name": "a", "valueUnit": unit}]}
    ((_, created),) = client.call("create metrics", json.dumps(wanted))
    client.learn(METRIC_1, json.loads(created)[0]["metricId"])

    described = json.loads(client.call("describe metric")[0][1])
    push = {"metrics": [{"metricId": METRIC_1, "value": "text"}]}
    answers = client.call("push values", json.dumps(push))

    assert unit == described["valueUnit"]
    assert "valueType" not in described
    assert filled(document.request("push values").error_topic) == answers[0][0]


@pytest.mark.parametrize("value_type", vocabulary.VALUE_TYPES)
def test_every_value_type_can_be_created(client, value_type):
    with_a_sensor(client)
    wanted = {"matchingId": "1", "name": "a", "valueType": value_type, "valueAnnotation": "goods"}
    ((_, created),) = client.call("create metrics", json.dumps({"metrics": [wanted]}))
    client.learn(METRIC_1, json.loads(created)[0]["metricId"])

    described = json.loads(client.call("describe metric")[0][1])

    assert (value_type, "goods") == (described["valueType"], described["valueAnnotation"])
    assert "valueUnit" not in described


@pytest.mark.parametrize("state", vocabulary.SENSOR_STATES)
def test_state_of_a_sensor_is_stored_and_listed(client, state):
    with_a_sensor(client)

    client.call("update sensor", json.dumps({"name": "SensorName", "state": state}))

    ((_, listed),) = client.call("list sensors")
    assert state == json.loads(listed)[0]["state"]


@pytest.mark.parametrize("report", decisions.ERROR_REPORTS)
def test_error_reported_by_an_older_client_is_taken_in_silence(client, report):
    assert client.ask(filled(report), "something is wrong") == []


def test_new_name_of_a_client_may_hold_what_section_4_1_allows(client):
    name = vocabulary.COMMON_NAME_ALPHABET

    ((topic, _),) = client.call("update client", json.dumps({"name": name}))

    assert filled(document.request("update client").reply_topic) == topic
