"""Conversations with the agent about what it is told of sensors and metrics, each a generator.

A chore yields what it wants to ask and is sent the agent's reply, an `ErrorReply`, or None when
there was no answer. `Inventory` drives one at a time, beside the pushes.
"""

from collections.abc import Callable, Mapping, Sequence

from collector.plugin.source import Metric
from collector.publishing.inventory.asking import (
    Answer,
    Ask,
    Chore,
    asks_for,
    chunks,
    failed,
    listed_sensors,
)
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.verdicts import InventoryAction
from collector.wire.requests import (
    MetricChange,
    SensorChange,
    SensorState,
    update_metrics_payload,
)
from collector.wire.topics import Address, Operation


class Chores:
    """Makes chores for one client.

    Args:
        metrics_of: From a sensor id to its declared metrics by id.
    """

    def __init__(
        self, atlas: Atlas, client: str, metrics_of: Callable[[str], Mapping[str, Metric]]
    ) -> None:
        self._atlas = atlas
        self._client = client
        self._metrics_of = metrics_of

    def tell_state(self, sensor: str, state: SensorState) -> Chore:
        """Tell the agent that a sensor is offline or online.

        Section 5.2.3 makes the state optional and the name not, so the name goes along: the one
        that the sensor has there now, which somebody may have changed.
        """
        record = self._atlas.record(sensor)
        listed = (yield from listed_sensors(self._client)) or ()
        names = {each.sensor_id: each.name for each in listed}
        name = names.get(self._atlas.agent_sensor(sensor)) or record.name or sensor
        change = SensorChange(name, state)
        answer = yield Ask(Operation.UPDATE_SENSOR, self._address(sensor), change.payload())
        is_gone = asks_for(answer, InventoryAction.RECREATE)  # made again by the next push, if any
        if is_gone or not isinstance(answer, bytes):
            failed(f"sensor {sensor}: its state was not taken", answer)
        if is_gone or isinstance(answer, bytes):
            record.name, record.state = name, int(state)
            self._atlas.save()
            return True
        return False

    def annotate(self, sensor: str, metrics: Sequence[str]) -> Chore:
        """Give metrics that exist their names and annotations."""
        record, declared = self._atlas.record(sensor), self._metrics_of(sensor)
        for some in chunks(metrics):
            changes = [
                MetricChange(
                    self._atlas.agent_metric(sensor, metric),
                    declared[metric].title,
                    declared[metric].unit_text,
                )
                for metric in some
            ]
            request = Ask(
                Operation.UPDATE_METRICS, self._address(sensor), update_metrics_payload(changes)
            )
            answer = yield request
            refused = _failed_metrics(answer)
            for metric, change in zip(some, changes, strict=True):
                if refused is not None and change.metric_id not in refused:
                    record.told[metric] = annotation_of(declared[metric])
            if not isinstance(answer, bytes):
                self._atlas.save()
                return failed(f"sensor {sensor}: some metrics could not be named", answer)
        self._atlas.save()
        return True

    def _address(self, sensor: str) -> Address:
        return Address(self._client, self._atlas.agent_sensor(sensor))


def annotation_of(metric: Metric) -> list[str]:
    """Return what the agent is told of a metric: its name and its unit as people write it."""
    return [metric.title, metric.unit_text]


def _failed_metrics(answer: Answer) -> frozenset[str] | None:
    """Return which metrics an update failed for; None when it failed as a whole."""
    if isinstance(answer, bytes):
        return frozenset()
    return frozenset(answer.metrics) if answer is not None and answer.metrics else None
