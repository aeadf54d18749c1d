"""Conversations with the agent about sensors and metrics, each a generator.

A chore yields what it wants to ask and is sent the agent's reply, an `ErrorReply`, or None when
there was no answer. `collector.publishing.inventory` drives one at a time, beside the pushes.
"""

import logging
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.plugin.source import Metric
from collector.publishing.atlas import Atlas
from collector.publishing.verdicts import InventoryAction, inventory_action
from collector.wire.errors import code_name
from collector.wire.replies import (
    ErrorReply,
    ListedSensor,
    MalformedReplyError,
    parse_metrics_created,
    parse_sensor_created,
    parse_sensor_list,
)
from collector.wire.requests import (
    EMPTY,
    MetricChange,
    MetricDefinition,
    Rename,
    SensorChange,
    SensorState,
    create_metrics_payload,
    update_metrics_payload,
)
from collector.wire.topics import Address, Operation

log = logging.getLogger(__name__)

TRIES = 3
METRICS_PER_MESSAGE = 100


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that a chore wants made."""

    operation: Operation
    address: Address
    payload: bytes


Answer = bytes | ErrorReply | None
Chore = Generator[Ask, Answer, bool]
"""Returns true when it got what it wanted."""


class Chores:
    """Makes chores for one client.

    Args:
        metrics_of: From a sensor id to its declared metrics by id.
        readdressed: Called when the agent's ids have changed.
    """

    def __init__(
        self,
        atlas: Atlas,
        client: str,
        metrics_of: Callable[[str], Mapping[str, Metric]],
        readdressed: Callable[[], None],
    ) -> None:
        self._atlas = atlas
        self._client = client
        self._metrics_of = metrics_of
        self._readdressed = readdressed

    def tell_state(self, sensor: str, state: SensorState) -> Chore:
        """Tell the agent that a sensor is offline or online.

        Section 5.2.3 makes the state optional and the name not, so the name goes along: the one
        that the sensor has there now, which somebody may have changed.
        """
        record = self._atlas.record(sensor)
        listed = yield from self._listed()
        names = {each.sensor_id: each.name for each in listed}
        name = names.get(self._atlas.agent_sensor(sensor)) or record.name or sensor
        change = SensorChange(name, state)
        answer = yield Ask(Operation.UPDATE_SENSOR, self._address(sensor), change.payload())
        if not isinstance(answer, bytes):
            return _failed(f"sensor {sensor}: its state was not taken", answer)
        record.name, record.state = name, int(state)
        self._atlas.save()
        return True

    def annotate(self, sensor: str, metrics: Sequence[str]) -> Chore:
        """Give metrics that exist their names and annotations."""
        record, declared = self._atlas.record(sensor), self._metrics_of(sensor)
        for some in _chunks(metrics):
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
            failed = _failed_metrics(answer)
            for metric, change in zip(some, changes, strict=True):
                if failed is not None and change.metric_id not in failed:
                    record.told[metric] = annotation_of(declared[metric])
            if not isinstance(answer, bytes):
                self._atlas.save()
                return _failed(f"sensor {sensor}: some metrics could not be named", answer)
        self._atlas.save()
        return True

    def create(self, sensor: str) -> Chore:
        """Create a sensor, or adopt the one of its name, and then its metrics."""
        record = self._atlas.record(sensor)
        if not record.agent_id:
            made = yield from self._make_sensor(sensor, adopt=True)
            if not made:
                return False
        wanted = [metric for metric in self._metrics_of(sensor) if metric not in record.created]
        return (yield from self._make_metrics(sensor, wanted))

    def recreate_sensor(self, sensor: str) -> Chore:
        """Make a sensor again that was deleted at the agent; it gets a new id there."""
        record = self._atlas.record(sensor)
        had_created = bool(record.created)
        old = self._atlas.agent_sensor(sensor)
        made = yield from self._make_sensor(sensor, adopt=False)
        if not made:
            return False
        log.warning(
            "sensor %s was deleted at the agent (as %s); made again as %s",
            sensor, old, record.agent_id,
        )  # fmt: skip
        wanted = list(self._metrics_of(sensor)) if had_created else []
        return (yield from self._make_metrics(sensor, wanted))

    def recreate_metrics(self, sensor: str, agent_ids: Sequence[str]) -> Chore:
        """Make metrics again that were deleted at the agent; they get new ids there."""
        metrics = [self._atlas.metric_of(sensor, agent_id) for agent_id in agent_ids]
        declared = self._metrics_of(sensor)
        log.warning("sensor %s: made again at the agent: %s", sensor, ", ".join(metrics))
        return (yield from self._make_metrics(sensor, [m for m in metrics if m in declared]))

    # -- steps ----------------------------------------------------------------------------------

    def _make_sensor(self, sensor: str, *, adopt: bool) -> Chore:
        record = self._atlas.record(sensor)
        if adopt:
            listed = yield from self._listed()
            found = [each.sensor_id for each in listed if each.name == sensor]
            if found:
                return self._move(sensor, found[0], sensor)
        for suffix in ("", "-2", "-3", "-4"):
            name = sensor + suffix
            answer = yield Ask(
                Operation.CREATE_SENSOR, Address(self._client), Rename(name).payload()
            )
            if isinstance(answer, bytes):
                return self._moved(sensor, answer, name)
            if answer is None or inventory_action(answer.code) is not InventoryAction.ADOPT:
                return _failed(f"sensor {sensor} could not be created", answer)
        record.name = ""
        return False

    def _listed(self) -> Generator[Ask, Answer, Sequence[ListedSensor]]:
        answer = yield Ask(Operation.LIST_SENSORS, Address(self._client), EMPTY)
        try:
            return parse_sensor_list(answer) if isinstance(answer, bytes) else ()
        except MalformedReplyError:
            return ()

    def _moved(self, sensor: str, reply: bytes, name: str) -> bool:
        try:
            return self._move(sensor, parse_sensor_created(reply), name)
        except MalformedReplyError as error:
            log.warning("sensor %s could not be created: %s", sensor, error)
            return False

    def _move(self, sensor: str, agent_id: str, name: str) -> bool:
        record = self._atlas.record(sensor)
        record.agent_id, record.name, record.state = agent_id, name, 0
        record.metrics.clear()
        record.told.clear()
        record.created.clear()
        self._atlas.save()
        self._readdressed()
        return True

    def _make_metrics(self, sensor: str, metrics: Sequence[str]) -> Chore:
        declared = self._metrics_of(sensor)
        definitions = {metric: definition_of(declared[metric]) for metric in metrics}
        for _ in range(TRIES):
            left = [metric for metric in metrics if metric in definitions]
            for some in _chunks(left):
                answer = yield Ask(
                    Operation.CREATE_METRICS,
                    self._address(sensor),
                    create_metrics_payload([definitions[metric] for metric in some]),
                )
                self._note_created(sensor, definitions, answer)
            if not definitions:
                return True
        # The push creates what could not be created here, under our ids and without a unit.
        self._atlas.record(sensor).created.extend(definitions)
        self._atlas.save()
        return _failed(f"sensor {sensor}: left to the push: {', '.join(definitions)}", None)

    def _note_created(
        self, sensor: str, definitions: dict[str, MetricDefinition], answer: Answer
    ) -> None:
        if isinstance(answer, ErrorReply):
            if inventory_action(answer.code) is InventoryAction.AS_CUSTOM_TYPE:
                for metric in list(definitions):
                    definitions[metric] = as_custom_type(self._metrics_of(sensor)[metric])
            return
        record = self._atlas.record(sensor)
        try:
            created = {} if answer is None else parse_metrics_created(answer)
        except MalformedReplyError:
            created = {}
        for metric, agent_id in created.items():
            if definitions.pop(metric, None) is not None:
                record.metrics[metric] = agent_id
                record.created.append(metric)
        if created:
            self._atlas.save()
            self._readdressed()

    def _address(self, sensor: str) -> Address:
        return Address(self._client, self._atlas.agent_sensor(sensor))


def annotation_of(metric: Metric) -> list[str]:
    """Return what the agent is told of a metric: its name and its unit as people write it."""
    return [metric.title, metric.unit_text]


def definition_of(metric: Metric) -> MetricDefinition:
    """Return how a metric is created; our id is the matching id."""
    if metric.unit is not None:
        return MetricDefinition(metric.id, metric.title, value_unit=metric.unit)
    return as_custom_type(metric)


def as_custom_type(metric: Metric) -> MetricDefinition:
    """Return how a metric is created at an agent that does not know its unit."""
    return MetricDefinition(
        metric.id, metric.title, value_type=metric.type, value_annotation=metric.unit_text
    )


def _chunks(metrics: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(metrics), METRICS_PER_MESSAGE):
        yield metrics[start : start + METRICS_PER_MESSAGE]


def _failed_metrics(answer: Answer) -> frozenset[str] | None:
    """Return which metrics an update failed for; None when it failed as a whole."""
    if isinstance(answer, bytes):
        return frozenset()
    return frozenset(answer.metrics) if answer is not None and answer.metrics else None


def _failed(what: str, answer: Answer) -> bool:
    if isinstance(answer, ErrorReply):
        log.warning(
            "%s: error %d %s: %s", what, answer.code, code_name(answer.code), answer.message
        )
    else:
        log.warning("%s", what)
    return False
