"""Section 5.2: sensors."""

from collector.agent.inventory import Client, Sensor
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
from collector.wire.requests import parse_name, parse_sensor_change
from collector.wire.topics import Address, metric_link

_REMEMBERED = 10
"""How many deleted ids are remembered for each sensor or metric that the limits allow."""


def create_sensor(context: Context, client: Client, _address: Address, payload: bytes) -> Outcome:
    """Create a sensor under an id of the agent's choice (5.2.1)."""
    name = parse_name(payload)
    check_name("name", name, context)
    _check_free(name, client)
    check_room(context, client)
    sensor = Sensor(new_id(), name)
    context.store.save_sensor(client.client_id, sensor)
    client.sensors[sensor.sensor_id] = sensor
    return Outcome(reply=replies.sensor_created_payload(sensor.sensor_id, name))


def list_sensors(_context: Context, client: Client, _address: Address, payload: bytes) -> Outcome:
    """List all sensors with their metrics (5.2.2)."""
    expect_object(payload)
    listed = [_listed(client, sensor) for sensor in client.sensors.values()]
    return Outcome(reply=replies.sensor_list_payload(listed))


def update_sensor(context: Context, client: Client, address: Address, payload: bytes) -> Outcome:
    """Set a sensor's name, its state, or both (5.2.3)."""
    sensor = sensor_of(client, address)
    change = parse_sensor_change(payload)
    check_name("name", change.name, context)
    if change.name is not None and change.name != sensor.name:
        _check_free(change.name, client)
    name = sensor.name if change.name is None else change.name
    state = sensor.state if change.state is None else int(change.state)
    context.store.save_sensor(client.client_id, Sensor(sensor.sensor_id, name, state))
    sensor.name, sensor.state = name, state
    return Outcome(reply=replies.SENSOR_CHANGED.encode())


def delete_sensor(context: Context, client: Client, address: Address, payload: bytes) -> Outcome:
    """Remove a sensor with its metrics; its id is remembered as deleted (5.2.4)."""
    sensor = sensor_of(client, address)
    expect_object(payload)
    context.store.delete_sensor(client.client_id, sensor.sensor_id)
    del client.sensors[sensor.sensor_id]
    client.deleted.add(sensor.sensor_id)
    return Outcome(reply=replies.SENSOR_DELETED.encode())


def check_room(context: Context, client: Client) -> None:
    """Check that the client may have one more sensor.

    Raises:
        Refusal: Error 19.
    """
    most = context.rules.limits.sensors
    if len(client.sensors) >= most or len(client.deleted) >= most * _REMEMBERED:
        raise Refusal(ErrorCode.OutOfRange, f"A client cannot have more than {most} sensors.")


def _check_free(name: str, client: Client) -> None:
    if any(sensor.name == name for sensor in client.sensors.values()):
        raise Refusal(ErrorCode.SensorNameExistsError, f"Sensor name already exists: {name}")


def _listed(client: Client, sensor: Sensor) -> replies.ListedSensor:
    return replies.ListedSensor(
        sensor.sensor_id,
        sensor.name,
        tuple(
            replies.ListedMetric(
                metric, metric_link(Address(client.client_id, sensor.sensor_id, metric))
            )
            for metric in sensor.metrics
        ),
        sensor.state,
    )
