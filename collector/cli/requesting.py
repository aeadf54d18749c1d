"""Requests to the agent from the shell: through the running collector, or over an own connection.

A running collector already has a connection, and what it asked for and what we ask for cannot be
mixed up there. Without one, the command connects with the same identity.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from collector.cli.calling import call, error_of, is_listening
from collector.client.agent_client import AgentClient
from collector.client.identity import Identity, IdentityDirectory
from collector.clock import Clock, Deadline, SystemClock
from collector.config import AgentTable, load
from collector.errors import (
    AgentUnreachableError,
    IdentityError,
    UsageError,
)
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings
from collector.publishing.inventory.atlas import Atlas
from collector.service.state_dir import Mode, StateDirectory
from collector.wire.ids import is_metric_id, is_sensor_id
from collector.wire.requests import EMPTY
from collector.wire.topics import Operation

_CONNECT_TIMEOUT_S = 10.0


class Requester(Protocol):
    """Makes requests for the client that this collector is."""

    @property
    def identities(self) -> IdentityDirectory:
        """Return where that client's identity lies."""
        ...

    @property
    def atlas(self) -> Atlas:
        """Return the agent's ids for ours; ids that it does not know are taken as they are."""
        ...

    def request(
        self, operation: Operation, body: bytes = EMPTY, *, sensor: str = "", metric: str = ""
    ) -> bytes:
        """Make one request and return the agent's message.

        Args:
            operation: What to ask.
            body: The message; ids in it are the agent's.
            sensor: Our id of a sensor, or the agent's.
            metric: Our id of a metric, or the agent's.

        Raises:
            AgentError: The agent says no.
            AgentUnreachableError: It cannot be asked, or does not answer.
        """
        ...

    def resume(self, sensor: str) -> None:
        """Have a sensor made again whose readings the collector keeps.

        Args:
            sensor: Our id, or the agent's.

        Raises:
            CollectorError: No collector is running, or it keeps nothing of this sensor.
        """
        ...

    def watch(self, sensor: str) -> Iterator[bytes]:
        """Yield each live data message of a sensor, for as long as the connection lasts."""
        ...


@contextmanager
def open_requester(config_path: Path) -> Iterator[Requester]:
    """Open a way to the agent of this configuration.

    Raises:
        ConfigError: The configuration is wrong.
        IdentityError: There is no identity that can be used.
        AgentUnreachableError: No collector runs and the agent cannot be reached.
    """
    config = load(config_path)
    for mode in Mode:
        state = StateDirectory(config.collector.state_dir, mode)
        if is_listening(state.socket):
            identities = IdentityDirectory(state.identity)
            yield SocketRequester(state.socket, identities, _atlas(state, identities.load()))
            return
    state = StateDirectory(config.collector.state_dir, Mode.REAL)
    with _direct(config.agent, state, SystemClock()) as requester:
        yield requester


class SocketRequester:
    """Asks the running collector to ask the agent. See `Requester`."""

    def __init__(self, path: Path, identities: IdentityDirectory, atlas: Atlas) -> None:
        self.identities = identities
        self.atlas = atlas
        self._path = path

    def request(
        self, operation: Operation, body: bytes = EMPTY, *, sensor: str = "", metric: str = ""
    ) -> bytes:
        """See `Requester`."""
        _check_ids(sensor, metric)
        request = {
            "request": operation.value,
            "sensor": self.atlas.agent_sensor(sensor),
            "metric": self.atlas.agent_metric(sensor, metric),
            "body": body.decode("utf-8"),
        }
        return self._call(request)

    def resume(self, sensor: str) -> None:
        """See `Requester`."""
        _check_ids(sensor, "")
        self._call({"request": "resume", "sensor": self.atlas.sensor_of(sensor)})

    def _call(self, request: dict[str, str]) -> bytes:
        for answer in call(self._path, request):
            if answer.get("ok"):
                return str(answer.get("reply", "")).encode()
            raise error_of(answer)
        raise AgentUnreachableError("the running collector hung up without an answer")

    def watch(self, sensor: str) -> Iterator[bytes]:
        """See `Requester`."""
        _check_ids(sensor, "")
        request = {"request": "watch", "sensor": self.atlas.sensor_of(sensor)}
        for line in call(self._path, request, timeout_s=None):
            if "live" not in line:
                raise error_of(line)
            yield str(line["live"]).encode()
        raise AgentUnreachableError("the running collector stopped")


class DirectRequester:
    """Asks the agent over a connection of its own. See `Requester`."""

    def __init__(self, client: AgentClient, identities: IdentityDirectory, atlas: Atlas) -> None:
        self.identities = identities
        self.atlas = atlas
        self._client = client

    def request(
        self, operation: Operation, body: bytes = EMPTY, *, sensor: str = "", metric: str = ""
    ) -> bytes:
        """See `Requester`."""
        _check_ids(sensor, metric)
        agent_metric = self.atlas.agent_metric(sensor, metric)
        return self._client.request(operation, body, self.atlas.agent_sensor(sensor), agent_metric)

    def resume(self, sensor: str) -> None:
        """See `Requester`."""
        raise AgentUnreachableError(
            f"no collector is running that keeps readings of {sensor}; one that starts looks anew"
        )

    def watch(self, sensor: str) -> Iterator[bytes]:
        """See `Requester`."""
        _check_ids(sensor, "")
        return self._client.live_data(self.atlas.agent_sensor(sensor))


@contextmanager
def _direct(agent: AgentTable, state: StateDirectory, clock: Clock) -> Iterator[DirectRequester]:
    identities = IdentityDirectory(state.identity)
    identity = identities.load()
    if identity is None:
        raise IdentityError(
            f"there is no identity in {identities.path}; get one first: collector provision"
        )
    transport = PahoTransport(_settings(agent, identity), clock)
    try:
        transport.connect(Deadline.after(clock, _CONNECT_TIMEOUT_S))
        client = AgentClient(transport, identity.client_id, clock)
        yield DirectRequester(client, identities, _atlas(state, identity))
    finally:
        transport.close()


def _atlas(state: StateDirectory, identity: Identity | None) -> Atlas:
    return Atlas(state.inventory_file, identity.client_id if identity else "")


def _settings(agent: AgentTable, identity: Identity) -> ConnectionSettings:
    return ConnectionSettings(
        host=agent.host,
        port=agent.port,
        ca_file=agent.ca_file,
        certificate_file=identity.certificate_file,
        key_file=identity.key_file,
        server_name=agent.server_name,
        strict=agent.tls_strict,
        protocol=agent.protocol,
    )


def _check_ids(sensor: str, metric: str) -> None:
    for kind, text, fits in (("sensor", sensor, is_sensor_id), ("metric", metric, is_metric_id)):
        if text and not fits(text):
            raise UsageError(
                f"{text!r} is no {kind} id: 1 to 32 letters, digits, '_', '-' or spaces"
            )
