import json

import pytest

from collector.wire.errors import Refusal
from collector.wire.fields import MAX_REPLY_BYTES, MalformedReplyError
from collector.wire.payload import MAX_DEPTH, MAX_PAYLOAD_BYTES, decode, decode_object, encode
from collector.wire.replies import answer_of


def refused(payload, code=4):
    with pytest.raises(Refusal) as caught:
        decode_object(payload)
    assert code == caught.value.code
    return caught.value.message


def nested(depth, start=b"[", end=b"]"):
    return start * depth + end * depth


@pytest.mark.parametrize("text", [b"NaN", b"Infinity", b"-Infinity", b'{"a":NaN}'])
def test_numbers_that_json_does_not_have_are_refused(text):
    assert "not a JSON value" in refused(text)


@pytest.mark.parametrize("text", [b'{"a":1,"a":1}', b'{"b":{"a":1,"\\u0061":2}}'])
def test_key_given_twice_is_refused(text):
    assert "twice" in refused(text)


@pytest.mark.parametrize(
    "text", [b"\xff", b'"\xc3"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}", b"{}\0"]
)
def test_bytes_that_are_not_utf_8_json_are_refused(text):
    refused(text)


@pytest.mark.parametrize("text", [b'"\\ud800"', b'{"a":"\\uDFFF"}', b'{"\\udbff":1}'])
def test_half_a_surrogate_pair_is_refused(text):
    refused(text)


def test_whole_surrogate_pair_is_a_character():
    assert decode(b'"\\ud83d\\ude00 \\\\ud800"') == "\U0001f600 \\ud800"


def test_longest_message_is_read_and_one_byte_more_is_not():
    longest = b'{"a":"' + b"x" * (MAX_PAYLOAD_BYTES - 8) + b'"}'

    assert len(longest) == MAX_PAYLOAD_BYTES
    assert decode_object(longest)
    assert "longer" in refused(longest + b" ")


def test_replies_may_be_longer_but_not_without_end():
    assert answer_of(b'"' + b"x" * MAX_PAYLOAD_BYTES + b'"')
    with pytest.raises(MalformedReplyError):
        answer_of(b" " * (MAX_REPLY_BYTES + 1))


def test_deepest_message_is_read_and_one_level_more_is_not():
    assert decode(nested(MAX_DEPTH))
    assert decode(nested(MAX_DEPTH // 2, b'{"a":[', b"]}"))
    assert "deeper" in refused(nested(MAX_DEPTH + 1))
    assert "deeper" in refused(b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1))


ESCAPED_QUOTE = b'"\\""'


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (b'["]",', b',"["]'),
        (
            b"[%b,[[[[[%b," % (ESCAPED_QUOTE, ESCAPED_QUOTE),
            b",%b]]]]],%b]" % (ESCAPED_QUOTE, ESCAPED_QUOTE),
        ),
    ],
)
def test_brackets_inside_text_hide_no_depth(start, end):
    levels = MAX_DEPTH // start.count(b"[") + 1
    deep = start * levels + b"0" + end * levels

    assert json.loads(deep)
    assert "deeper" in refused(deep)


@pytest.mark.parametrize("depth", [1_000, 100_000])
@pytest.mark.parametrize("start", [b"[", b'{"a":', b'[{"a":'])
def test_bottomless_message_is_refused_without_recursion(start, depth):
    refused((start * depth)[:MAX_PAYLOAD_BYTES])


def test_brackets_inside_text_are_no_depth():
    text = "[{" * 500 + '\\"' + "]" * 3

    assert text == decode(encode(text))
    assert [text, {"a": text}] == decode(encode([text, {"a": text}]))


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "filling", [b'\\"', b'"', b"\\", b'"\\', b'""', b'"[', b"[]{", b'"\\u0022'], ids=repr
)
def test_no_message_takes_more_than_linear_time_to_refuse(filling):
    start = b"[" * (MAX_DEPTH + 8) + b'"'

    refused((start + filling * MAX_PAYLOAD_BYTES)[:MAX_PAYLOAD_BYTES])


def test_number_of_thousands_of_digits_is_read_or_refused_and_never_raises_otherwise():
    assert decode(b"1" * 4300)
    refused(b"1" * 4301)
    refused(b'{"a":-' + b"9" * 100_000 + b"}")


@pytest.mark.parametrize("text", [b"[]", b'"text"', b"5", b"null", b"true"])
def test_json_that_is_no_object_is_error_5(text):
    refused(text, 5)


def test_message_is_written_compactly_in_utf_8():
    assert encode({"a": ["°C", 1.5, True]}) == '{"a":["°C",1.5,true]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_cannot_be_sent_is_not_written(value):
    with pytest.raises(ValueError):  # noqa: PT011 - the promise is the type
        encode([value])
