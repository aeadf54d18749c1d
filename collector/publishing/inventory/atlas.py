"""What is where at the agent: the agent's ids for ours, kept in the state directory.

By default both are the same, because a push creates what does not exist under the id that it
names. They differ where sensors and metrics are created first (``inventory = "create"``), and after
one was deleted at the agent and had to be made again. Which ids it had before is kept as well.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.client.files import write_private
from collector.errors import StateError

log = logging.getLogger(__name__)

FORMAT = 1

MAX_FORMER = 16
"""So many former ids are kept of a sensor; of its metrics ten times as many."""


@dataclass(slots=True)
class SensorRecord:
    """What is known of one sensor at the agent.

    Attributes:
        agent_id: The agent's id; empty for our own.
        metrics: Our metric id to the agent's, where they differ.
        told: Our metric id to the name and annotation that the agent was told.
        name: The name that it has there, as far as known; empty for unknown.
        state: The state that the agent was told; 0 for none yet.
        created: Metrics that were created with type and unit.
        former: The agent's ids that it had before it was deleted there, the oldest first.
        former_metrics: The same of its metrics, each with our id.
    """

    agent_id: str = ""
    metrics: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""
    state: int = 0
    created: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    former_metrics: dict[str, str] = field(default_factory=dict)


class Atlas:
    """The records of all sensors of one client. Used from the network thread alone.

    Args:
        path: Where they are kept; a damaged or foreign file counts as an empty one.
        client: Records of another client are forgotten.
        write: Writes the file; may raise `StateError`.
    """

    def __init__(
        self, path: Path, client: str, write: Callable[[Path, bytes], None] = write_private
    ) -> None:
        self._path = path
        self._client = client
        self._write = write
        self._records = _load(path, client)

    def record(self, sensor: str) -> SensorRecord:
        """Return the record of one of our sensors, to be changed and then saved."""
        return self._records.setdefault(sensor, SensorRecord())

    # -- ids ------------------------------------------------------------------------------------

    def agent_sensor(self, sensor: str) -> str:
        """Return the agent's id of a sensor of ours."""
        record = self._records.get(sensor)
        return record.agent_id if record and record.agent_id else sensor

    def agent_metric(self, sensor: str, metric: str) -> str:
        """Return the agent's id of a metric of ours."""
        record = self._records.get(sensor)
        return record.metrics.get(metric, metric) if record else metric

    def sensor_of(self, agent_id: str) -> str:
        """Return our id of a sensor of the agent's, also by a former id; else the same."""
        former = (s for s, record in self._records.items() if agent_id in record.former)
        return self.owner(agent_id) or next(former, agent_id)

    def metric_of(self, sensor: str, agent_id: str) -> str:
        """Return our id of a metric of the agent's, also by a former id; else the same."""
        record = self._records.get(sensor)
        if record is None:
            return agent_id
        known = {agent: metric for metric, agent in record.metrics.items()}
        return known.get(agent_id) or record.former_metrics.get(agent_id, agent_id)

    def owner(self, agent_id: str) -> str:
        """Return our sensor that has this id at the agent now; empty where none is known to."""
        for sensor, record in self._records.items():
            if record.agent_id == agent_id:
                return sensor
        return ""

    def moved(self) -> dict[str, str]:
        """Return the agent's id of each sensor that was made again, by ours. From any thread."""
        return {s: record.agent_id for s, record in list(self._records.items()) if record.former}

    # -- changes --------------------------------------------------------------------------------

    def move(self, sensor: str, agent_id: str, name: str) -> None:
        """Note under which id a sensor is made, maybe again; nothing is known of it there."""
        record = self.record(sensor)
        self.lose_metrics(sensor, list(record.metrics))
        record.agent_id, record.name, record.state = agent_id, name, 0
        record.told.clear()
        record.created.clear()

    def retire(self, sensor: str, agent_id: str) -> None:
        """Note an id that a sensor had at the agent before it was deleted there."""
        record = self.record(sensor)
        others = [former for former in record.former if former != agent_id]
        record.former = [*others, agent_id][-MAX_FORMER:]

    def note_metric(self, sensor: str, metric: str, agent_id: str) -> None:
        """Note under which id a metric was created with type and unit."""
        record = self.record(sensor)
        record.metrics[metric] = agent_id
        if metric not in record.created:
            record.created.append(metric)

    def lose_metrics(self, sensor: str, metrics: Sequence[str]) -> None:
        """Note that metrics are gone at the agent."""
        record = self.record(sensor)
        for metric in metrics:
            old = record.metrics.pop(metric, metric)
            record.former_metrics.pop(old, None)
            record.former_metrics[old] = metric
            record.told.pop(metric, None)
            if metric in record.created:
                record.created.remove(metric)
        while len(record.former_metrics) > MAX_FORMER * 10:
            del record.former_metrics[next(iter(record.former_metrics))]

    def save(self) -> None:
        """Write the file, whole or not at all.

        A disk that is full or read-only is no reason to stop delivering: it is logged, the records
        hold for this run, and the next change is written again.
        """
        body = {
            "format": FORMAT,
            "client": self._client,
            "sensors": {name: _fields(record) for name, record in self._records.items()},
        }
        try:
            self._write(self._path, _as_written(body))
        except StateError as error:
            log.warning("%s; it holds for this run", error)


def _as_written(body: object) -> bytes:
    return json.dumps(body, indent=1, ensure_ascii=False).encode()


def _fields(record: SensorRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in SensorRecord.__slots__}


def _load(path: Path, client: str) -> dict[str, SensorRecord]:
    try:
        body = json.loads(path.read_text("utf-8"))
        if body["format"] != FORMAT or body["client"] != client:
            return {}
        _as_written(body)  # fails for half of a character, which could never be written again
        return {name: _record(fields) for name, fields in body["sensors"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _record(fields: Mapping[str, Any]) -> SensorRecord:
    """Return a record of what was read.

    Raises:
        TypeError: It is none.
    """
    record, sound = SensorRecord(**fields), SensorRecord()
    for name in SensorRecord.__slots__:
        value = getattr(record, name)
        inside = value.values() if isinstance(value, dict) else value
        is_sound = type(value) is type(getattr(sound, name))
        wanted: type = list if name == "told" else str
        if not is_sound or (name != "state" and not all(isinstance(v, wanted) for v in inside)):
            raise TypeError(f"{name} is {value!r}")
    return record
