"""What a connection needs to know."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """Where the agent is, whom we trust, and who we are.

    Attributes:
        host: Name or address of the agent.
        ca_file: The only authority whose server certificates are accepted, PEM.
        certificate_file: Our certificate, PEM; None where the port asks for none.
        key_file: Our private key, PEM, readable by its owner alone.
        server_name: The name that the server's certificate has to carry, if not ``host``.
        strict: Check the chain as RFC 5280 demands; some agents' certificates do not stand that.
        protocol: The MQTT version, "3.1.1" or "3.1".
        keepalive_s: After this much silence each side asks whether the other is still there.
    """

    host: str
    port: int
    ca_file: Path
    certificate_file: Path | None = None
    key_file: Path | None = None
    server_name: str | None = None
    strict: bool = False
    protocol: str = "3.1.1"
    keepalive_s: int = 15

    @property
    def place(self) -> str:
        """Return host and port as people write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
