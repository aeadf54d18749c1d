import json

import pytest
from contract import document
from contract.mistakes import MISTAKES

from collector.wire import requests
from collector.wire.errors import Refusal
from collector.wire.requests import (
    MetricChange,
    MetricDefinition,
    Ping,
    Push,
    Rename,
    SensorChange,
    SensorState,
)
from collector.wire.units import ValueType, ValueUnit

PERCENT = ValueUnit.PERCENT

DEFINITIONS = [
    MetricDefinition("1", "CPUUsage", value_unit=PERCENT),
    MetricDefinition("2", "CPUIdle", value_unit=PERCENT),
    MetricDefinition(
        "3", "ShopFloor1", value_type=ValueType.INTEGER, value_annotation="goods per minute"
    ),
]
CHANGES = [MetricChange(document.METRIC_3, "metric new name", "new description of measurement")]
METRIC_IDS = [document.METRIC_1, document.METRIC_2]
PUSH = Push({"temp": 21.5, "humidity": 21.5}, 1590394246545)

BUILT = {
    "ping": Ping("Some Message").payload(),
    "update client": Rename("New client name").payload(),
    "delete client": requests.EMPTY,
    "push values": PUSH.payload(),
    "create sensor": Rename("SensorName").payload(),
    "list sensors": requests.EMPTY,
    "update sensor": SensorChange("SensorName").payload(),
    "delete sensor": requests.EMPTY,
    "create metrics": requests.create_metrics_payload(DEFINITIONS),
    "describe metric": requests.EMPTY,
    "update metrics": requests.update_metrics_payload(CHANGES),
    "delete metrics": requests.delete_metrics_payload(METRIC_IDS),
}


def parse_definitions(payload):
    return [requests.parse_definition(m) for m in requests.parse_metric_definitions(payload)]


PARSERS = {
    "ping": requests.parse_ping,
    "update client": requests.parse_name,
    "create sensor": requests.parse_name,
    "update sensor": requests.parse_sensor_change,
    "push values": requests.parse_push,
    "create metrics": parse_definitions,
    "update metrics": requests.parse_metric_changes,
    "delete metrics": requests.parse_metric_ids,
}

READ = {
    "ping": b'{"answer":"Some Message"}',
    "update client": "New client name",
    "create sensor": "SensorName",
    "update sensor": SensorChange("SensorName"),
    "push values": PUSH,
    "create metrics": DEFINITIONS,
    "update metrics": CHANGES,
    "delete metrics": METRIC_IDS,
}


def refusal_of(name, payload):
    with pytest.raises(Refusal) as caught:
        PARSERS[name](payload)
    return caught.value


@pytest.mark.parametrize("row", document.REQUESTS, ids=lambda row: row.name)
def test_built_message_says_what_the_documents_example_says(row):
    assert json.loads(row.payload) == json.loads(BUILT[row.name])


@pytest.mark.parametrize("name", PARSERS)
def test_message_of_the_documents_example_is_understood(name):
    assert READ[name] == PARSERS[name](document.request(name).payload.encode())


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_mistake_earns_the_documented_code(mistake):
    refusal = refusal_of(mistake.name, mistake.payload)

    assert mistake.code == refusal.code
    assert refusal.message.strip()


def test_mistakes_are_there_for_every_code_that_a_message_alone_can_earn():
    assert {4, 5, 6, 7, 10, 11, 12, 13, 14, 19} == {mistake.code for mistake in MISTAKES}


@pytest.mark.parametrize(
    ("name", "payload", "key"),
    [
        ("create sensor", b"{}", "name"),
        ("create sensor", b'{"name":1}', "name"),
        ("push values", b"{}", "metrics"),
        ("push values", b'{"metrics":1}', "metrics"),
        ("push values", b'{"metrics":[{"value":1}]}', "metricId"),
        ("push values", b'{"metrics":[{"metricId":"a"}]}', "value"),
        ("push values", b'{"metrics":[{"metricId":"a","value":1}],"timestamp":""}', "timestamp"),
        ("create metrics", b'{"metrics":[{"name":"a"}]}', "matchingId"),
        ("update sensor", b'{"state":9}', "state"),
    ],
)
def test_refusal_names_the_key(name, payload, key):
    assert key in refusal_of(name, payload).message.split()


