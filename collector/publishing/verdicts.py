"""What to do on each of the 28 codes, as one table per kind of request.

A push that fails is never simply dropped and never simply repeated: the table says which of a few
actions helps. `collector.publishing.delivery.repair` carries the actions out.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from collector.wire.errors import ErrorCode


class PushAction(Enum):
    """What to do with a push that the agent refused, alone in its window."""

    PAUSE_ALL = "the agent has no backend: hold every sensor, ask by ping, send again"
    RETRY_THEN_SPLIT = "send again with growing pauses; after five times, metric by metric"
    RESEND_ONCE = "encode again and send once more; then drop, because it cannot become right"
    CONVERT = "the metric has another type at the agent: convert without loss, or drop that metric"
    RECREATE_SENSOR = "it was deleted at the agent: create it again, address it anew, send again"
    RECREATE_METRICS = "a metric was deleted at the agent: create it again, send again"
    CHECK_IDENTITY = "ask by ping whether this client still exists; if so, as a deleted sensor"
    SPLIT_LISTED = "the metrics not listed are delivered; send each listed one by itself"


_RETRY = PushAction.RETRY_THEN_SPLIT

PUSH_ACTIONS: Mapping[ErrorCode, PushAction] = MappingProxyType(
    {
        ErrorCode.NoBackendConnection: PushAction.PAUSE_ALL,
        ErrorCode.Reserved: _RETRY,
        ErrorCode.InternalError: _RETRY,
        ErrorCode.InvalidJson: PushAction.RESEND_ONCE,
        ErrorCode.JsonIsNotAnObject: PushAction.RESEND_ONCE,
        ErrorCode.MissingParameter: PushAction.RESEND_ONCE,
        ErrorCode.ParameterIsNotAString: PushAction.CONVERT,
        ErrorCode.ParameterIsNotADouble: PushAction.CONVERT,
        ErrorCode.ParameterIsNotABool: PushAction.CONVERT,
        ErrorCode.ParameterIsNotAnArray: PushAction.RESEND_ONCE,
        ErrorCode.ParameterIsNotAnInteger: PushAction.CONVERT,
        ErrorCode.UnknownValueUnit: _RETRY,
        ErrorCode.UnknownMetricType: _RETRY,
        ErrorCode.ValueUnitOrValueTypeHasToBeProvided: _RETRY,
        ErrorCode.UnknownSensorId: PushAction.RECREATE_SENSOR,
        ErrorCode.UnknownMetricId: PushAction.RECREATE_METRICS,
        ErrorCode.NoMetricsUpdated: PushAction.SPLIT_LISTED,
        ErrorCode.ForbiddenAccess: PushAction.CHECK_IDENTITY,
        ErrorCode.OutOfRange: _RETRY,
        ErrorCode.CertificateFormatError: _RETRY,
        ErrorCode.CertificateIsEmptyError: _RETRY,
        ErrorCode.CertificateWithoutCommonName: _RETRY,
        ErrorCode.DeleteMetricsFailed: _RETRY,
        ErrorCode.ChangeMetricsFailed: _RETRY,
        ErrorCode.InvalidClientName: _RETRY,
        ErrorCode.CreateMetricsFailed: _RETRY,
        ErrorCode.PushValuesFailed: PushAction.SPLIT_LISTED,
        ErrorCode.SensorNameExistsError: _RETRY,
    }
)
"""Codes that no push should earn (12 to 14, 19 to 26, 28) are treated as unknown ones."""


class InventoryAction(Enum):
    """What to do when creating or describing sensors and metrics is refused."""

    RETRY = "try three times, then leave it to the push and report"
    AS_CUSTOM_TYPE = "create the metric again by type and annotation; the agent lacks the unit"
    AS_SEEN = "create the metric again with the type of its value; else let the push create it"
    RECREATE = "the sensor or metric is gone: create it again"
    ADOPT = "a sensor of this name exists: take it if it is ours, else add a number to the name"
    GIVE_UP = "report it and leave it to the push"


INVENTORY_ACTIONS: Mapping[ErrorCode, InventoryAction] = MappingProxyType(
    {
        **dict.fromkeys(ErrorCode, InventoryAction.RETRY),
        ErrorCode.InvalidJson: InventoryAction.GIVE_UP,
        ErrorCode.JsonIsNotAnObject: InventoryAction.GIVE_UP,
        ErrorCode.MissingParameter: InventoryAction.GIVE_UP,
        ErrorCode.UnknownValueUnit: InventoryAction.AS_CUSTOM_TYPE,
        ErrorCode.UnknownMetricType: InventoryAction.AS_SEEN,
        ErrorCode.ValueUnitOrValueTypeHasToBeProvided: InventoryAction.AS_SEEN,
        ErrorCode.UnknownSensorId: InventoryAction.RECREATE,
        ErrorCode.UnknownMetricId: InventoryAction.RECREATE,
        ErrorCode.OutOfRange: InventoryAction.GIVE_UP,
        ErrorCode.SensorNameExistsError: InventoryAction.ADOPT,
    }
)


def push_action(code: int) -> PushAction:
    """Return the action for any number that an agent may send, also one that is no code."""
    if 1 <= code <= len(ErrorCode):
        return PUSH_ACTIONS[ErrorCode(code)]
    return PushAction.RETRY_THEN_SPLIT


def inventory_action(code: int) -> InventoryAction:
    """Return the action for any number that an agent may send, also one that is no code."""
    if 1 <= code <= len(ErrorCode):
        return INVENTORY_ACTIONS[ErrorCode(code)]
    return InventoryAction.RETRY
