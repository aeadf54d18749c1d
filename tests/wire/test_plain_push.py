import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.wire import requests
from collector.wire.plain_push import read_plain_push
from collector.wire.requests import MAX_METRICS, MAX_TIMESTAMP_MS, Push

IDS = st.sampled_from(["a", "b", "metricId", "value", "a:b", "{", "\u2028", "\\"])
VALUES = st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.none()
KEYS = st.sampled_from(["metricId", "value", "timestamp", "metrics", "x"])
METRICS = st.fixed_dictionaries({"metricId": IDS | VALUES, "value": VALUES | st.lists(VALUES)})
ODD = st.dictionaries(KEYS, VALUES | st.lists(VALUES, max_size=2), max_size=4)
MESSAGES = st.fixed_dictionaries(
    {"metrics": st.lists(METRICS | ODD, max_size=4) | VALUES},
    optional={"timestamp": VALUES | st.integers(0, 2**54), "x": ODD | VALUES | st.lists(ODD)},
)
PIECES = [
    '"metrics":[',
    '{"value":1,"metricId":"a"}',
    '"timestamp":7',
    "]",
    "{",
    "}",
    ",",
    "1",
    " ",
]


def read(payload):
    plain = read_plain_push(payload, MAX_METRICS, MAX_TIMESTAMP_MS)
    return None if plain is None else Push(*plain)


def push_of(*metrics, timestamp=7):
    return json.dumps({"metrics": metrics, "timestamp": timestamp}).encode()


@pytest.mark.parametrize("count", [1, 10, 31, 998])
def test_usual_push_is_read_at_once(count):
    values = {f"m{number}": number / 7 for number in range(count)}

    assert Push(values, 7) == read(Push(values, 7).payload())


@pytest.mark.parametrize("value", [1, 1.5, True, "text", -(10**400)])
def test_every_type_of_value_is_read_at_once(value):
    push = read(push_of({"value": value, "metricId": "a"}))

    assert push is not None
    assert (type(value), value) == (type(push.values["a"]), push.values["a"])


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b'"metrics"',
        b"\xff",
        b'{"metrics":[],"timestamp":7}',
        b'{"metrics":"ab","timestamp":7}',
        b'{"metrics":[{"value":1,"metricId":"a"}]}',
        b'{"metrics":[{"value":1,"metricId":"a"}],"timestamp":true}',
        b'{"metrics":[{"value":1,"metricId":"a"}],"timestamp":-1}',
        b'{"metrics":[{"value":1,"metricId":"a"}],"timestamp":9007199254740992}',
        b'{"metrics":[{"value":1,"metricId":"a"}],"timestamp":7,"timestamp":8}',
        b'{"metrics":[{"value":1,"value":2,"metricId":"a"}],"timestamp":7}',
        b'{"metrics":[{"value":1,"metricId":"a","timestamp":5}],"timestamp":7}',
        b'{"metrics":[{"value":NaN,"metricId":"a"}],"timestamp":7}',
        b'{"metrics":[{"value":null,"metricId":"a"}],"timestamp":7}',
        b'{"metrics":[{"value":1,"metricId":2}],"timestamp":7}',
        b'{"metrics":[{"value":1,"metricId":["a"]}],"timestamp":7}',
        b'{"metrics":[{"value":"\\ud800","metricId":"a"}],"timestamp":7}',
        b'{"metrics":[{"value":1,"metricId":"a"}],"timestamp":7}}',
        push_of({"value": [], "metricId": "a"}),
        push_of(*[{"value": 1, "metricId": str(number)} for number in range(MAX_METRICS + 1)]),
        b" " * (256 * 1024) + push_of({"value": 1, "metricId": "a"}),
        push_of({"value": 1, "metricId": "a"})[:-1] + b',"x":' + b"[" * 900 + b"]" * 900 + b"}",
        push_of({"value": 1, "metricId": "a"})[:-1] + b',"x":' + b'{"y":' * 900 + b"1" + b"}" * 901,
    ],
)
def test_unusual_push_is_left_to_care(payload):
    assert read(payload) is None


@given(
    MESSAGES.map(lambda message: json.dumps(message).encode())
    | MESSAGES.map(lambda message: json.dumps(message, ensure_ascii=False).encode())
    | st.lists(st.sampled_from(PIECES)).map(lambda pieces: "".join(pieces).encode())
)
def test_what_is_read_at_once_is_what_care_would_have_read(payload):
    push = read(payload)

    if push is not None:
        assert repr(requests._push_of(payload)) == repr(push)
