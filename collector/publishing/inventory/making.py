"""Conversations that make sensors and metrics at the agent: the first time, and again.

The agent gives the ids, so something that was deleted and is made again has another id there. The
atlas notes which of ours is which of the agent's, and every push is addressed when it is sent.
"""

import logging
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
from collector.publishing.inventory.likeness import definition_of, in_custom_type, like
from collector.publishing.verdicts import InventoryAction
from collector.wire.fields import MalformedReplyError
from collector.wire.replies import (
    ListedSensor,
    parse_metric_description,
    parse_metrics_created,
    parse_sensor_created,
)
from collector.wire.requests import EMPTY, MetricDefinition, Rename, create_metrics_payload
from collector.wire.topics import Address, Operation
from collector.wire.units import MetricValue, detected_type

log = logging.getLogger(__name__)

TRIES = 3
SUFFIXES = ("", "-2", "-3", "-4", "-5")


class Making:
    """Makes such conversations for one client; see `chores`.

    Args:
        metrics_of: From a sensor id to its declared metrics by id.
        readdressed: Told a sensor of ours when the agent's ids of it or its metrics have changed.
    """

    def __init__(
        self,
        atlas: Atlas,
        client: str,
        metrics_of: Callable[[str], Mapping[str, Metric]],
        readdressed: Callable[[str], None],
    ) -> None:
        self._atlas = atlas
        self._client = client
        self._metrics_of = metrics_of
        self._readdressed = readdressed

    def create(self, sensor: str) -> Chore:
        """Create a sensor, or adopt the one of its name, and then its metrics."""
        record = self._atlas.record(sensor)
        if not record.agent_id:
            listed = yield from listed_sensors(self._client)
            made = yield from self._get_sensor(sensor, listed or ())
            if not made:
                return False
        wanted = [metric for metric in self._metrics_of(sensor) if metric not in record.created]
        return (yield from self._make_metrics(sensor, wanted, self._metrics_of(sensor)))

    def recreate_sensor(self, sensor: str) -> Chore:
        """Make a sensor again that was deleted at the agent; it gets a new id there."""
        record, old = self._atlas.record(sensor), self._atlas.agent_sensor(sensor)
        were_created = bool(record.created)
        listed = yield from listed_sensors(self._client)
        if any(each.sensor_id == old for each in listed or ()):
            log.warning("sensor %s: the agent refuses it, and lists it all the same", sensor)
            return True
        made = yield from self._get_sensor(sensor, listed or ())
        if not made:
            return False
        new = self._atlas.agent_sensor(sensor)
        self._atlas.retire(sensor, old)
        self._atlas.save()
        log.warning("sensor %s was deleted at the agent (as %s), and is %s now", sensor, old, new)
        declared = self._metrics_of(sensor) if were_created else {}
        wanted = [metric for metric in declared if metric not in record.created]
        return (yield from self._make_metrics(sensor, wanted, declared))

    def recreate_metrics(self, sensor: str, values: Mapping[str, MetricValue]) -> Chore:
        """Make metrics again that were deleted at the agent; they get new ids there.

        Args:
            sensor: Our id.
            values: Ours of those that may be missing there, each with a value; the list decides.
        """
        listed = yield from listed_sensors(self._client)
        there = _metrics_there(listed or (), self._atlas.agent_sensor(sensor))
        if listed is not None and there is None:
            return (yield from self.recreate_sensor(sensor))
        gone = [m for m in values if self._atlas.agent_metric(sensor, m) not in (there or ())]
        if not gone:
            log.warning("sensor %s: the agent refuses metrics, and lists them all the same", sensor)
            return True
        log.warning("sensor %s: made again at the agent: %s", sensor, ", ".join(gone))
        self._atlas.lose_metrics(sensor, gone)
        undeclared = {m: Metric(id=m, type=detected_type(values[m])) for m in gone}
        metrics = {**undeclared, **self._metrics_of(sensor)}
        return (yield from self._make_metrics(sensor, gone, metrics))

    # -- sensors --------------------------------------------------------------------------------

    def _get_sensor(self, sensor: str, listed: Sequence[ListedSensor]) -> Chore:
        name = self._atlas.record(sensor).name or sensor
        for wanted in dict.fromkeys((name, sensor)):
            found = self._adoptable(sensor, wanted, listed)
            if found is not None:
                return (yield from self._adopt(sensor, found))
        for suffix in SUFFIXES:
            request = Rename(name + suffix).payload()
            answer = yield Ask(Operation.CREATE_SENSOR, Address(self._client), request)
            if isinstance(answer, bytes):
                return self._moved(sensor, answer, name + suffix)
            if not asks_for(answer, InventoryAction.ADOPT):
                return failed(f"sensor {sensor} could not be created", answer)
            listed = (yield from listed_sensors(self._client)) or ()
            found = self._adoptable(sensor, name + suffix, listed)
            if found is not None:
                return (yield from self._adopt(sensor, found))
        return failed(
            f"sensor {sensor} could not be created: {name} and more names are taken", None
        )

    def _adoptable(
        self, sensor: str, name: str, listed: Sequence[ListedSensor]
    ) -> ListedSensor | None:
        """Return the sensor of this name, unless it is known to be another of ours."""
        for each in listed:
            owner = self._atlas.owner(each.sensor_id)
            is_own = self._atlas.agent_sensor(each.sensor_id) == each.sensor_id
            if not owner and is_own and self._metrics_of(each.sensor_id):
                owner = each.sensor_id  # it is pushed to under its own id
            if each.name == name and owner in ("", sensor):
                return each
        return None

    def _adopt(self, sensor: str, found: ListedSensor) -> Chore:
        self._atlas.move(sensor, found.sensor_id, found.name)
        record, ours = self._atlas.record(sensor), self._metrics_of(sensor)
        for metric in found.metrics:
            address = Address(self._client, found.sensor_id, metric.metric_id)
            answer = yield Ask(Operation.DESCRIBE_METRIC, address, EMPTY)
            try:
                described = parse_metric_description(answer) if isinstance(answer, bytes) else None
            except MalformedReplyError:
                described = None
            same = described and like(ours.values(), described, record.created)
            if same:
                self._atlas.note_metric(sensor, same, metric.metric_id)
        self._atlas.save()
        self._readdressed(sensor)
        return True

    def _moved(self, sensor: str, reply: bytes, name: str) -> bool:
        try:
            self._atlas.move(sensor, parse_sensor_created(reply), name)
        except MalformedReplyError as error:
            log.warning("sensor %s could not be created: %s", sensor, error)
            return False
        self._atlas.save()
        self._readdressed(sensor)
        return True

    # -- metrics --------------------------------------------------------------------------------

    def _make_metrics(
        self, sensor: str, wanted: Sequence[str], metrics: Mapping[str, Metric]
    ) -> Chore:
        definitions = {metric: definition_of(metrics[metric]) for metric in wanted}
        answer: Answer = None
        for _ in range(TRIES):
            for some in chunks(list(definitions)):
                payload = create_metrics_payload([definitions[metric] for metric in some])
                answer = yield Ask(Operation.CREATE_METRICS, self._address(sensor), payload)
                if answer is None:
                    return failed(f"sensor {sensor}: no answer to the creation of metrics", None)
                self._note_created(sensor, definitions, answer)
                if asks_for(answer, InventoryAction.AS_CUSTOM_TYPE):
                    log.warning("sensor %s: the agent lacks a unit; told as text", sensor)
                    definitions = {m: in_custom_type(metrics[m]) for m in definitions}
            if not definitions:
                return True
        # The push creates what could not be created here, under our ids and without a unit.
        self._atlas.record(sensor).created.extend(definitions)
        self._atlas.save()
        return failed(f"sensor {sensor}: left to the push: {', '.join(definitions)}", answer)

    def _note_created(
        self, sensor: str, definitions: dict[str, MetricDefinition], answer: Answer
    ) -> None:
        try:
            created = parse_metrics_created(answer) if isinstance(answer, bytes) else {}
        except MalformedReplyError as error:
            log.warning("sensor %s: the ids of its metrics cannot be read: %s", sensor, error)
            return
        for metric, agent_id in created.items():
            if definitions.pop(metric, None) is not None:
                self._atlas.note_metric(sensor, metric, agent_id)
        if created:
            self._atlas.save()
            self._readdressed(sensor)

    def _address(self, sensor: str) -> Address:
        return Address(self._client, self._atlas.agent_sensor(sensor))


def _metrics_there(listed: Sequence[ListedSensor], agent_id: str) -> frozenset[str] | None:
    """Return the ids of a listed sensor's metrics; None where it is not listed."""
    for each in listed:
        if each.sensor_id == agent_id:
            return frozenset(metric.metric_id for metric in each.metrics)
    return None
