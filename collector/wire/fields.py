"""Reads the fields of replies, tolerantly: what can be understood is taken as meant."""

import re
from collections.abc import Mapping
from math import inf
from typing import Any

from collector.wire.errors import Refusal
from collector.wire.ids import RESERVED_SENSOR_IDS
from collector.wire.payload import decode
from collector.wire.units import MetricValue

MAX_REPLY_BYTES = 16 * 1024 * 1024
"""A list of thousands of metrics is long; more than this is no honest reply."""

_DIGITS = re.compile(r"-?[0-9]{1,19}")  # no number of the contract has more
_ONE_LEVEL = re.compile(r"[^/+#\0-\x1f\x7f]{1,256}")  # of a topic: MQTT 3.1.1, section 4.7


class MalformedReplyError(ValueError):
    """The agent sent something that the contract does not allow."""


def decoded(payload: bytes) -> Any:  # noqa: ANN401 - JSON is any of its types
    """Return what a reply holds, in any of the types of JSON."""
    try:
        return decode(payload, MAX_REPLY_BYTES)
    except Refusal as refusal:
        raise MalformedReplyError(refusal.message) from None


def json_object(payload: bytes) -> dict[str, Any]:
    """Return what a reply holds, which has to be an object."""
    message = decoded(payload)
    if not isinstance(message, dict):
        raise MalformedReplyError(f"not a JSON object: {payload[:80]!r}")
    return message


def objects(value: object) -> list[dict[str, Any]]:
    """Return what has to be an array of objects."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise MalformedReplyError("not an array of JSON objects")
    return value


def text(message: Mapping[str, Any], key: str) -> str:
    """Return a text that has to be there."""
    value = message.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedReplyError(f"the key {key} is missing or no string")
    return value


def sensor_id(message: Mapping[str, Any]) -> str:
    """Return the id that the agent gives a sensor, with which its topics can be made."""
    found = metric_id(message, "sensorId")
    if found in RESERVED_SENSOR_IDS:
        raise MalformedReplyError(f"the sensor id {found!r} is a word of the topics")
    return found


def metric_id(message: Mapping[str, Any], key: str = "metricId") -> str:
    """Return the id that the agent gives a metric, with which its topics can be made.

    It may have more characters than ours, but one that ends a level of a topic or stands for any
    would have us speak of something else, or be sent away for it.
    """
    found = text(message, key)
    if not _ONE_LEVEL.fullmatch(found):
        raise MalformedReplyError(f"the key {key} is no id that fits into a topic: {found[:80]!r}")
    return found


def any_text(message: Mapping[str, Any], key: str) -> str:
    """Return what is shown to people, whatever it is; empty where it is missing."""
    value = message.get(key)
    return "" if value is None else str(value)


def text_or_none(message: Mapping[str, Any], key: str) -> str | None:
    """Return a text; None where there is none."""
    value = message.get(key)
    return value if isinstance(value, str) else None


def value_of(value: object) -> MetricValue | None:
    """Return the value of a metric; None where there is none."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise MalformedReplyError("a value is neither number, text nor truth value")


def number(value: object) -> int | None:
    """Return an integer, also one that was given as text; None for anything else."""
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if value in (inf, -inf) else int(value)  # 1e999 is JSON, and decoded to infinity
