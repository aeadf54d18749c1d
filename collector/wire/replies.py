"""The messages that the agent publishes, built by the agent and parsed by the collector.

The collector is tolerant: sentences of success with or without quotes, numbers given as strings,
keys it does not know. What it cannot read at all raises `MalformedReplyError`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from collector.wire.errors import ErrorCode, Refusal
from collector.wire.payload import decode, encode
from collector.wire.units import MetricValue

MAX_REPLY_BYTES = 16 * 1024 * 1024
"""A list of thousands of metrics is long; more than this is no honest reply."""

_DIGITS = re.compile(r"-?[0-9]{1,19}")  # no number of the contract has more

CLIENT_UPDATED = "Client name was successfully updated."
SENSOR_PUSHED = "Sensor was updated."
SENSOR_CHANGED = "Sensor was changed."
SENSOR_DELETED = "Sensor was deleted."
METRICS_CHANGED = "All metrics were successfully modified."
METRICS_DELETED = "All metrics were successfully deleted."
"""The sentences of success, as the document has them but for the quotes it prints around them."""


class MalformedReplyError(ValueError):
    """The agent sent something that the contract does not allow."""


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """Section 6: why a request was refused.

    Attributes:
        code: Usually one of the 28 codes; whatever number the agent sent.
        message: The agent's words.
        metrics: The metrics that failed, for codes 23, 24, 26 and 27.
        is_readable: Whether it was a message of section 6 at all; if not, its code is 2.
    """

    code: int
    message: str
    metrics: tuple[str, ...] = ()
    is_readable: bool = field(default=True, compare=False)

    def payload(self) -> bytes:
        """Return the message."""
        fields: dict[str, Any] = {"errorMessage": self.message, "errorcode": self.code}
        if self.metrics:
            fields["metrics"] = list(self.metrics)
        return encode(fields)


@dataclass(frozen=True, slots=True)
class ListedMetric:
    """One metric in the list of sensors."""

    metric_id: str
    link: str


@dataclass(frozen=True, slots=True)
class ListedSensor:
    """One sensor in the list (section 5.2.2).

    Attributes:
        state: 1 offline, 2 online; None when the agent does not say.
    """

    sensor_id: str
    name: str
    metrics: tuple[ListedMetric, ...]
    state: int | None = None


@dataclass(frozen=True, slots=True)
class MetricDescription:
    """What the agent knows of one metric (section 5.3.2).

    Attributes:
        last_updated_us: Microseconds since the epoch; None when it never had a value.
    """

    metric_id: str
    name: str
    value: MetricValue | None
    last_updated_us: int | None
    value_unit: str | None = None
    value_type: str | None = None
    value_annotation: str | None = None


@dataclass(frozen=True, slots=True)
class LiveData:
    """The accepted values of one sensor, as repeated by the agent (section 5.1)."""

    values: Mapping[str, MetricValue]
    timestamp_ms: int


def refusal_reply(refusal: Refusal) -> ErrorReply:
    """Return the reply that tells a client of a refusal."""
    return ErrorReply(int(refusal.code), refusal.message, refusal.metrics)


def parse_error(payload: bytes) -> ErrorReply:
    """Read section 6's message. An unreadable one counts as error 2: something is wrong."""
    try:
        message = decode(payload)
    except Refusal:
        message = None
    if not isinstance(message, dict):
        words = f"unreadable error reply {payload[:80]!r}"
        return ErrorReply(int(ErrorCode.Reserved), words, is_readable=False)
    metrics = message.get("metrics")
    named = map(_metric_id, metrics) if isinstance(metrics, list) else ()
    code = _number(message.get("errorcode"))
    return ErrorReply(
        int(ErrorCode.Reserved) if code is None else code,
        _words(message, "errorMessage"),
        tuple(metric for metric in named if metric),
        is_readable=code is not None,
    )


def is_sentence(payload: bytes, sentence: str) -> bool:
    """Tell whether a reply is this sentence of success, bare or in quotes."""
    return payload.strip().strip(b'"') == sentence.encode()


def answer_of(payload: bytes) -> Any:  # noqa: ANN401 - whatever was asked comes back
    """Return what a ping's answer carries: the value of ``answer`` or ``request``, or all of it."""
    message = _decoded(payload)
    if isinstance(message, dict):
        return message.get("answer", message.get("request", message))
    return message


def sensor_created_payload(sensor_id: str, name: str) -> bytes:
    """Return section 5.2.1's success."""
    return encode({"name": name, "sensorId": sensor_id})


def parse_sensor_created(payload: bytes) -> str:
    """Return the id that the agent gave a new sensor."""
    return _text(_object(payload), "sensorId")


