"""What the status page is told by the configuration."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """Where to listen, and whom to answer.

    Attributes:
        host: An address of this machine, or a name that leads to one.
        port: The port; 0 for any that is free.
        token: What every visitor has to know; empty where the page is open to all who reach it.
        names: Names of hosts, beside addresses and this machine's own, under which the page is
            visited: those of a reverse proxy, say.
        max_connections: How many visitors are served at a time; each open page is one.
    """

    host: str
    port: int
    token: str = field(default="", repr=False)
    names: tuple[str, ...] = ()
    max_connections: int = 32
