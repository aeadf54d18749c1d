"""Keeps accepted values: in memory for who asks, on disk against a crash, in the journal."""

from collector.agent.inventory import Client, Sensor
from collector.agent.journal import Journal
from collector.agent.readings import Accepted, holds
from collector.agent.store import Store
from collector.agent.value_log import LoggedPush, ValueLog
from collector.errors import StateError
from collector.wire.errors import Refusal
from collector.wire.requests import parse_push

CHECKPOINT_BYTES = 4 * 1024 * 1024
"""How much the log of values may hold: it is read again at a start in a fraction of a second."""


class Recorder:
    """Takes the values of a push so that they survive a killed process once it has returned.

    Args:
        store: Where the last values lie in the long run.
        log: What came since they were stored there.
        journal: Takes a line per value; None for no journal.
    """

    def __init__(self, store: Store, log: ValueLog, journal: Journal | None) -> None:
        self._store = store
        self._log = log
        self._journal = journal
        self._changed: dict[tuple[str, str], Sensor] = {}

    def record(
        self,
        client: str,
        sensor: Sensor,
        received_ms: int,
        payload: bytes,
        values: list[Accepted],
    ) -> None:
        """Keep the accepted values of a push.

        Raises:
            StateError: The disk does not take them; none of them is kept then.
        """
        if self._log.size_bytes >= CHECKPOINT_BYTES:
            self.checkpoint()
        self._log.append(client, sensor.sensor_id, received_ms, payload)
        if self._journal is not None:
            try:
                self._journal.append(received_ms, client, sensor.sensor_id, values)
            except StateError:
                self._log.take_back()
                raise
        for metric, value, timestamp_ms in values:
            metric.value = value
            metric.timestamp_ms = timestamp_ms
        self._changed[client, sensor.sensor_id] = sensor

    def recover(self, clients: dict[str, Client]) -> None:
        """Bring the last values up to date with what came before the agent was killed.

        Raises:
            StateError: The disk fails.
        """
        for push in self._log.pushes():
            client = clients.get(push.client)
            sensor = client.sensors.get(push.sensor) if client else None
            if sensor is not None:
                _repeat(push, sensor)
                self._changed[push.client, push.sensor] = sensor
        self.checkpoint()

    def checkpoint(self) -> None:
        """Store the last values for good.

        Raises:
            StateError: The disk fails; nothing is forgotten then.
        """
        self._store.save_values(
            (client, sensor, metric)
            for (client, sensor), changed in self._changed.items()
            for metric in changed.metrics.values()
            if metric.value is not None
        )
        self._changed.clear()
        self._log.clear()

    def close(self) -> None:
        """Release the files. Safe to call twice."""
        self._log.close()
        if self._journal is not None:
            self._journal.close()


def _repeat(logged: LoggedPush, sensor: Sensor) -> None:
    try:
        push = parse_push(logged.payload)
    except Refusal:  # it was accepted once, so the disk has damaged it
        return
    common_ms = logged.received_ms if push.timestamp_ms is None else push.timestamp_ms
    for metric_id, value in push.values.items():
        metric = sensor.metrics.get(metric_id)
        if metric is not None and holds(metric.value_type, value):
            metric.value = value
            metric.timestamp_ms = push.own_timestamps_ms.get(metric_id, common_ms)
