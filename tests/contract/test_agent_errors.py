"""What the compatible agent refuses, over its real interface, and with which code."""

import json

import pytest
from contract import document
from contract.agent_steps import NOWHERE, check_error, with_a_sensor, with_metrics
from contract.document import METRIC_1, METRIC_3, filled
from contract.mistakes import MISTAKES


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_mistake_gets_its_code_on_the_documented_error_topic(client, mistake):
    if mistake.name != "push values":
        with_metrics(client)

    answers = client.call(mistake.name, mistake.payload)

    check_error(answers, mistake.name, mistake.code)


@pytest.mark.parametrize(
    "name",
    [
        *("update sensor", "delete sensor", "create metrics"),
        *("describe metric", "update metrics", "delete metrics"),
    ],
)
def test_unknown_sensor_is_error_15(client, name):
    check_error(client.call(name, sensor=NOWHERE), name, 15, sensor=NOWHERE)


@pytest.mark.parametrize("sensor", ["a.b", "x" * 33, "ä"])
def test_push_to_an_impossible_sensor_is_error_15(client, sensor):
    check_error(client.call("push values", sensor=sensor), "push values", 15, sensor=sensor)


def test_description_of_an_unknown_metric_is_error_16(client):
    with_metrics(client)

    answers = client.call("describe metric", metric=NOWHERE)

    check_error(answers, "describe metric", 16, metric=NOWHERE)


@pytest.mark.parametrize("name", ["list sensors", "describe metric", "delete sensor"])
@pytest.mark.parametrize(("message", "code"), [(b"{", 4), (b"[]", 5)])
def test_message_of_a_request_that_needs_none_is_still_checked(client, name, message, code):
    with_metrics(client)

    check_error(client.call(name, message), name, code)


def test_taken_name_of_a_sensor_is_error_28(client):
    client.call("create sensor", '{"name":"taken"}')
    with_a_sensor(client, "mine")

    check_error(client.call("create sensor", '{"name":"taken"}'), "create sensor", 28)
    check_error(client.call("update sensor", '{"name":"taken"}'), "update sensor", 28)


@pytest.mark.parametrize("name", ["a/b", "ä", "a#b", 'a"b'])
def test_name_of_a_client_outside_the_alphabet_is_error_25(client, name):
    check_error(client.call("update client", json.dumps({"name": name})), "update client", 25)


def test_metrics_that_cannot_be_deleted_are_listed_by_error_23(client):
    with_metrics(client)
    wanted = {"metrics": [{"metricId": METRIC_1}, {"metricId": NOWHERE}]}

    check_error(client.call("delete metrics", json.dumps(wanted)), "delete metrics", 23, [NOWHERE])


def test_metrics_that_cannot_be_changed_are_listed_by_error_24(client):
    with_metrics(client)
    wanted = {"metrics": [{"metricId": m, "name": "new"} for m in (METRIC_1, NOWHERE)]}

    check_error(client.call("update metrics", json.dumps(wanted)), "update metrics", 24, [NOWHERE])
    described = json.loads(client.call("describe metric")[0][1])
    assert described["name"] == "new"


def test_metrics_that_cannot_be_created_are_listed_by_error_26(client):
    with_a_sensor(client)
    good = {"matchingId": "good", "name": "a", "valueUnit": "SI.Power.WATT"}
    bad = {"matchingId": "bad", "name": "b", "valueUnit": "SI.Power.HORSE"}

    answers = client.call("create metrics", json.dumps({"metrics": [good, bad]}))

    check_error(answers, "create metrics", 26, ["bad"])


def test_one_failing_metric_of_a_push_does_not_stop_the_others(client):
    values = [{"metricId": "good", "value": 1}, {"metricId": "b.d", "value": 2}]

    error, live = client.call("push values", json.dumps({"metrics": values, "timestamp": 5}))

    check_error([error], "push values", 27, ["b.d"])
    assert filled(document.LIVE_DATA_TOPIC) == live[0]
    assert {"metrics": values[:1], "timestamp": 5} == json.loads(live[1])


def test_integer_metric_takes_integral_numbers_and_error_11_for_others(client):
    with_metrics(client)

    def pushed(value):
        return client.call(
            "push values", json.dumps({"metrics": [{"metricId": METRIC_3, "value": value}]})
        )

    assert filled(document.request("push values").reply_topic) == pushed(3.0)[0][0]
    check_error(pushed(3.5), "push values", 11)


@pytest.mark.parametrize(
    ("value_type", "value", "code"),
    [("string", 1, 7), ("double", "1", 8), ("bool", 1, 9), ("integer", 3.5, 11)],
)
def test_value_of_the_wrong_type_gets_the_code_of_the_type(client, value_type, value, code):
    with_a_sensor(client)
    definition = {"matchingId": "1", "name": "a", "valueType": value_type, "valueAnnotation": "b"}
    ((_, reply),) = client.call("create metrics", json.dumps({"metrics": [definition]}))
    wrong = {"metricId": json.loads(reply)[0]["metricId"], "value": value}

    answers = client.call("push values", json.dumps({"metrics": [wrong]}))

    check_error(answers, "push values", code)


def test_updates_after_a_deletion_are_refused(client):
    with_metrics(client)
    push = json.dumps({"metrics": [{"metricId": METRIC_1, "value": 1}]})
    client.call("delete metrics")

    check_error(client.call("push values", push), "push values", 16)
    client.call("delete sensor")
    check_error(client.call("push values", push), "push values", 15)


def test_resource_that_the_contract_does_not_have_is_error_18(client):
    ((topic, message),) = client.ask(f"/v1.0/{document.CLIENT}/coffee", "{}")

    assert topic.startswith(f"/v1.0/{document.CLIENT}/")
    assert json.loads(message)["errorcode"] == 18
