"""How a metric of ours is told to the agent, and which of the agent's it is."""

from collections.abc import Collection, Iterable

from collector.plugin.source import Metric
from collector.wire.replies import MetricDescription
from collector.wire.requests import MetricDefinition


def definition_of(metric: Metric) -> MetricDefinition:
    """Return how a metric is created; our id is the matching id."""
    if metric.unit is not None:
        return MetricDefinition(metric.id, metric.title, value_unit=metric.unit)
    return in_custom_type(metric)


def in_custom_type(metric: Metric) -> MetricDefinition:
    """Return how a metric is created at an agent that does not know its unit."""
    return MetricDefinition(
        metric.id, metric.title, value_type=metric.type, value_annotation=metric.unit_text
    )


def like(metrics: Iterable[Metric], found: MetricDescription, taken: Collection[str]) -> str:
    """Return our metric that a described one was once created as; empty for none.

    Args:
        metrics: Ours.
        found: The agent's.
        taken: Those of ours that are found already.
    """
    for metric in metrics:
        if metric.id not in taken and metric.title == found.name and _is_same_kind(metric, found):
            return metric.id
    return ""


def _is_same_kind(metric: Metric, found: MetricDescription) -> bool:
    if found.value_unit is not None:
        return metric.unit is not None and found.value_unit == metric.unit.value
    is_same_type = found.value_type == metric.type.value
    return is_same_type and (found.value_annotation or "") == metric.unit_text
