"""What crosses the socket: every reading whole, and nothing that a hostile worker could use."""

import json
import math
import pickle
import socket
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.clock import Instant
from collector.errors import SourceUnavailableError
from collector.isolation.channel import (
    MAX_MESSAGE_BYTES,
    BadMessageError,
    Channel,
    ChannelClosedError,
)
from collector.isolation.encoding import (
    metrics_data,
    metrics_of,
    reading_data,
    reading_of,
    readings_of,
    value_data,
    value_of,
)
from collector.isolation.failures import answered, raise_if_failed
from collector.plugin.declared import metric_fault
from collector.plugin.foreign import ForeignValue
from collector.plugin.source import Metric, Reading
from collector.wire.units import ValueType, ValueUnit

VALUES = (
    st.floats(allow_nan=False)
    | st.integers(-(2**64), 2**64)
    | st.booleans()
    | st.text(max_size=50)
    | st.none()
)
INSTANTS = st.builds(Instant, st.text(max_size=40), st.integers(0, 2**53 - 1))
READINGS = st.builds(
    Reading,
    values=st.dictionaries(st.text(max_size=40), VALUES, max_size=8),
    sensor=st.text(max_size=40),
    taken_at=st.none() | INSTANTS,
    device_time_ms=st.none() | st.integers(0, 2**53),
)
METRICS = st.builds(
    Metric,
    id=st.text(max_size=40),
    name=st.text(max_size=40),
    unit=st.none() | st.sampled_from(ValueUnit),
    type=st.sampled_from(ValueType),
    annotation=st.text(max_size=40),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.sampled_from(["id", "name", "unit", "type", "annotation", "x"]), inner)
    ),
)


@pytest.fixture
def channels():
    ends = socket.socketpair()
    channels = [Channel(end) for end in ends]
    yield channels
    for channel in channels:
        channel.close()


def through_json(data):
    return json.loads(json.dumps(data))


@given(READINGS)
def test_a_reading_arrives_as_it_was(reading):
    assert reading == reading_of(through_json(reading_data(reading)))


@given(st.lists(METRICS, max_size=5))
def test_metrics_arrive_as_they_were(metrics):
    assert tuple(metrics) == metrics_of(through_json(metrics_data(metrics)))


@given(JSON)
def test_whatever_a_worker_sends_is_plain_data_or_refused(data):
    try:
        readings, metrics = readings_of([data]), metrics_of([data])
    except BadMessageError:
        return
    plain = (str, int, float, bool, type(None), ForeignValue)
    values = [value for reading in readings for value in reading.values.values()]
    assert {*map(type, values), *map(type, metrics)} <= {*plain, Metric}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -0.0])
def test_every_float_stays_what_it_is(value):
    assert repr(value) == repr(value_of(through_json(value_data(value))))


@pytest.mark.parametrize(
    ("value", "name", "is_convertible"),
    [
        (b"x", "bytes", False),
        (1j, "complex", False),
        ([1], "list", False),
        (ValueType.BOOL, "collector.wire.units.ValueType", True),
    ],
)
def test_a_value_of_another_type_is_named_and_not_sent(value, name, is_convertible):
    arrived = value_of(through_json(value_data(value)))

    assert ForeignValue(name, repr(value), is_convertible) == arrived


def test_what_is_too_large_to_send_stays_too_large_to_be_accepted():
    assert 2**64 == value_of(value_data(2**1100))
    assert -(2**64) == value_of(value_data(-(10**5000)))
    assert 8192 == len(value_of(value_data("x" * 2**20)))


def test_something_else_than_a_metric_is_told_as_what_it_is():
    unfit = Metric(id="m", type="integer")

    [first, second, third] = metrics_of(through_json(metrics_data([unfit, 7, [1]])))

    words = "declares metric 'm', which cannot be used: its type 'integer' is no ValueType"
    assert words == metric_fault(first) == metric_fault(unfit)
    assert 7 == second
    assert "list" == third.type_name


