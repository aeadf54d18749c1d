"""The messages that clients publish, built by the collector and parsed by the agent.

Every ``parse_*`` takes the bytes of a message and raises `Refusal` with the code that the document
gives the fault. Every dataclass has ``payload()``, its message in bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from collector.wire.errors import ErrorCode, Refusal
from collector.wire.payload import decode, decode_object, encode
from collector.wire.plain_push import read_plain_push
from collector.wire.units import MetricValue, ValueType, ValueUnit

EMPTY = b"{}"
"""The message of the requests that say everything by their topic."""

MAX_METRICS = 1000
"""The agent takes no more metrics in one message."""

MAX_TIMESTAMP_MS = 2**53
"""Beyond the year 287000: more than a double holds exactly."""


class SensorState(IntEnum):
    """The states of section 5.2.3."""

    OFFLINE = 1
    ONLINE = 2


_UNITS = frozenset(map(str, ValueUnit))
_TYPES = frozenset(map(str, ValueType))
_STATES = frozenset(map(int, SensorState))


@dataclass(frozen=True, slots=True)
class Ping:
    """Section 4.2. Whatever stands in ``request`` comes back as ``answer``."""

    request: Any

    def payload(self) -> bytes:
        """Return the message."""
        return encode({"request": self.request})


@dataclass(frozen=True, slots=True)
class Rename:
    """Section 4.3, the new name of a client, and section 5.2.1, the name of a new sensor."""

    name: str

    def payload(self) -> bytes:
        """Return the message."""
        return encode({"name": self.name})


@dataclass(frozen=True, slots=True)
class SensorChange:
    """Section 5.2.3: a new name, a new state, or both."""

    name: str | None = None
    state: SensorState | None = None

    def payload(self) -> bytes:
        """Return the message."""
        return encode(_given(name=self.name, state=None if self.state is None else int(self.state)))


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """Section 5.3.1: one metric to create, by predefined unit or by type and annotation.

    Attributes:
        matching_id: Comes back beside the id that the agent gives.
    """

    matching_id: str
    name: str
    value_unit: ValueUnit | None = None
    value_type: ValueType | None = None
    value_annotation: str | None = None

    def fields(self) -> dict[str, Any]:
        """Return the metric object of the message."""
        return _given(
            matchingId=self.matching_id,
            name=self.name,
            valueUnit=self.value_unit,
            valueType=self.value_type,
            valueAnnotation=self.value_annotation,
        )


@dataclass(frozen=True, slots=True)
class MetricChange:
    """Section 5.3.3: a new name or annotation of one metric."""

    metric_id: str
    name: str | None = None
    value_annotation: str | None = None

    def fields(self) -> dict[str, Any]:
        """Return the metric object of the message."""
        return _given(
            metricId=self.metric_id, name=self.name, valueAnnotation=self.value_annotation
        )


@dataclass(frozen=True, slots=True)
class Push:
    """Section 5.1: the values of one sensor at one instant.

    Attributes:
        values: Metric id to value, in the order of the message.
        timestamp_ms: Milliseconds since the epoch; None lets the agent take the time of arrival.
        refused: Of a parsed push: metric ids whose value is none of the contract's types.
        own_timestamps_ms: Of a parsed push: the metrics that carried a timestamp of their own.
    """

    values: Mapping[str, MetricValue]
    timestamp_ms: int | None = None
    refused: tuple[str, ...] = ()
    own_timestamps_ms: Mapping[str, int] = field(default_factory=dict)

    def payload(self) -> bytes:
        """Return the message."""
        metrics = [{"value": value, "metricId": metric} for metric, value in self.values.items()]
        return encode(_given(metrics=metrics, timestamp=self.timestamp_ms))


def create_metrics_payload(metrics: Sequence[MetricDefinition]) -> bytes:
    """Return the message of section 5.3.1."""
    return encode({"metrics": [metric.fields() for metric in metrics]})


def update_metrics_payload(metrics: Sequence[MetricChange]) -> bytes:
    """Return the message of section 5.3.3."""
    return encode({"metrics": [metric.fields() for metric in metrics]})


def delete_metrics_payload(metric_ids: Sequence[str]) -> bytes:
    """Return the message of section 5.3.4."""
    return encode({"metrics": [{"metricId": metric_id} for metric_id in metric_ids]})


def parse_ping(payload: bytes) -> bytes:
    """Return the message that answers a ping: ``answer`` for ``request``, or the message itself."""
    message = decode(payload)
    if not isinstance(message, dict) or "request" not in message:
        return payload
    try:
        return encode({"answer": message["request"]})
    except ValueError as error:  # 1e999 is JSON, but there is no such double
        raise Refusal(ErrorCode.InvalidJson, f"The value of request: {error}") from None


def parse_name(payload: bytes) -> str:
    """Return the name in a client's update or a sensor's creation."""
    name = _string(decode_object(payload), "name")
    if not name:
        raise Refusal(ErrorCode.MissingParameter, "The key name is empty.")
    return name


def parse_sensor_change(payload: bytes) -> SensorChange:
    """Read section 5.2.3's message; at least one of its keys must be there."""
    message = decode_object(payload)
    if "name" not in message and "state" not in message:
        raise Refusal(ErrorCode.MissingParameter, "The key name is missing.")
    name = _string(message, "name") if "name" in message else None
    return SensorChange(name, _state(message["state"]) if "state" in message else None)


