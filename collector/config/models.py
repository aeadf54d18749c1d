"""The tables of the configuration file, as frozen models: one field per key."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from collector.config import defaults
from collector.plugin.settings import ByteSize, ConfigModel, Duration, SensorId, seconds
from collector.wire.ids import is_client_name


def _client_name(value: str) -> str:
    if not is_client_name(value):
        raise ValueError(f"{value!r} is no client name: use letters, digits and . * - , @ ' _")
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
ClientName = Annotated[str, AfterValidator(_client_name)]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,252})$")]
SourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")]
Timestamp = Literal["read", "tick", "device"]
Isolation = Literal["thread", "process"]


class CollectorTable(ConfigModel):
    """``[collector]``: this collector itself."""

    state_dir: Path = Field(default_factory=lambda: defaults.state_dir(os.environ))
    """Where identity, inventory and buffers are kept. Relative to the configuration file."""


class AgentTable(ConfigModel):
    """``[agent]``: the IoT agent that gets the readings."""

    host: str = Field(default="localhost", min_length=1)
    """The host that the agent listens on."""

    port: Port = 18884
    """The agent's port for clients with a certificate."""

    provision_port: Port = 18883
    """The agent's port for getting a certificate."""

    ca_file: Path = defaults.VENDOR_CA_FILE
    """The certificate of the authority that the agent's and the client's certificates lead to."""

    server_name: str | None = Field(default=None, min_length=1)
    """The name that the agent's certificate has to carry, where that is not ``host``."""

    tls_strict: bool = True
    """Whether certificates must follow RFC 5280 to the letter; false for old agents."""

    protocol: Literal["3.1.1", "3.1"] = "3.1.1"
    """The version of MQTT."""

    client_name: ClientName = Field(default_factory=defaults.client_name)
    """The name that this client shows at the agent; by default the host name."""

    key: Literal["rsa-2048", "ec-p256"] = "rsa-2048"
    """The kind of key that provisioning makes."""

    provision: Literal["auto", "never"] = "auto"
    """Whether ``run`` gets a certificate by itself, when there is none or the old one expires."""

    renew_before: Duration = Field(default="30d", gt=0)  # type: ignore[assignment] # validated
    """How long before it expires a certificate is renewed; at most a third of what it lasts."""

    inventory: Literal["annotate", "create", "off"] = "annotate"
    """Set names and units after the first push, create everything before it, or leave it be."""

    on_deleted: Literal["recreate", "stop"] = "recreate"
    """Make what was deleted at the agent again, or keep its readings until somebody says so."""

    sensor_state: bool = True
    """Whether a sensor that stopped answering is set offline at the agent."""


class RingTable(ConfigModel):
    """``[ring]``: the memory that holds readings until the agent has confirmed them."""

    max_readings: int = Field(default=10_000, ge=1)
    """How many readings are held at most."""

    max_bytes: ByteSize = Field(default="16MiB", ge=1024)  # type: ignore[assignment] # validated
    """How much memory they take at most."""


def _sync_seconds(value: Any) -> Any:  # noqa: ANN401 - runs before any type is known
    """Turn ``"every"`` into 0, and a duration into seconds."""
    try:
        return 0.0 if value == "every" else seconds(value)
    except ValueError:
        raise ValueError(f'{value!r} is neither "every" nor a duration such as "5s"') from None


SyncTime = Annotated[
    float,
    BeforeValidator(_sync_seconds),
    WithJsonSchema({"type": "string", "examples": ["5s", "1s", "every"]}),
]
"""Seconds, written with a unit, or ``"every"``."""