def test_names_may_not_be_empty():
    assert refusal_of("update client", b'{"name":""}').code == 6


def test_state_alone_or_with_a_name_is_a_change_of_a_sensor():
    assert SensorChange(None, SensorState.OFFLINE) == requests.parse_sensor_change(b'{"state":1}')
    both = SensorChange("Oven", SensorState.ONLINE)
    assert both == requests.parse_sensor_change(b'{"name":"Oven","state":2}')
    assert {"name": "Oven", "state": 2} == json.loads(both.payload())


def test_integral_double_is_an_integer():
    assert SensorChange(None, SensorState.ONLINE) == requests.parse_sensor_change(b'{"state":2.0}')
    push = requests.parse_push(b'{"metrics":[{"metricId":"a","value":1}],"timestamp":2.0}')
    assert push.timestamp_ms == 2


def test_predefined_unit_wins_over_a_type():
    definition = requests.parse_definition(
        {"matchingId": "1", "name": "a", "valueUnit": PERCENT, "valueType": "nonsense"}
    )

    assert MetricDefinition("1", "a", value_unit=PERCENT) == definition


@pytest.mark.parametrize(("text", "value"), [("21.5", 21.5), ("true", True), ('"on"', "on")])
def test_push_takes_numbers_truth_values_and_text_as_they_are(text, value):
    push = requests.parse_push(b'{"metrics":[{"metricId":"a","value":%s}]}' % text.encode())

    assert {"a": value} == push.values
    assert type(value) is type(push.values["a"])
    assert push.timestamp_ms is None


@pytest.mark.parametrize("value", ["null", "[]", "{}"])
def test_one_value_of_no_type_does_not_stop_the_others(value):
    push = requests.parse_push(
        b'{"metrics":[{"metricId":"a","value":%s},{"metricId":"b","value":1}]}' % value.encode()
    )

    assert push.refused == ("a",)
    assert {"b": 1} == push.values


def test_timestamp_inside_a_metric_is_accepted():
    push = requests.parse_push(
        b'{"metrics":[{"metricId":"a","value":1,"timestamp":5},{"metricId":"b","value":2}]}'
    )

    assert {"a": 5} == push.own_timestamps_ms
    assert push.timestamp_ms is None


@pytest.mark.parametrize("payload", [b'{"other":1}', b"[1, 2]", b'"text"', b"7", b"null"])
def test_ping_without_the_key_request_is_echoed_as_published(payload):
    assert payload == requests.parse_ping(payload)


@pytest.mark.parametrize("carried", ["text", 5, None, [1, {"a": True}], {}])
def test_ping_answers_whatever_it_was_asked(carried):
    assert {"answer": carried} == json.loads(requests.parse_ping(Ping(carried).payload()))


def test_number_that_no_double_holds_is_refused_in_a_ping():
    assert refusal_of("ping", b'{"request":1e999}').code == 4


def test_more_metrics_than_the_limit_are_refused():
    def push(count):
        return Push({f"m{number}": 1 for number in range(count)}).payload()

    assert len(requests.parse_push(push(requests.MAX_METRICS)).values) == requests.MAX_METRICS
    assert refusal_of("push values", push(requests.MAX_METRICS + 1)).code == 19


def test_timestamps_beyond_exact_integers_are_out_of_range():
    def push(timestamp_ms):
        return Push({"a": 1}, timestamp_ms).payload()

    assert requests.parse_push(push(requests.MAX_TIMESTAMP_MS - 1)).timestamp_ms
    for timestamp_ms in (requests.MAX_TIMESTAMP_MS, 10**400):
        assert refusal_of("push values", push(timestamp_ms)).code == 19


def test_nan_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        Push({"a": float("nan")}).payload()
