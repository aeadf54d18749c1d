"""Section 5.3: metrics."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from collector.agent.inventory import Client, Metric, Sensor
from collector.agent.operations.context import (
    Context,
    Outcome,
    check_name,
    expect_object,
    new_id,
    sensor_of,
)
from collector.wire import replies
from collector.wire.errors import ErrorCode, Refusal
from collector.wire.requests import (
    MetricChange,
    MetricDefinition,
    parse_definition,
    parse_metric_changes,
    parse_metric_definitions,
    parse_metric_ids,
)
from collector.wire.topics import Address
from collector.wire.units import ValueType


def create_metrics(context: Context, client: Client, address: Address, payload: bytes) -> Outcome:
    """Create metrics under ids of the agent's choice, all of them or none (5.3.1)."""
    sensor = sensor_of(client, address)
    definitions = _definitions(parse_metric_definitions(payload), context)
    most = context.rules.limits.metrics
    if len(sensor.metrics) + len(definitions) > most:
        raise Refusal(ErrorCode.OutOfRange, f"A sensor cannot have more than {most} metrics.")
    created = {definition.matching_id: _metric(definition) for definition in definitions}
    context.store.save_sensor(client.client_id, sensor, list(created.values()))
    sensor.metrics.update({metric.metric_id: metric for metric in created.values()})
    return Outcome(
        reply=replies.metrics_created_payload(
            {matching: metric.metric_id for matching, metric in created.items()}
        )
    )


def describe_metric(_context: Context, client: Client, address: Address, payload: bytes) -> Outcome:
    """Tell what is known of a metric (5.3.2)."""
    metric = sensor_of(client, address).metrics.get(address.metric)
    if metric is None:
        raise Refusal(
            ErrorCode.UnknownMetricId, f"The provided metric ID does not exist: {address.metric}."
        )
    expect_object(payload)
    return Outcome(reply=replies.metric_description_payload(_description(metric)))


def update_metrics(context: Context, client: Client, address: Address, payload: bytes) -> Outcome:
    """Give metrics other names or annotations; those that can be changed are (5.3.3)."""
    sensor = sensor_of(client, address)
    changes = parse_metric_changes(payload)
    for change in changes:
        check_name("name", change.name, context)
        check_name("valueAnnotation", change.value_annotation or None, context)
    changed, failed = _changed(sensor, changes)
    if changed:
        context.store.save_sensor(client.client_id, sensor, list(changed.values()))
        sensor.metrics.update(changed)
    if failed:
        text = "Failed to modify some metrics."
        return Outcome(refusal=Refusal(ErrorCode.ChangeMetricsFailed, text, failed))
    return Outcome(reply=replies.METRICS_CHANGED.encode())


def delete_metrics(context: Context, client: Client, address: Address, payload: bytes) -> Outcome:
    """Remove metrics; those that exist go, and their ids are remembered as deleted (5.3.4)."""
    sensor = sensor_of(client, address)
    wanted = dict.fromkeys(parse_metric_ids(payload))
    known = [metric for metric in wanted if metric in sensor.metrics]
    failed = [metric for metric in wanted if metric not in sensor.metrics]
    if known:
        context.store.delete_metrics(client.client_id, sensor.sensor_id, known)
        for metric in known:
            del sensor.metrics[metric]
        sensor.deleted.update(known)
    if failed:
        text = "Failed to delete the following metrics."
        return Outcome(refusal=Refusal(ErrorCode.DeleteMetricsFailed, text, failed))
    return Outcome(reply=replies.METRICS_DELETED.encode())


def _definitions(metrics: list[Mapping[str, Any]], context: Context) -> list[MetricDefinition]:
    """Read the definitions; a part that fails is listed by matching id, for it has no other."""
    found: dict[str, MetricDefinition] = {}
    failed: dict[str, Refusal] = {}
    for metric in metrics:
        try:
            definition = parse_definition(metric)
            _check(definition, found, context)
        except Refusal as refusal:
            matching = metric.get("matchingId")
            if not isinstance(matching, str):
                raise
            failed[matching] = refusal
        else:
            found[definition.matching_id] = definition
    if not failed:
        return list(found.values())
    raise _creation_refused(list(failed.values()), list(failed), alone=not found)


def _creation_refused(refusals: list[Refusal], matching: list[str], *, alone: bool) -> Refusal:
    # When everything fails by the same code, that code says more than error 26.
    if alone and len({refusal.code for refusal in refusals}) == 1:
        return refusals[0]
    text = "Failed to create the following metrics; none was created."
    return Refusal(ErrorCode.CreateMetricsFailed, text, matching)


def _check(
    definition: MetricDefinition, found: Mapping[str, MetricDefinition], context: Context
) -> None:
    check_name("name", definition.name, context)
    check_name("matchingId", definition.matching_id, context)
    check_name("valueAnnotation", definition.value_annotation or None, context)
    if definition.matching_id in found:
        raise Refusal(ErrorCode.CreateMetricsFailed, "A matchingId is given twice.")


def _metric(definition: MetricDefinition) -> Metric:
    return Metric(
        new_id(),
        definition.name,
        definition.value_type or ValueType.DOUBLE,
        definition.value_unit,
        definition.value_annotation or "",
    )


def _changed(sensor: Sensor, changes: list[MetricChange]) -> tuple[dict[str, Metric], list[str]]:
    changed: dict[str, Metric] = {}
    failed: list[str] = []
    for change in changes:
        metric = changed.get(change.metric_id) or sensor.metrics.get(change.metric_id)
        # A predefined unit leaves no room for an annotation (5.3.1).
        if metric is None or (metric.value_unit and change.value_annotation is not None):
            failed.append(change.metric_id)
            continue
        annotation = change.value_annotation
        changed[change.metric_id] = replace(
            metric,
            name=metric.name if change.name is None else change.name,
            annotation=metric.annotation if annotation is None else annotation,
        )
    return changed, failed


def _description(metric: Metric) -> replies.MetricDescription:
    is_custom = metric.value_unit is None
    return replies.MetricDescription(
        metric_id=metric.metric_id,
        name=metric.name,
        value=metric.value,
        last_updated_us=None if metric.value is None else metric.timestamp_ms * 1000,
        value_unit=metric.value_unit,
        value_type=metric.value_type if is_custom else None,
        value_annotation=metric.annotation if is_custom else None,
    )
