"""What is where at the agent: the agent's ids for ours, kept in the state directory.

By default both are the same, because a push creates what does not exist under the id that it
names. They differ where sensors and metrics are created first (``inventory = "create"``), and after
one was deleted at the agent and had to be made again.
"""

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

FORMAT = 1


@dataclass(slots=True)
class SensorRecord:
    """What is known of one sensor at the agent.

    Attributes:
        agent_id: The agent's id; empty for our own.
        metrics: Our metric id to the agent's, where they differ.
        told: Our metric id to the name and annotation that the agent was told.
        name: The name that the agent was told; empty for none yet.
        state: The state that the agent was told; 0 for none yet.
        created: Metrics that were created with type and unit.
    """

    agent_id: str = ""
    metrics: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""
    state: int = 0
    created: list[str] = field(default_factory=list)


class Atlas:
    """The records of all sensors of one client. Used from the network thread alone.

    Args:
        path: Where they are kept; a damaged or foreign file counts as an empty one.
        client: Records of another client are forgotten.
    """

    def __init__(self, path: Path, client: str) -> None:
        self._path = path
        self._client = client
        self._records = _load(path, client)

    def record(self, sensor: str) -> SensorRecord:
        """Return the record of one of our sensors, to be changed and then saved."""
        return self._records.setdefault(sensor, SensorRecord())

    def agent_sensor(self, sensor: str) -> str:
        """Return the agent's id of a sensor of ours."""
        record = self._records.get(sensor)
        return record.agent_id if record and record.agent_id else sensor

    def agent_metric(self, sensor: str, metric: str) -> str:
        """Return the agent's id of a metric of ours."""
        record = self._records.get(sensor)
        return record.metrics.get(metric, metric) if record else metric

    def sensor_of(self, agent_id: str) -> str:
        """Return our id of a sensor of the agent's; the same where we do not know it."""
        for sensor, record in self._records.items():
            if record.agent_id == agent_id:
                return sensor
        return agent_id

    def metric_of(self, sensor: str, agent_id: str) -> str:
        """Return our id of a metric of the agent's; the same where we do not know it."""
        record = self._records.get(sensor)
        names = record.metrics if record else {}
        return next((metric for metric, known in names.items() if known == agent_id), agent_id)

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
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("w", encoding="utf-8") as file:
                json.dump(body, file, indent=1, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            log.warning("cannot write %s: %s; it holds for this run", self._path, error.strerror)


def _fields(record: SensorRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in SensorRecord.__slots__}


def _load(path: Path, client: str) -> dict[str, SensorRecord]:
    try:
        body = json.loads(path.read_text("utf-8"))
        if body["format"] != FORMAT or body["client"] != client:
            return {}
        return {name: SensorRecord(**fields) for name, fields in body["sensors"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
