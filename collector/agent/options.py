"""How one agent is set up."""

from dataclasses import dataclass, field
from pathlib import Path

PROVISION = "provision"
"""Name of the listener for clients that have no certificate yet (section 4.1, port 18883)."""

MQTT = "mqtt"
"""Name of the listener for clients with a certificate (port 18884)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryLimits:
    """How much one client may put into the agent's memory.

    Attributes:
        sensors: Sensors per client. Ten times as many deleted ids are remembered.
        metrics: Metrics per sensor. Ten times as many deleted ids are remembered.
        name_length: Characters of a name or an annotation.
    """

    sensors: int = 10_000
    metrics: int = 1_000
    name_length: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOptions:
    """The agent's settings.

    Attributes:
        directory: Where the authority and the inventory lie; created when it is not there.
        host: Address or name that both listeners bind to; also named in the server certificate.
        provision_port: Port for signing requests; 0 picks a free one.
        port: Port for clients with a certificate; 0 picks a free one.
        journal: Where every accepted value becomes one JSON line; None writes none.
        faults: TOML file of faults to commit on purpose; None commits none.
        revive_deleted: Create a deleted sensor or metric again when it is pushed to, instead of
            answering error 15 or 16 for ever.
        certificate_days: How long an issued client certificate lasts; a part of a day is one, too.
        enrolments_per_minute: Signing requests taken from one address within a minute.
        limits: How much one client may create.
    """

    directory: Path
    host: str = "127.0.0.1"
    provision_port: int = 18883
    port: int = 18884
    journal: Path | None = None
    faults: Path | None = None
    revive_deleted: bool = False
    certificate_days: float = 365
    enrolments_per_minute: int = 60
    limits: InventoryLimits = field(default_factory=InventoryLimits)