class SpoolTable(ConfigModel):
    """``[spool]``: the disk that holds readings until the agent has confirmed them."""

    mode: Literal["always", "outage", "off"] = "always"
    """Write all that is unconfirmed, only what stays so for a while, or nothing."""

    max_bytes: ByteSize = Field(default="256MiB", ge=64 * 1024)  # type: ignore[assignment] # validated
    """How much it takes at most; less where that is more than a tenth of the free space."""

    sync: SyncTime = Field(default="5s", ge=0)  # type: ignore[assignment] # validated
    """How long readings may be unconfirmed until they survive a power cut; ``every`` batch does."""

    max_age: Duration | None = Field(default=None, gt=0)
    """How old readings may become before they are dropped; by default they never are."""

    directory: Path | None = None
    """Where it lies; by default ``spool`` in the state directory."""


class DeliveryTable(ConfigModel):
    """``[delivery]``: when readings are sent, and when they count as delivered."""

    ack: Literal["auto", "reply", "strict", "puback"] = "auto"
    """Which answer confirms a push."""

    hold_for_clock: Duration = Field(default="10min", ge=0)  # type: ignore[assignment] # validated
    """How long readings wait at most for a clock that cannot be right; 0 for not at all."""

    live_first: bool = False
    """Whether live readings go ahead of a backlog, in up to 30 % of what is sent."""

    replay_rate: float | None = Field(default=None, gt=0)
    """How many readings per second of a backlog are sent at most; by default as fast as it goes."""


class FiguresTable(ConfigModel):
    """``[figures]``: what the collector tells of itself, as a sensor of its own."""

    enabled: bool = True
    """Whether it does."""

    sensor: SensorId = "collector"
    """The sensor at the agent that gets them; no source may have it, nor its name."""

    interval: Duration = Field(default="60s", ge=1)  # type: ignore[assignment] # validated
    """How often; the first come so long after the start."""


class WebTable(ConfigModel):
    """``[web]``: the status page and the metrics, for people and scrapers."""

    enabled: bool = False
    """Whether they are served."""

    host: str = Field(default="127.0.0.1", min_length=1)
    """The address to listen on; one that others can reach needs a token."""

    port: Port = 18885
    """The port to listen on."""

    token_file: Path | None = None
    """A file that holds what every visitor has to know; needed where ``host`` is not loopback."""

    names: tuple[HostName, ...] = ()
    """Names, beside addresses and this machine's own, under which the page is visited."""

    max_connections: int = Field(default=32, ge=4, le=256)
    """How many visitors are served at a time; each open page is one."""


class LogTable(ConfigModel):
    """``[log]``: what the collector says on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important messages that are shown."""

    format: Literal["auto", "plain", "journal", "json"] = "auto"
    """``auto`` writes for journald where the output goes there, else for people."""


class SourceKeys(ConfigModel):
    """The keys that every ``[[source]]`` has, whatever its kind."""

    plugin: str = Field(min_length=1)
    """The kind of source; ``collector plugins list`` shows those installed."""

    sensor: SensorId
    """The sensor at the agent that gets the readings."""

    name: SourceName | None = None
    """The source's name in logs and status; by default that of its sensor."""

    interval: Duration = Field(default="10s", ge=0)  # type: ignore[assignment] # validated
    """How often to read; 0 for a source that talks by itself."""

    offset: Duration = Field(default="0s", ge=0)  # type: ignore[assignment] # validated
    """How long after the grid's instants to read."""

    jitter: Duration = Field(default="0s", ge=0)  # type: ignore[assignment] # validated
    """Up to how much later to read, at random, so that many machines do not act at once."""

    align: bool = True
    """Whether ticks lie on round instants of the wall clock."""

    timeout: Duration | None = Field(default=None, gt=0)
    """How long a read may take; by default the interval, at most 30 s."""

    timestamp: Timestamp = "read"
    """The end of the read, the scheduled instant, or the time in the device's telegram."""

    isolation: Isolation | None = None
    """Where its code runs: by default a process of its own, but a thread for bundled plugins."""

    transform: tuple[dict[str, Any], ...] = ()
    """What is done to its values before they are sent, as ``[[source.transform]]`` tables."""
