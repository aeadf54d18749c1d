"""The form that nearly every push has, read at a third of the cost of any other.

An agent reads thousands of pushes a second, and nearly all of them are an array of metrics with
exactly a value and an id each, beside a timestamp. What is told here of a push is what
`collector.wire.requests.parse_push` would tell; what looks unusual in any way is left to it.
"""

import json
from typing import NoReturn

from collector.wire.payload import MAX_DEPTH, MAX_PAYLOAD_BYTES
from collector.wire.units import MetricValue

_STRING = frozenset({str})
_VALUES = frozenset({float, int, bool, str})


def read_plain_push(
    payload: bytes, max_metrics: int, max_timestamp_ms: int
) -> tuple[dict[str, MetricValue], int] | None:
    """Return values by metric id, and the timestamp; None when the push must be read with care.

    Args:
        payload: The message, as it came.
        max_metrics: A push of more metrics is none for here.
        max_timestamp_ms: A timestamp from here on is none for here.
    """
    # Each bracket could open a level; half characters only come by way of an escape.
    brackets = payload.count(b"{") + payload.count(b"[")
    if brackets > max_metrics or len(payload) > MAX_PAYLOAD_BYTES or b"\\" in payload:
        return None
    if brackets > MAX_DEPTH and payload.count(b"[") > 1:
        return None
    try:
        text = payload.decode()
        message, end = _DECODER.raw_decode(text)
        metrics, timestamp_ms = message["metrics"], message["timestamp"]
        values = {metric["metricId"]: metric["value"] for metric in metrics}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    # Every key has a colon behind it. So with just as many colons as keys are known to be there,
    # no key is given twice, no metric has another one, and nothing else is nested.
    is_plain = (
        payload.count(b":") == len(message) + 2 * len(metrics)
        and end == len(text)
        and type(timestamp_ms) is int
        and 0 <= timestamp_ms < max_timestamp_ms
        and _STRING.issuperset(map(type, values))
        and _VALUES.issuperset(map(type, values.values()))
    )
    return (values, timestamp_ms) if is_plain and values else None


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_constant=_not_json)