def parse_metric_definitions(payload: bytes) -> list[Mapping[str, Any]]:
    """Return the metric objects of section 5.3.1's message, to be read by `parse_definition`."""
    return _metric_objects(payload)


def parse_definition(metric: Mapping[str, Any]) -> MetricDefinition:
    """Read one metric object of section 5.3.1. A predefined unit wins over a type."""
    matching_id, name = _string(metric, "matchingId"), _string(metric, "name")
    if "valueUnit" in metric:
        unit = _string(metric, "valueUnit")
        if unit not in _UNITS:
            raise Refusal(ErrorCode.UnknownValueUnit, f"The valueUnit {unit!r} is not valid.")
        return MetricDefinition(matching_id, name, value_unit=ValueUnit(unit))
    if "valueType" not in metric or "valueAnnotation" not in metric:
        raise Refusal(
            ErrorCode.ValueUnitOrValueTypeHasToBeProvided,
            "valueUnit, or valueType and valueAnnotation, must be provided.",
        )
    value_type = _string(metric, "valueType")
    if value_type not in _TYPES:
        raise Refusal(ErrorCode.UnknownMetricType, f"The valueType {value_type!r} is not valid.")
    annotation = _string(metric, "valueAnnotation")
    return MetricDefinition(matching_id, name, None, ValueType(value_type), annotation)


def parse_metric_changes(payload: bytes) -> list[MetricChange]:
    """Read section 5.3.3's message."""
    return [
        MetricChange(
            _string(metric, "metricId"),
            _string(metric, "name") if "name" in metric else None,
            _string(metric, "valueAnnotation") if "valueAnnotation" in metric else None,
        )
        for metric in _metric_objects(payload)
    ]


def parse_metric_ids(payload: bytes) -> list[str]:
    """Read section 5.3.4's message."""
    return [_string(metric, "metricId") for metric in _metric_objects(payload)]


def parse_push(payload: bytes) -> Push:
    """Read section 5.1's message. A timestamp inside a metric object is accepted too."""
    plain = read_plain_push(payload, MAX_METRICS, MAX_TIMESTAMP_MS)
    return _push_of(payload) if plain is None else Push(*plain)


def _push_of(payload: bytes) -> Push:
    message = decode_object(payload)
    values: dict[str, MetricValue] = {}
    refused: list[str] = []
    own: dict[str, int] = {}
    for metric in _metrics_of(message):
        metric_id = _string(metric, "metricId")
        if "value" not in metric:
            raise Refusal(ErrorCode.MissingParameter, "The key value is missing.")
        if isinstance(metric["value"], bool | int | float | str):
            values[metric_id] = metric["value"]
        else:
            refused.append(metric_id)
        if "timestamp" in metric:
            own[metric_id] = _timestamp_ms(metric["timestamp"])
    timestamp = _timestamp_ms(message["timestamp"]) if "timestamp" in message else None
    return Push(values, timestamp, tuple(refused), own)


def _given(**fields: object) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _string(message: Mapping[str, Any], key: str) -> str:
    if key not in message:
        raise Refusal(ErrorCode.MissingParameter, f"The key {key} is missing.")
    if not isinstance(message[key], str):
        raise Refusal(ErrorCode.ParameterIsNotAString, f"The key {key} is not of type string.")
    return str(message[key])


def _integer(key: str, value: object) -> int:
    # 2.0 is an integer in JSON's eyes, true is not.
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise Refusal(ErrorCode.ParameterIsNotAnInteger, f"The key {key} is not of type integer.")
    return int(value)


def _timestamp_ms(value: object) -> int:
    timestamp_ms = _integer("timestamp", value)
    if not 0 <= timestamp_ms < MAX_TIMESTAMP_MS:
        raise Refusal(ErrorCode.OutOfRange, "The key timestamp is out of range.")
    return timestamp_ms


def _state(value: object) -> SensorState:
    state = _integer("state", value)
    if state not in _STATES:
        raise Refusal(
            ErrorCode.OutOfRange, "The key state is out of range: 1 is offline, 2 online."
        )
    return SensorState(state)


def _metric_objects(payload: bytes) -> list[Mapping[str, Any]]:
    return _metrics_of(decode_object(payload))


def _metrics_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "metrics" not in message:
        raise Refusal(ErrorCode.MissingParameter, "The key metrics is missing.")
    metrics = message["metrics"]
    if not isinstance(metrics, list):
        raise Refusal(ErrorCode.ParameterIsNotAnArray, "The key metrics is not an array.")
    if len(metrics) > MAX_METRICS:
        raise Refusal(ErrorCode.OutOfRange, f"The key metrics has more than {MAX_METRICS} entries.")
    if not metrics:
        raise Refusal(ErrorCode.MissingParameter, "The key metrics is empty.")
    if not all(isinstance(metric, dict) for metric in metrics):
        raise Refusal(ErrorCode.JsonIsNotAnObject, "An entry of metrics is not a JSON object.")
    return metrics
