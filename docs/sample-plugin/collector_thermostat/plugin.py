"""The kind ``thermostat``: answers a question mark over TCP with one line."""

import socket
from collections.abc import Sequence
from importlib import resources

from collector import (
    Deadline,
    Metric,
    Reading,
    Resources,
    Source,
    SourceContext,
    SourceKind,
    SourceUnavailableError,
    ValueType,
    ValueUnit,
    hookimpl,
)
from collector_thermostat.decode import decode
from collector_thermostat.settings import ThermostatSettings
from collector_thermostat.simulator import ThermostatSimulator

METRICS = (
    Metric(id="temperature", name="Room temperature", unit=ValueUnit.CELSIUS),
    Metric(id="humidity", unit=ValueUnit.PERCENT),
    Metric(id="heating", type=ValueType.BOOL),
)


class Thermostat(Source):
    def __init__(self, settings: ThermostatSettings, context: SourceContext) -> None:
        self._address = (settings.host, settings.port)
        self._socket: socket.socket | None = None

    @property
    def metrics(self) -> Sequence[Metric]:
        return METRICS

    @property
    def link(self) -> str:
        return "tcp://{}:{}".format(*self._address)  # it serves one connection at a time

    @property
    def resources(self) -> Resources:
        return Resources(hosts=[self._address[0]])

    def open(self) -> None:
        try:
            self._socket = socket.create_connection(self._address, timeout=5)
        except OSError as error:
            raise SourceUnavailableError(f"no thermostat at {self.link}: {error}") from error

    def read(self, group: str, deadline: Deadline) -> list[Reading]:
        try:
            return [Reading(values=decode(self._ask(deadline)))]
        except (OSError, ValueError) as error:
            raise SourceUnavailableError(f"{self.link}: {error}") from error

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, deadline: Deadline) -> bytes:
        if self._socket is None:
            raise ConnectionError("not connected")
        self._socket.settimeout(deadline.remaining_s())
        self._socket.sendall(b"?\n")
        with self._socket.makefile("rb") as lines:
            return lines.readline(80)


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [
        SourceKind(
            name="thermostat",
            settings=ThermostatSettings,
            create=Thermostat,
            simulate=ThermostatSimulator,
            example=resources.files(__package__).joinpath("example.toml").read_text("utf-8"),
        )
    ]
