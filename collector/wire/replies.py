"""The messages that the agent publishes, built by the agent and parsed by the collector.

The collector is tolerant: sentences of success with or without quotes, numbers given as strings,
keys it does not know. What it cannot read at all raises `MalformedReplyError`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.wire.errors import ErrorCode, Refusal
from collector.wire.fields import (
    MalformedReplyError,
    any_text,
    decoded,
    json_object,
    metric_id,
    number,
    objects,
    sensor_id,
    text,
    text_or_none,
    value_of,
)
from collector.wire.payload import decode, encode
from collector.wire.units import MetricValue

CLIENT_UPDATED = "Client name was successfully updated."
SENSOR_PUSHED = "Sensor was updated."
SENSOR_CHANGED = "Sensor was changed."
SENSOR_DELETED = "Sensor was deleted."
METRICS_CHANGED = "All metrics were successfully modified."
METRICS_DELETED = "All metrics were successfully deleted."
"""The sentences of success, as the document has them but for the quotes it prints around them."""


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
    code = number(message.get("errorcode"))
    return ErrorReply(
        int(ErrorCode.Reserved) if code is None else code,
        any_text(message, "errorMessage"),
        tuple(metric for metric in named if metric),
        is_readable=code is not None,
    )


def is_sentence(payload: bytes, sentence: str) -> bool:
    """Tell whether a reply is this sentence of success, bare or in quotes."""
    return payload.strip().strip(b'"') == sentence.encode()


def answer_of(payload: bytes) -> Any:  # noqa: ANN401 - whatever was asked comes back
    """Return what a ping's answer carries: the value of ``answer`` or ``request``, or all of it."""
    message = decoded(payload)
    if isinstance(message, dict):
        return message.get("answer", message.get("request", message))
    return message


def sensor_created_payload(sensor_id: str, name: str) -> bytes:
    """Return section 5.2.1's success."""
    return encode({"name": name, "sensorId": sensor_id})


def parse_sensor_created(payload: bytes) -> str:
    """Return the id that the agent gave a new sensor."""
    return sensor_id(json_object(payload))


def sensor_list_payload(sensors: Sequence[ListedSensor]) -> bytes:
    """Return section 5.2.2's success."""
    return encode([_listed_sensor(sensor) for sensor in sensors])


def parse_sensor_list(payload: bytes) -> list[ListedSensor]:
    """Read section 5.2.2's success."""
    return [
        ListedSensor(
            sensor_id(sensor),
            any_text(sensor, "name"),
            tuple(
                ListedMetric(metric_id(metric), any_text(metric, "link"))
                for metric in objects(sensor.get("metrics", []))
            ),
            number(sensor.get("state")),
        )
        for sensor in objects(decoded(payload))
    ]


def metrics_created_payload(metric_ids: Mapping[str, str]) -> bytes:
    """Return section 5.3.1's success, from matching id to metric id."""
    pairs = metric_ids.items()
    return encode([{"matchingId": matching, "metricId": metric} for matching, metric in pairs])


def parse_metrics_created(payload: bytes) -> dict[str, str]:
    """Return the ids that the agent gave new metrics, by matching id."""
    return {text(metric, "matchingId"): metric_id(metric) for metric in objects(decoded(payload))}


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
    message = json_object(payload)
    return MetricDescription(
        metric_id=metric_id(message),
        name=any_text(message, "name"),
        value=value_of(message.get("value")),
        last_updated_us=number(message.get("lastUpdated")),
        value_unit=text_or_none(message, "valueUnit"),
        value_type=text_or_none(message, "valueType"),
        value_annotation=text_or_none(message, "valueAnnotation"),
    )


def live_data_payload(data: LiveData) -> bytes:
    """Return the live data message."""
    metrics = [{"metricId": metric, "value": value} for metric, value in data.values.items()]
    return encode({"metrics": metrics, "timestamp": data.timestamp_ms})


def parse_live_data(payload: bytes) -> LiveData:
    """Read a live data message; a metric without a value is left out."""
    message = json_object(payload)
    timestamp_ms = number(message.get("timestamp"))
    if timestamp_ms is None:
        raise MalformedReplyError("live data without a timestamp")
    values = {
        text(metric, "metricId"): value
        for metric in objects(message.get("metrics", []))
        if (value := value_of(metric.get("value"))) is not None
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


def _metric_id(entry: object) -> str:
    """Read one entry of an error's ``metrics``: an id, or an object that holds one."""
    if isinstance(entry, dict):
        entry = entry.get("metricId")
    return entry if isinstance(entry, str) else ""
