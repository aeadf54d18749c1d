"""Replies carry no id: what is an answer to what is decided by topic and content."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.client.correspondence import Correspondence, reply_filters
from collector.clock import Deadline
from collector.errors import AgentError, AgentTimeoutError, AgentUnreachableError
from collector.testkit.clock import FakeClock
from collector.testkit.transport import matches
from collector.wire.requests import EMPTY, Ping, Rename, delete_metrics_payload
from collector.wire.topics import Address, Operation

ME = "00112233445566778899aabbccddeeff"
P = f"/v1.0/{ME}"
S = f"{P}/sensor/weather"

CLIENT, SENSOR, METRIC = Address(ME), Address(ME, "weather"), Address(ME, "weather", "temp")


class Row(NamedTuple):
    """One line of the document, typed by hand."""

    operation: Operation
    address: Address
    request_topic: str
    reply_topic: str
    error_topic: str


def row_of(operation, address, request, reply, error):
    base = S if address.sensor else P
    return Row(operation, address, f"{base}/{request}", f"{base}/{reply}", f"{base}/{error}")


DOCUMENTED = [
    row_of(Operation.PING, CLIENT, "ping", "ping/info/inbox", "ping/error/inbox"),
    row_of(Operation.UPDATE_CLIENT, CLIENT, "update", "update/info/inbox", "update/error/inbox"),
    row_of(Operation.CREATE_SENSOR, CLIENT, "sensor/create", "sensor/inbox", "sensor/error/inbox"),
    Row(
        Operation.LIST_SENSORS,
        CLIENT,
        f"{P}/sensor/list",
        f"{P}/inventory/inbox",
        f"{P}/inventory/error/inbox",
    ),
    row_of(Operation.UPDATE_SENSOR, SENSOR, "update", "update/info/inbox", "update/error/inbox"),
    row_of(Operation.DELETE_SENSOR, SENSOR, "delete", "delete/info/inbox", "delete/error/inbox"),
    row_of(Operation.CREATE_METRICS, SENSOR, "metric/create", "metric/inbox", "metric/error/inbox"),
    row_of(
        Operation.DESCRIBE_METRIC,
        METRIC,
        "metric/temp/inventory",
        "metric/temp/inventory/inbox",
        "metric/temp/inventory/error/inbox",
    ),
    row_of(
        Operation.UPDATE_METRICS,
        SENSOR,
        "metric/update",
        "metric/update/info/inbox",
        "metric/update/error/inbox",
    ),
    row_of(
        Operation.DELETE_METRICS,
        SENSOR,
        "metric/delete",
        "metric/delete/info/inbox",
        "metric/error/inbox",
    ),
    row_of(Operation.PUSH_VALUES, SENSOR, "metric/pushValues", "info/inbox", "error/inbox"),
]

EACH = pytest.mark.parametrize("row", DOCUMENTED, ids=lambda row: row.operation.name.lower())

PAYLOADS = {
    Operation.PING: Ping("n1").payload(),
    Operation.CREATE_SENSOR: Rename("weather").payload(),
    Operation.CREATE_METRICS: b'{"metrics":[{"matchingId":"1","name":"t"}]}',
}
REPLIES = {
    Operation.PING: b'{"answer":"n1"}',
    Operation.CREATE_SENSOR: b'{"name":"weather","sensorId":"ab"}',
    Operation.CREATE_METRICS: b'[{"matchingId":"1","metricId":"cd"}]',
    Operation.DESCRIBE_METRIC: b'{"metricId":"temp","name":"t","lastUpdated":1}',
    Operation.LIST_SENSORS: b"[]",
}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def correspondence():
    return Correspondence()


@pytest.fixture
def start(correspondence, clock):
    def started(operation, address, payload=None, timeout_s=10.0):
        payload = PAYLOADS.get(operation, EMPTY) if payload is None else payload
        deadline = Deadline.after(clock, timeout_s)
        return correspondence.start(operation, address, payload, deadline)

    return started


@EACH
def test_a_request_goes_to_its_topic_and_is_settled_by_its_reply(correspondence, start, row):
    outstanding = start(row.operation, row.address)
    reply = REPLIES.get(row.operation, b"Done.")

    [settled] = correspondence.on_message(row.reply_topic, reply)

    assert outstanding.topic == row.request_topic
    assert settled.outstanding is outstanding
    assert settled.result() == reply
    assert {row.reply_topic, row.error_topic} <= set(outstanding.filters)
    assert correspondence.on_message(row.reply_topic, reply) == []


@EACH
def test_a_request_is_settled_by_its_error(correspondence, start, row):
    start(row.operation, row.address)

    [settled] = correspondence.on_message(row.error_topic, b'{"errorMessage":"no","errorcode":18}')

    with pytest.raises(AgentError) as raised:
        settled.result()
    assert raised.value.code == 18
    assert raised.value.name == "ForbiddenAccess"
    assert raised.value.message == "no"
    assert raised.value.topic == row.request_topic


@EACH
def test_what_nobody_asked_for_is_ignored(correspondence, row):
    assert correspondence.on_message(row.reply_topic, REPLIES.get(row.operation, b"Done.")) == []
    assert correspondence.on_message(row.error_topic, b'{"errorcode":1}') == []


@EACH
def test_the_same_request_about_something_else_is_not_settled(correspondence, start, row):
    start(
        row.operation,
        Address("ff" * 16, row.address.sensor and "other", row.address.metric and "other"),
    )

    assert correspondence.on_message(row.reply_topic, REPLIES.get(row.operation, b"Done.")) == []
    assert correspondence.on_message(row.error_topic, b'{"errorcode":1}') == []


@EACH
def test_the_filters_of_everything_cover_every_answer(row):
    filters = reply_filters(ME, [row.operation])

    assert any(matches(each, row.reply_topic) for each in filters)
    assert any(matches(each, row.error_topic) for each in filters)


def test_an_operation_without_an_answer_is_never_outstanding(correspondence, start):
    assert reply_filters(ME, [Operation.REPORT_ERROR]) == ()
    assert not correspondence.is_free(Operation.REPORT_ERROR, CLIENT)
    with pytest.raises(ValueError, match="never answered"):
        start(Operation.REPORT_ERROR, CLIENT)


def test_filters_are_each_given_once():
    filters = reply_filters(ME, [Operation.CREATE_METRICS, Operation.DELETE_METRICS])

    assert len(filters) == len(set(filters))


@pytest.mark.parametrize(
    ("operation", "address", "reply_topic", "others_reply"),
    [
        (Operation.PING, CLIENT, f"{P}/ping/info/inbox", b'{"answer":"n2"}'),
        (Operation.PING, CLIENT, f"{P}/ping/info/inbox", b"not even JSON"),
        (Operation.CREATE_SENSOR, CLIENT, f"{P}/sensor/inbox", b'{"name":"b","sensorId":"1"}'),
        (
            Operation.CREATE_METRICS,
            SENSOR,
            f"{S}/metric/inbox",
            b'[{"matchingId":"7","metricId":"x"}]',
        ),
        (
            Operation.DESCRIBE_METRIC,
            METRIC,
            f"{S}/metric/temp/inventory/inbox",
            b'{"metricId":"other","name":"t"}',
        ),
    ],
)
def test_the_answer_to_somebody_elses_request_is_told_by_what_it_says(
    correspondence, start, operation, address, reply_topic, others_reply
):
    start(operation, address)

    assert correspondence.on_message(reply_topic, others_reply) == []
    assert len(correspondence.on_message(reply_topic, REPLIES[operation])) == 1


def test_a_refusal_that_names_only_others_metrics_is_not_ours(correspondence, start):
    start(Operation.DELETE_METRICS, SENSOR, delete_metrics_payload(["a", "b"]))
    others = b'{"errorMessage":"","errorcode":23,"metrics":["c"]}'
    ours = b'{"errorMessage":"","errorcode":23,"metrics":["b","c"]}'

    assert correspondence.on_message(f"{S}/metric/error/inbox", others) == []
    [settled] = correspondence.on_message(f"{S}/metric/error/inbox", ours)
    assert settled.error.metrics == ("b", "c")


def test_a_reply_that_cannot_be_read_is_still_the_answer(correspondence, start):
    start(Operation.CREATE_SENSOR, CLIENT)

    [settled] = correspondence.on_message(f"{P}/sensor/inbox", b"\xff")

    assert settled.result() == b"\xff"


@pytest.mark.parametrize("request_", [b"{}", b"[]", b"no JSON", b'{"metrics":[{"matchingId":[]}]}'])
@pytest.mark.parametrize("operation", [Operation.CREATE_SENSOR, Operation.CREATE_METRICS])
def test_what_an_asker_wrote_wrong_is_settled_by_whatever_the_agent_says(
    correspondence, start, operation, request_
):
    row = next(row for row in DOCUMENTED if row.operation is operation)
    start(operation, row.address, request_)

    [settled] = correspondence.on_message(row.reply_topic, b'{"name":"a"}')

    assert b'{"name":"a"}' == settled.result()


def test_pings_do_not_get_in_each_others_way(correspondence, start):
    first = start(Operation.PING, CLIENT, Ping("one").payload())
    second = start(Operation.PING, CLIENT, Ping("two").payload())

    [settled] = correspondence.on_message(f"{P}/ping/info/inbox", b'{"answer":"two"}')
    assert settled.outstanding is second
    [settled] = correspondence.on_message(f"{P}/ping/info/inbox", b'{"request":"one"}')
    assert settled.outstanding is first


def test_requests_whose_answers_could_be_mixed_up_have_to_wait(correspondence, start):
    start(Operation.CREATE_METRICS, SENSOR)

    assert not correspondence.is_free(Operation.CREATE_METRICS, SENSOR)
    assert not correspondence.is_free(Operation.DELETE_METRICS, SENSOR)  # one error topic
    assert correspondence.is_free(Operation.UPDATE_METRICS, SENSOR)
    assert correspondence.is_free(Operation.CREATE_METRICS, Address(ME, "other"))
    with pytest.raises(ValueError, match="outstanding already"):
        start(Operation.CREATE_METRICS, SENSOR)


def test_deleting_metrics_is_not_settled_by_the_deletion_of_the_sensor(correspondence, start):
    start(Operation.DELETE_METRICS, SENSOR)

    # An older reply topic of the one is the documented one of the other.
    assert correspondence.on_message(f"{S}/delete/info/inbox", b"Sensor was deleted.") == []
    assert len(correspondence.on_message(f"{S}/metric/delete/error/inbox", b"{}")) == 1


def test_the_cut_is_the_answer_to_the_deletion_of_the_client(correspondence, start):
    start(Operation.DELETE_CLIENT, CLIENT)
    start(Operation.LIST_SENSORS, CLIENT)

    deleted, listed = correspondence.on_disconnected("the line was cut")

    assert deleted.result() == b""
    with pytest.raises(AgentUnreachableError, match="the line was cut"):
        listed.result()


def test_a_refused_deletion_of_the_client_is_an_error(correspondence, start):
    start(Operation.DELETE_CLIENT, CLIENT)

    [settled] = correspondence.on_message(f"{P}/delete/error/inbox", b'{"errorcode":3}')

    assert settled.error.code == 3


def test_what_waits_too_long_expires_and_a_late_reply_settles_nothing(correspondence, start, clock):
    start(Operation.LIST_SENSORS, CLIENT, timeout_s=5)
    later = start(Operation.UPDATE_CLIENT, CLIENT, timeout_s=6)
    assert correspondence.next_deadline_s() == clock.monotonic_s() + 5
    assert correspondence.expire(clock.monotonic_s()) == []

    clock.advance(5)
    [settled] = correspondence.expire(clock.monotonic_s())

    with pytest.raises(AgentTimeoutError, match="sensor/list"):
        settled.result()
    assert correspondence.on_message(f"{P}/inventory/inbox", b"[]") == []
    assert correspondence.next_deadline_s() == later.deadline.at_s


def test_nothing_outstanding_has_no_deadline(correspondence):
    assert correspondence.next_deadline_s() is None


@given(
    topic=st.sampled_from([topic for row in DOCUMENTED for topic in row[3:]]),
    payload=st.binary(max_size=60) | st.sampled_from([*REPLIES.values(), b'{"errorcode":27}']),
)
def test_no_message_settles_more_than_one_request_or_raises(topic, payload):
    clock, correspondence = FakeClock(), Correspondence()
    for operation, address, *_ in DOCUMENTED:
        if correspondence.is_free(operation, address):
            body = PAYLOADS.get(operation, EMPTY)
            correspondence.start(operation, address, body, Deadline.after(clock, 10))

    assert len(correspondence.on_message(topic, payload)) <= 1
