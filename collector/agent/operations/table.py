"""Which function carries out which operation."""

from collections.abc import Mapping
from types import MappingProxyType

from collector.agent.operations import clients, metrics, pushes, sensors
from collector.agent.operations.context import Handler
from collector.wire.topics import Operation

HANDLERS: Mapping[Operation, Handler] = MappingProxyType(
    {
        Operation.PING: clients.ping,
        Operation.UPDATE_CLIENT: clients.update_client,
        Operation.DELETE_CLIENT: clients.delete_client,
        Operation.REPORT_ERROR: clients.report_error,
        Operation.CREATE_SENSOR: sensors.create_sensor,
        Operation.LIST_SENSORS: sensors.list_sensors,
        Operation.UPDATE_SENSOR: sensors.update_sensor,
        Operation.DELETE_SENSOR: sensors.delete_sensor,
        Operation.CREATE_METRICS: metrics.create_metrics,
        Operation.DESCRIBE_METRIC: metrics.describe_metric,
        Operation.UPDATE_METRICS: metrics.update_metrics,
        Operation.DELETE_METRICS: metrics.delete_metrics,
        Operation.PUSH_VALUES: pushes.push_values,
    }
)
"""Complete: every operation of the contract is here."""
