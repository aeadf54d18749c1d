"""Whether an answer can belong to a request, by what the two say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from collector.wire.errors import LISTS_METRICS, Refusal
from collector.wire.fields import MalformedReplyError
from collector.wire.payload import decode
from collector.wire.replies import (
    ErrorReply,
    answer_of,
    parse_metric_description,
    parse_metrics_created,
)
from collector.wire.requests import parse_metric_definitions, parse_metric_ids, parse_name
from collector.wire.topics import Address, Operation


class _Fits(Protocol):
    def __call__(self, address: Address, request: bytes, reply: bytes) -> bool: ...


_NAMES_METRICS = frozenset(
    {Operation.UPDATE_METRICS, Operation.DELETE_METRICS, Operation.PUSH_VALUES}
)


def reply_fits(operation: Operation, address: Address, request: bytes, reply: bytes) -> bool:
    """Tell whether a message of success can be the answer to this request.

    What cannot be read counts as ours, for it is an answer on our topic; only a ping has to come
    back with its value.
    """
    fits = _FITS.get(operation)
    if fits is None:
        return True
    try:
        return fits(address, request, reply)
    except (MalformedReplyError, Refusal):
        return operation is not Operation.PING


def error_fits(operation: Operation, request: bytes, error: ErrorReply) -> bool:
    """Tell whether a refusal can be the answer to this request: it names no metrics but ours."""
    if operation not in _NAMES_METRICS or error.code not in LISTS_METRICS or not error.metrics:
        return True
    try:
        return not set(error.metrics).isdisjoint(parse_metric_ids(request))
    except Refusal:
        return True


def _same_value(address: Address, request: bytes, reply: bytes) -> bool:
    del address
    return bool(answer_of(reply) == _value_of(decode(request)))


def _same_name(address: Address, request: bytes, reply: bytes) -> bool:
    del address
    answer = decode(reply)
    return not isinstance(answer, dict) or answer.get("name") in (None, parse_name(request))


def _same_matching_ids(address: Address, request: bytes, reply: bytes) -> bool:
    del address
    asked = [metric.get("matchingId") for metric in parse_metric_definitions(request)]
    return all(matching_id in asked for matching_id in parse_metrics_created(reply))


def _same_metric(address: Address, request: bytes, reply: bytes) -> bool:
    del request
    return parse_metric_description(reply).metric_id == address.metric


def _value_of(message: Any) -> Any:  # noqa: ANN401 - a ping may carry anything
    return message.get("request", message) if isinstance(message, dict) else message


_FITS: Mapping[Operation, _Fits] = MappingProxyType(
    {
        Operation.PING: _same_value,
        Operation.CREATE_SENSOR: _same_name,
        Operation.CREATE_METRICS: _same_matching_ids,
        Operation.DESCRIBE_METRIC: _same_metric,
    }
)
