"""Section 5.1: values. The one operation that happens all the time."""

from collector.agent.inventory import Client, Sensor
from collector.agent.operations.context import Context, Outcome, unknown_sensor
from collector.agent.operations.sensors import check_room
from collector.agent.readings import Accepted, Judged, judge
from collector.wire import replies
from collector.wire.ids import is_sensor_id
from collector.wire.requests import parse_push
from collector.wire.topics import Address
from collector.wire.units import MetricValue

_PUSHED = replies.SENSOR_PUSHED.encode()


def push_values(context: Context, client: Client, address: Address, payload: bytes) -> Outcome:
    """Take the values that can be taken, and create what does not exist yet (5.1)."""
    push = parse_push(payload)
    received_ms = context.clock.wall_ms()
    sensor = client.sensors.get(address.sensor) or _new_sensor(context, client, address)
    judged = judge(push, sensor, received_ms, context.rules)
    accepted = judged.accepted
    if accepted:
        if judged.created:
            _create(context, client, sensor, judged)
        context.recorder.record(client.client_id, sensor, received_ms, payload, accepted)
    refusal = judged.refusal()
    return Outcome(
        reply=_PUSHED if refusal is None else None,
        refusal=refusal,
        live=(lambda: _live(accepted)) if accepted else None,
    )


def _new_sensor(context: Context, client: Client, address: Address) -> Sensor:
    is_gone = address.sensor in client.deleted and not context.rules.revive_deleted
    if is_gone or not is_sensor_id(address.sensor):
        raise unknown_sensor(address)
    check_room(context, client)
    return Sensor(address.sensor, address.sensor)


def _create(context: Context, client: Client, sensor: Sensor, judged: Judged) -> None:
    context.store.save_sensor(client.client_id, sensor, judged.created)
    for metric in judged.created:
        sensor.metrics[metric.metric_id] = metric
        sensor.deleted.discard(metric.metric_id)
    client.sensors[sensor.sensor_id] = sensor
    client.deleted.discard(sensor.sensor_id)


def _live(accepted: list[Accepted]) -> list[bytes]:
    by_time: dict[int, dict[str, MetricValue]] = {}
    for metric, value, timestamp_ms in accepted:
        by_time.setdefault(timestamp_ms, {})[metric.metric_id] = value
    return [
        replies.live_data_payload(replies.LiveData(values, timestamp_ms))
        for timestamp_ms, values in by_time.items()
    ]