def test_what_can_hold_no_metrics_is_told_as_what_it_is():
    with pytest.raises(TypeError, match="it is a NoneType: give a sequence of Metric"):
        metrics_data(None)


def test_messages_arrive_in_order_however_they_are_cut(channels):
    ours, theirs = channels
    messages = [{"number": number, "text": "ä" * (number % 7)} for number in range(200)]

    for message in messages:
        ours.send(message)

    assert messages == [theirs.receive(1) for _ in messages]
    assert theirs.receive(0.001) is None


def test_half_a_message_is_none_until_the_rest_comes(channels):
    ours, theirs = channels
    ours._connection.sendall(b"\x00\x00\x00\x0a{")
    assert theirs.receive(0.001) is None

    ours._connection.sendall(b'"a": 12}'.ljust(9))

    assert {"a": 12} == theirs.receive(1)


def test_a_message_that_comes_in_drops_does_not_keep_whoever_receives_it(channels):
    ours, theirs = channels
    for drop in (b"\x00\x00", b"\x00\x0a", b"{", b'"a"'):
        ours._connection.sendall(drop)

        assert theirs.receive(60) is None


@pytest.mark.parametrize(
    "text",
    [
        pickle.dumps({"a": 1}),
        pickle.dumps(SourceUnavailableError("x"), protocol=0),
        b"cos\nsystem\n(S'true'\ntR.",
        b"[" * 100_000,
        b'{"n":' + b"9" * 5000 + b"}",
        b"[1]",
        b"{'a': 1}",
        b"\xff",
        b"",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_json_is_refused_and_never_run(channels, text):
    ours, theirs = channels
    ours._connection.sendall(len(text).to_bytes(4, "big") + text)

    with pytest.raises(BadMessageError):
        theirs.receive()


def test_a_message_beyond_all_bounds_is_refused_before_it_is_read(channels):
    ours, theirs = channels
    ours._connection.sendall((MAX_MESSAGE_BYTES + 1).to_bytes(4, "big"))

    with pytest.raises(BadMessageError, match="at most"):
        theirs.receive(1)


def test_a_message_that_is_too_large_is_not_sent(channels):
    with pytest.raises(BadMessageError, match="at most"):
        channels[0].send({"text": "x" * MAX_MESSAGE_BYTES})


def test_the_end_of_the_other_side_is_seen(channels):
    ours, theirs = channels
    ours.close()

    with pytest.raises(ChannelClosedError):
        theirs.receive(1)
    with pytest.raises(ChannelClosedError):
        theirs.send({})


def test_a_side_that_does_not_read_does_not_hold_up_the_other_for_ever(channels):
    with pytest.raises(ChannelClosedError):
        channels[0].send({"text": "x" * 2**21}, timeout_s=0.01)


@pytest.mark.parametrize("wish", [math.nan, math.inf, "soon", 10**400, True])
def test_a_wish_that_is_no_number_is_left_out(wish):
    def fail():
        raise SourceUnavailableError("gone", retry_in_s=wish)

    with pytest.raises(SourceUnavailableError) as caught:
        raise_if_failed(through_json(answered("read()", fail)))

    assert caught.value.retry_in_s is None


def test_an_error_without_words_is_told_by_its_name():
    class UnpluggedError(SourceUnavailableError):
        pass

    def fail():
        raise UnpluggedError

    with pytest.raises(SourceUnavailableError, match=r"^UnpluggedError") as caught:
        raise_if_failed(through_json(answered("read()", fail)))

    assert SourceUnavailableError is type(caught.value)


@given(JSON | st.fixed_dictionaries({"kind": st.text(string.ascii_lowercase), "text": JSON}))
def test_whatever_a_worker_sends_as_a_failure_is_one_or_refused(data):
    if data is None:
        return
    with pytest.raises((BadMessageError, SourceUnavailableError)):
        raise_if_failed({"error": data})
