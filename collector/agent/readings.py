"""Which values of a push are taken: judged before anything changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from sys import float_info

from collector.agent.inventory import Metric, Sensor
from collector.agent.options import InventoryLimits
from collector.wire.errors import ErrorCode, Refusal
from collector.wire.ids import is_metric_id
from collector.wire.requests import Push
from collector.wire.units import MetricValue, ValueType, detected_type, fits

Accepted = tuple[Metric, MetricValue, int]
"""A value that its metric takes, and when it was measured, in milliseconds since the epoch."""

_DOUBLE = ValueType.DOUBLE

_MISFIT = {
    ValueType.STRING: ErrorCode.ParameterIsNotAString,
    ValueType.DOUBLE: ErrorCode.ParameterIsNotADouble,
    ValueType.BOOL: ErrorCode.ParameterIsNotABool,
    ValueType.INTEGER: ErrorCode.ParameterIsNotAnInteger,
}
"""The code for a value that is not of its metric's type."""

_ALONE = {
    ErrorCode.UnknownMetricId: "The provided metric ID does not exist: {}.",
    ErrorCode.ParameterIsNotAString: "The key value is not of type string: {}.",
    ErrorCode.ParameterIsNotADouble: "The key value is not of type double: {}.",
    ErrorCode.ParameterIsNotABool: "The key value is not of type bool: {}.",
    ErrorCode.ParameterIsNotAnInteger: "The key value is not of type integer: {}.",
}
"""Codes that answer a push, in these words, when all of its metrics failed alike; else it is 27."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides beside the metrics themselves.

    Attributes:
        revive_deleted: A deleted metric is created again instead of refused.
    """

    limits: InventoryLimits
    revive_deleted: bool


@dataclass(slots=True)
class Judged:
    """The values of one push.

    Attributes:
        accepted: Those to store.
        created: The metrics among them that the push creates.
        failed: The metrics whose value is not taken, and why.
    """

    accepted: list[Accepted] = field(default_factory=list)
    created: list[Metric] = field(default_factory=list)
    failed: dict[str, ErrorCode] = field(default_factory=dict)

    def refusal(self) -> Refusal | None:
        """Return the error reply that the failed metrics earn, if there are any."""
        if not self.failed:
            return None
        codes = set(self.failed.values())
        if not self.accepted and len(codes) == 1 and codes <= _ALONE.keys():
            code = codes.pop()
            return Refusal(code, _ALONE[code].format(", ".join(self.failed)))
        return Refusal(
            ErrorCode.PushValuesFailed, "Failed to push values to some metrics.", list(self.failed)
        )


def judge(push: Push, sensor: Sensor, received_ms: int, rules: Rules) -> Judged:
    """Tell which values the sensor takes. Nothing is changed."""
    judged = Judged(failed=dict.fromkeys(push.refused, ErrorCode.PushValuesFailed))
    accepted, metrics, own = judged.accepted, sensor.metrics, push.own_timestamps_ms
    timestamp_ms = received_ms if push.timestamp_ms is None else push.timestamp_ms
    for metric_id, value in push.values.items():
        metric = metrics.get(metric_id)
        if metric is None:
            _judge_new(metric_id, value, sensor, rules, judged)
        elif (
            # What nearly all values are; this runs for each, so it does without the call below.
            type(value) is float and metric.value_type is _DOUBLE and isfinite(value)
        ) or holds(metric.value_type, value):
            accepted.append((metric, value, timestamp_ms))
        else:
            judged.failed[metric_id] = _MISFIT[metric.value_type]
    accepted += [(metric, push.values[metric.metric_id], timestamp_ms) for metric in judged.created]
    if own:
        judged.accepted = list(_timed(accepted, own))
    return judged


def holds(value_type: ValueType, value: MetricValue) -> bool:
    """Tell whether a value is of this type and, if it is a number, one that a double can hold."""
    return fits(value, value_type) and (
        isinstance(value, str) or -float_info.max <= value <= float_info.max
    )


def _judge_new(
    metric_id: str, value: MetricValue, sensor: Sensor, rules: Rules, judged: Judged
) -> None:
    value_type = detected_type(value)
    count = len(sensor.metrics) + len(judged.created)
    if metric_id in sensor.deleted and not rules.revive_deleted:
        judged.failed[metric_id] = ErrorCode.UnknownMetricId
    elif is_metric_id(metric_id) and holds(value_type, value) and count < rules.limits.metrics:
        judged.created.append(Metric(metric_id, metric_id, value_type))
    else:
        judged.failed[metric_id] = ErrorCode.PushValuesFailed


def _timed(accepted: Iterable[Accepted], own: Mapping[str, int]) -> Iterable[Accepted]:
    for metric, value, timestamp_ms in accepted:
        yield metric, value, own.get(metric.metric_id, timestamp_ms)
