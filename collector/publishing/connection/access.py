"""What the network thread asks of its surroundings: who we are, and ways to the agent."""

from typing import Protocol, TypeVar

from collector.errors import CollectorError
from collector.mqtt.transport import Transport
from collector.publishing.connection.exchange import Exchange


class Identity(Protocol):
    """Who we are at the agent."""

    @property
    def client_id(self) -> str:
        """The id that the agent gave us."""
        ...

    @property
    def not_before_ms(self) -> int:
        """When our certificate becomes valid, in milliseconds since the epoch."""
        ...


IdentityT = TypeVar("IdentityT", bound=Identity)


class Access(Protocol[IdentityT]):
    """How to get to the agent. Called from the network thread alone."""

    @property
    def place(self) -> str:
        """Where the agent is, for people."""
        ...

    def identity(self) -> IdentityT:
        """Return who we are, getting an identity first if need be; may block for a while.

        Raises:
            IdentityError: There is none and there will be none without a human.
            CollectorError: Not now.
        """
        ...

    def accepted(self, identity: IdentityT) -> None:
        """Note that the agent answers on a connection of this identity."""
        ...

    def rejected(self, identity: IdentityT, error: CollectorError) -> bool:
        """Note that no connection of this identity came about, or that it was lost.

        Returns:
            Whether it was only on trial, so that `identity` returns another one now.
        """
        ...

    def hold(self, *, is_held: bool) -> None:
        """Have no readings taken from the buffer for a while, or have them taken again."""
        ...

    def transport(self, identity: IdentityT) -> Transport:
        """Return a transport for one connection, not yet connected."""
        ...

    def exchange(self, identity: IdentityT) -> Exchange:
        """Return what talks over the connections of this identity; called once per client id."""
        ...
