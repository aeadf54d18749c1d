"""The inventory on disk: SQLite, one transaction per change, written before the change is answered.

What was committed survives a killed process, and a power cut but for the last moments.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from collector.agent.inventory import Client, Metric, Sensor
from collector.errors import StateError
from collector.wire.units import ValueType, ValueUnit

FILE = "agent.db"

_VERSION = 1
_PATIENCE_S = 0.5  # somebody may look into the file; nothing else happens while this waits
_SCHEMA = """
CREATE TABLE client (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sensor (
  client TEXT, id TEXT, name TEXT NOT NULL, state INTEGER, PRIMARY KEY (client, id)
) WITHOUT ROWID;
CREATE TABLE metric (
  client TEXT, sensor TEXT, id TEXT, name TEXT NOT NULL, type TEXT NOT NULL, unit TEXT,
  annotation TEXT NOT NULL, value TEXT, timestamp_ms INTEGER NOT NULL,
  PRIMARY KEY (client, sensor, id)
) WITHOUT ROWID;
CREATE TABLE deleted_sensor (client TEXT, id TEXT, PRIMARY KEY (client, id)) WITHOUT ROWID;
CREATE TABLE deleted_metric (
  client TEXT, sensor TEXT, id TEXT, PRIMARY KEY (client, sensor, id)
) WITHOUT ROWID;
"""
_TABLES_OF_A_CLIENT = ("sensor", "metric", "deleted_sensor", "deleted_metric")


class Store:
    """Every method is one transaction; use it from the thread that made it.

    Every method raises `StateError` when the disk is full or the file damaged; nothing of the
    change is kept then.

    Args:
        directory: Where the file lies; it is created when it is not there.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        with self._wrapped():
            self._path.touch(0o600)
            self._database = sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            self._prepare()
        except StateError:
            self.close()
            raise

    def _prepare(self) -> None:
        with self._wrapped():
            # A commit is one write(2) then, which a killed process cannot undo.
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._migrate()

    def close(self) -> None:
        """Release the file. Safe to call twice."""
        self._database.close()

    def load(self) -> dict[str, Client]:
        """Return all that is stored, by client id."""
        with self._wrapped():
            rows = self._database.execute("SELECT id, name FROM client")
            clients = {client: Client(client, name) for client, name in rows}
            self._load_sensors(clients)
            self._load_metrics(clients)
            self._load_deleted(clients)
        return clients

    def save_client(self, client: str, name: str) -> None:
        """Store a new client, or the new name of one."""
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO client VALUES (?, ?)", (client, name))

    def delete_client(self, client: str) -> None:
        """Remove a client with all that belongs to it.

        It needs no list of the deleted: an id that is not here is let in nowhere, and none is given
        twice.
        """
        with self._transaction() as database:
            database.execute("DELETE FROM client WHERE id = ?", (client,))
            for table in _TABLES_OF_A_CLIENT:
                database.execute(f"DELETE FROM {table} WHERE client = ?", (client,))  # noqa: S608 - a constant

    def save_sensor(self, client: str, sensor: Sensor, metrics: Sequence[Metric] = ()) -> None:
        """Store a sensor's name and state, new or changed, and these of its metrics."""
        identity = (client, sensor.sensor_id)
        with self._transaction() as database:
            database.execute("DELETE FROM deleted_sensor WHERE (client, id) = (?, ?)", identity)
            database.execute(
                "INSERT OR REPLACE INTO sensor VALUES (?, ?, ?, ?)",
                (*identity, sensor.name, sensor.state),
            )
            database.executemany(
                "DELETE FROM deleted_metric WHERE (client, sensor, id) = (?, ?, ?)",
                [(*identity, metric.metric_id) for metric in metrics],
            )
            database.executemany(
                "INSERT OR REPLACE INTO metric VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(*identity, metric) for metric in metrics],
            )

    def delete_sensor(self, client: str, sensor: str) -> None:
        """Remove a sensor with its metrics, and remember its id."""
        with self._transaction() as database:
            identity = (client, sensor)
            database.execute("DELETE FROM sensor WHERE (client, id) = (?, ?)", identity)
            database.execute("DELETE FROM metric WHERE (client, sensor) = (?, ?)", identity)
            database.execute("DELETE FROM deleted_metric WHERE (client, sensor) = (?, ?)", identity)
            database.execute("INSERT OR REPLACE INTO deleted_sensor VALUES (?, ?)", identity)

    def delete_metrics(self, client: str, sensor: str, metrics: Iterable[str]) -> None:
        """Remove metrics, and remember their ids."""
        rows = [(client, sensor, metric) for metric in metrics]
        with self._transaction() as database:
            database.executemany("DELETE FROM metric WHERE (client, sensor, id) = (?, ?, ?)", rows)
            database.executemany("INSERT OR REPLACE INTO deleted_metric VALUES (?, ?, ?)", rows)

    def save_values(self, values: Iterable[tuple[str, str, Metric]]) -> None:
        """Store the last values of metrics, each after its client and sensor."""
        with self._transaction() as database:
            database.executemany(
                "UPDATE metric SET value = ?, timestamp_ms = ?"
                " WHERE (client, sensor, id) = (?, ?, ?)",
                [
                    (
                        json.dumps(metric.value),
                        metric.timestamp_ms,
                        client,
                        sensor,
                        metric.metric_id,
                    )
                    for client, sensor, metric in values
                ],
            )

    def _load_sensors(self, clients: dict[str, Client]) -> None:
        for client, sensor, name, state in self._database.execute("SELECT * FROM sensor"):
            clients[client].sensors[sensor] = Sensor(sensor, name, state)

    def _load_metrics(self, clients: dict[str, Client]) -> None:
        for client, sensor, *fields in self._database.execute("SELECT * FROM metric"):
            metric, name, value_type, unit, annotation, value, timestamp_ms = fields
            clients[client].sensors[sensor].metrics[metric] = Metric(
                metric,
                name,
                ValueType(value_type),
                None if unit is None else ValueUnit(unit),
                annotation,
                None if value is None else json.loads(value),
                timestamp_ms,
            )

    def _load_deleted(self, clients: dict[str, Client]) -> None:
        for client, sensor in self._database.execute("SELECT * FROM deleted_sensor"):
            clients[client].deleted.add(sensor)
        for client, sensor, metric in self._database.execute("SELECT * FROM deleted_metric"):
            clients[client].sensors[sensor].deleted.add(metric)

    def _migrate(self) -> None:
        version = self._database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._database.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        elif version != _VERSION:
            raise StateError(f"{self._path}: was written by a newer agent; update this one")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._wrapped():
            self._database.execute("BEGIN IMMEDIATE")
            with self._database:
                yield self._database

    @contextmanager
    def _wrapped(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, KeyError, ValueError) as error:
            raise StateError(f"{self._path}: cannot be used: {error}") from error


def _row(client: str, sensor: str, metric: Metric) -> tuple[object, ...]:
    return (
        client,
        sensor,
        metric.metric_id,
        metric.name,
        str(metric.value_type),
        None if metric.value_unit is None else str(metric.value_unit),
        metric.annotation,
        None if metric.value is None else json.dumps(metric.value),
        metric.timestamp_ms,
    )
