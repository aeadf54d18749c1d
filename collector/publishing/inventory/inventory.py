"""Keeps the agent's inventory as the configuration wants it, beside the pushes."""

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from collector.clock import Clock
from collector.plugin.source import Metric
from collector.publishing.inventory.asking import Answer, Ask, Chore
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.chores import Chores, annotation_of
from collector.publishing.inventory.deleted import Deleted, OnDeleted
from collector.publishing.inventory.making import Making
from collector.wire.requests import SensorState
from collector.wire.units import MetricValue

RETRY_S = 60.0
"""A chore that failed is not tried again sooner."""

UNDECLARED_S = 60.0
"""So long after the start a sensor that waits to be created is expected to be declared; one that is
not declared has left the configuration, and what it left in the spool is pushed as it is."""


class InventoryMode(StrEnum):
    """The values of ``[agent] inventory``.

    ANNOTATE lets pushes create sensors and metrics under our ids and then names them. CREATE
    creates them first, with types and units, under ids that the agent gives. OFF leaves them alone.
    """

    ANNOTATE = "annotate"
    CREATE = "create"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the agent's inventory is wanted.

    Attributes:
        mode: What is done about names, units and types.
        reports_state: Whether sensors are set offline and online.
        on_deleted: What is done about what was deleted at the agent.
    """

    mode: InventoryMode
    reports_state: bool = True
    on_deleted: OnDeleted = OnDeleted.RECREATE


class Inventory:
    """Tells the publisher where to push, and does one chore at a time.

    Sampling threads call `declare` and `set_state`; everything else is for the network thread.

    Args:
        readdressed: Told a sensor when the agent's ids of it or its metrics have changed.

    Attributes:
        deleted: What was deleted at the agent and is not to be made again yet.
    """

    def __init__(
        self,
        atlas: Atlas,
        client: str,
        wishes: Wishes,
        clock: Clock,
        readdressed: Callable[[str], None],
    ) -> None:
        self._atlas = atlas
        self._mode = wishes.mode
        self._clock = clock
        self._reports_state = wishes.reports_state
        self._readdressed = readdressed
        self._chores = Chores(atlas, client, self._metrics_of)
        self._making = Making(atlas, client, self._metrics_of, self._moved)
        self.deleted = Deleted(wishes.on_deleted)
        self._expected_until_s = clock.monotonic_s() + UNDECLARED_S
        self._lock = threading.Lock()
        self._declared: dict[str, dict[str, Metric]] = {}
        self._states: dict[str, SensorState] = {}
        self._known: dict[str, set[str]] = {}
        self._created: set[str] = set()
        self._has_news = True
        self._look_again_s = 0.0
        self._recreating: deque[tuple[str, Mapping[str, MetricValue]]] = deque()
        self._not_before_s: dict[str, float] = {}
        self._current: tuple[str, Chore] | None = None
        self._next_ask: Ask | None = None

    # -- what sampling tells --------------------------------------------------------------------

    def declare(self, sensor: str, metrics: Sequence[Metric]) -> None:
        """Note the metrics of a sensor, from one of its sources; may grow at any time."""
        with self._lock:
            self._declared.setdefault(sensor, {}).update({metric.id: metric for metric in metrics})
            self._created.discard(sensor)
            self._has_news = True

    def set_state(self, sensor: str, *, is_online: bool) -> None:
        """Note that a sensor went offline or came back."""
        with self._lock:
            self._states[sensor] = SensorState.ONLINE if is_online else SensorState.OFFLINE
            self._has_news = True

    def moved(self) -> dict[str, str]:
        """Return the agent's id of each sensor that was made again there. From any thread."""
        return self._atlas.moved()

    # -- what the publisher asks ----------------------------------------------------------------

    def agent_sensor(self, sensor: str) -> str:
        """See `AddressBook`."""
        return self._atlas.agent_sensor(sensor)

    def sensor_of(self, agent_id: str) -> str:
        """Return our id of a sensor of the agent's; the same where it is none of ours."""
        return self._atlas.sensor_of(agent_id)

    def agent_metric(self, sensor: str, metric: str) -> str:
        """See `AddressBook`."""
        return self._atlas.agent_metric(sensor, metric)

    def metric_of(self, sensor: str, agent_id: str) -> str:
        """See `AddressBook`."""
        return self._atlas.metric_of(sensor, agent_id)

    def is_ready(self, sensor: str) -> bool:
        """See `AddressBook`."""
        if sensor in self.deleted:
            return False
        if any(waiting == sensor for waiting, _ in self._recreating):
            return False
        if self._current is not None and self._current[0] == f"recreate {sensor}":
            return False
        return self._mode is not InventoryMode.CREATE or self._is_created(sensor)

    def is_kept(self, sensor: str) -> bool:
        """See `AddressBook`."""
        return sensor in self.deleted

    def recreate(self, sensor: str, values: Mapping[str, MetricValue]) -> None:
        """See `AddressBook`."""
        if self.deleted.keeps(sensor, values):
            return
        with self._lock:
            self._created.discard(sensor)
        if (sensor, values) not in self._recreating:
            self._recreating.append((sensor, values))

    def confirmed(self, sensor: str, metrics: Collection[str]) -> None:
        """Note metrics that certainly exist at the agent now: a push with them was confirmed."""
        self._known.setdefault(sensor, set()).update(metrics)
        self._has_news = True

    # -- chores ---------------------------------------------------------------------------------

    def next_ask(self) -> Ask | None:
        """Return what to ask the agent now, if anything; then call `answered`."""
        while self._next_ask is None:
            if self._current is None:
                self._current = self._choose()
            if self._current is None:
                return None
            self._advance(None)
        return self._next_ask

    def answered(self, answer: Answer) -> None:
        """Take the agent's answer to the last ask; None when there was none in time."""
        self._next_ask = None
        self._advance(answer)

    def next_due_s(self) -> float | None:
        """Return when something that failed is tried again; None when nothing waits for that."""
        now_s = self._clock.monotonic_s()
        dues = [*self._not_before_s.values()]
        if self._mode is InventoryMode.CREATE:
            dues.append(self._expected_until_s)
        return min((at for at in dues if at > now_s), default=None)

    def disconnected(self) -> None:
        """Give up the conversation; it is started afresh on the next connection."""
        if self._current is not None:
            self._current[1].close()
        self._current = None
        self._next_ask = None

    def _advance(self, answer: Answer) -> None:
        if self._current is None:
            return
        name, chore = self._current
        try:
            self._next_ask = chore.send(answer)
        except StopIteration as end:
            self._current = None
            if not end.value:
                self._not_before_s[name] = self._clock.monotonic_s() + RETRY_S

    def _choose(self) -> tuple[str, Chore] | None:
        for sensor, values in self.deleted.take_resumed():
            self._recreating.append((sensor, values))
        if self._recreating:
            sensor, values = self._recreating.popleft()
            if values:
                return f"recreate {sensor}", self._making.recreate_metrics(sensor, values)
            return f"recreate {sensor}", self._making.recreate_sensor(sensor)
        now_s = self._clock.monotonic_s()
        with self._lock:
            if not self._has_news and now_s < self._look_again_s:
                return None
            self._has_news = False
            sensors, states = list(self._declared), dict(self._states)
        self._look_again_s = now_s + RETRY_S
        for sensor in sensors:
            for name, chore in self._wanted(sensor, states.get(sensor)).items():
                if now_s >= self._not_before_s.get(name, 0.0):
                    self._has_news = True
                    return name, chore()
        return None

    def _wanted(self, sensor: str, state: SensorState | None) -> Mapping[str, Callable[[], Chore]]:
        chores: dict[str, Callable[[], Chore]] = {}
        if self._mode is InventoryMode.CREATE and not self._is_created(sensor):
            chores[f"create {sensor}"] = lambda: self._making.create(sensor)
            return chores
        unnamed = self._unnamed(sensor) if self._mode is InventoryMode.ANNOTATE else []
        if unnamed:
            chores[f"annotate {sensor}"] = lambda: self._chores.annotate(sensor, unnamed)
        if state is not None and self._is_state_news(sensor, state):
            chores[f"state {sensor}"] = lambda: self._chores.tell_state(sensor, state)
        return chores

    def _is_state_news(self, sensor: str, state: SensorState) -> bool:
        record = self._atlas.record(sensor)
        exists = bool(record.agent_id or record.name or self._known.get(sensor))
        told = record.state or SensorState.ONLINE
        return self._reports_state and exists and state != told

    def _unnamed(self, sensor: str) -> list[str]:
        record, known = self._atlas.record(sensor), self._known.get(sensor, ())
        return [
            metric_id
            for metric_id, metric in self._metrics_of(sensor).items()
            if metric_id in known
            and metric_id not in record.created
            and record.told.get(metric_id) != annotation_of(metric)
        ]

    def _is_created(self, sensor: str) -> bool:
        if sensor in self._created:
            return True
        record, wanted = self._atlas.record(sensor), self._metrics_of(sensor)
        with self._lock:
            if sensor not in self._declared:
                return self._clock.monotonic_s() >= self._expected_until_s
        if not record.agent_id or not all(metric in record.created for metric in wanted):
            return False
        with self._lock:
            self._created.add(sensor)
        return True

    def _metrics_of(self, sensor: str) -> Mapping[str, Metric]:
        with self._lock:
            return dict(self._declared.get(sensor, {}))

    def _moved(self, sensor: str) -> None:
        self._known.pop(sensor, None)  # a push has to show what exists under the new ids
        self._has_news = True
        self._readdressed(sensor)