def sensor_list_payload(sensors: Sequence[ListedSensor]) -> bytes:
    """Return section 5.2.2's success."""
    return encode([_listed_sensor(sensor) for sensor in sensors])


def parse_sensor_list(payload: bytes) -> list[ListedSensor]:
    """Read section 5.2.2's success."""
    return [
        ListedSensor(
            _text(sensor, "sensorId"),
            _words(sensor, "name"),
            tuple(
                ListedMetric(_text(metric, "metricId"), _words(metric, "link"))
                for metric in _objects(sensor.get("metrics", []))
            ),
            _number(sensor.get("state")),
        )
        for sensor in _objects(_decoded(payload))
    ]


def metrics_created_payload(metric_ids: Mapping[str, str]) -> bytes:
    """Return section 5.3.1's success, from matching id to metric id."""
    pairs = metric_ids.items()
    return encode([{"matchingId": matching, "metricId": metric} for matching, metric in pairs])


def parse_metrics_created(payload: bytes) -> dict[str, str]:
    """Return the ids that the agent gave new metrics, by matching id."""
    return {
        _text(metric, "matchingId"): _text(metric, "metricId")
        for metric in _objects(_decoded(payload))
    }


def metric_description_payload(metric: MetricDescription) -> bytes:
    """Return section 5.3.2's success."""
    fields = {
        "lastUpdated": metric.last_updated_us,
        "metricId": metric.metric_id,
        "name": metric.name,
        "value": metric.value,
        "valueUnit": metric.value_unit,
        "valueType": metric.value_type,
        "valueAnnotation": metric.value_annotation,
    }
    return encode({key: value for key, value in fields.items() if value is not None})


def parse_metric_description(payload: bytes) -> MetricDescription:
    """Read section 5.3.2's success."""
    message = _object(payload)
    return MetricDescription(
        metric_id=_text(message, "metricId"),
        name=_words(message, "name"),
        value=_value(message.get("value")),
        last_updated_us=_number(message.get("lastUpdated")),
        value_unit=_text_or_none(message, "valueUnit"),
        value_type=_text_or_none(message, "valueType"),
        value_annotation=_text_or_none(message, "valueAnnotation"),
    )


def live_data_payload(data: LiveData) -> bytes:
    """Return the live data message."""
    metrics = [{"metricId": metric, "value": value} for metric, value in data.values.items()]
    return encode({"metrics": metrics, "timestamp": data.timestamp_ms})


def parse_live_data(payload: bytes) -> LiveData:
    """Read a live data message; a metric without a value is left out."""
    message = _object(payload)
    timestamp_ms = _number(message.get("timestamp"))
    if timestamp_ms is None:
        raise MalformedReplyError("live data without a timestamp")
    values = {
        _text(metric, "metricId"): value
        for metric in _objects(message.get("metrics", []))
        if (value := _value(metric.get("value"))) is not None
    }
    return LiveData(values, timestamp_ms)


def _listed_sensor(sensor: ListedSensor) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "metrics": [
            {"link": metric.link, "metricId": metric.metric_id} for metric in sensor.metrics
        ],
        "name": sensor.name,
        "sensorId": sensor.sensor_id,
        "store": True,
    }
    return fields if sensor.state is None else {**fields, "state": sensor.state}


def _decoded(payload: bytes) -> Any:  # noqa: ANN401 - JSON is any of its types
    try:
        return decode(payload, MAX_REPLY_BYTES)
    except Refusal as refusal:
        raise MalformedReplyError(refusal.message) from None


def _object(payload: bytes) -> dict[str, Any]:
    message = _decoded(payload)
    if not isinstance(message, dict):
        raise MalformedReplyError(f"not a JSON object: {payload[:80]!r}")
    return message


def _objects(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise MalformedReplyError("not an array of JSON objects")
    return value


def _text(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedReplyError(f"the key {key} is missing or no string")
    return value


def _words(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    return "" if value is None else str(value)


def _text_or_none(message: Mapping[str, Any], key: str) -> str | None:
    value = message.get(key)
    return value if isinstance(value, str) else None


def _value(value: object) -> MetricValue | None:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise MalformedReplyError("a value is neither number, text nor truth value")


def _number(value: object) -> int | None:
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if value in (inf, -inf) else int(value)  # 1e999 is JSON, and decoded to infinity


def _metric_id(entry: object) -> str:
    """Read one entry of an error's ``metrics``: an id, or an object that holds one."""
    if isinstance(entry, dict):
        entry = entry.get("metricId")
    return entry if isinstance(entry, str) else ""
