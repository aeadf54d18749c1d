"""What the agent needs of an MQTT broker, so that the broker behind it can be another one.

The agent's own is `collector.agent.listener`; a mosquitto beside it could be a second. All methods
and callbacks run on the event loop's thread.
"""

import ssl
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end of a connection.

    Attributes:
        listener: Name of the listener that it came to.
        address: Host and port, for logs.
        certificate_der: The client certificate, already verified against the listener's authority;
            None where the listener asks for none.
    """

    listener: str
    address: str
    certificate_der: bytes | None = None


class Policy(Protocol):
    """Who may do what on one listener. Asked before any state that others share is touched."""

    def authenticate(self, peer: Peer) -> str | None:
        """Return the client id of this peer ("" for an anonymous one), or None to refuse it."""
        ...

    def may_publish(self, client: str, topic: str) -> bool:
        """Tell whether the client may publish here; also asked for wills and retained messages.

        A yes may be remembered as long as the connection lasts; `Broker.disconnect` takes it back.
        """
        ...

    def may_subscribe(self, client: str, topic_filter: str) -> bool:
        """Tell whether the client may subscribe to this filter, wildcards included."""
        ...


class Service(Protocol):
    """Takes what clients publish."""

    def handle(self, client: str, listener: str, topic: str, payload: bytes) -> bool | None:
        """Take one message. The broker acknowledges it (PUBACK) only after this has returned.

        Returns:
            True to acknowledge it; False to close the sender's connection without an
            acknowledgement; None to keep the connection and never acknowledge the message, a fault
            that is only committed on request. A broker that cannot do that acknowledges it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Listener:
    """One port.

    Attributes:
        port: 0 picks a free one.
    """

    name: str
    host: str
    port: int
    tls: ssl.SSLContext
    policy: Policy


class Broker(Protocol):
    """An MQTT broker as the agent uses it: 3.1, 3.1.1 and 5, QoS 0 to 2."""

    async def start(self, listeners: list[Listener], service: Service) -> dict[str, int]:
        """Listen. Return the port of each listener by name.

        Raises:
            StateError: A port cannot be taken; nothing is listening then.
        """
        ...

    async def stop(self) -> None:
        """Close every connection and listener. Safe to call twice."""
        ...

    def publish(self, listener: str, topic: str, payload: bytes, qos: int = 1) -> None:
        """Deliver a message to the listener's subscribers, at the lower of both QoS."""
        ...

    def is_wanted(self, listener: str, topic: str) -> bool:
        """Tell whether anybody subscribes to a topic now, so that a message can be spared.

        A broker that does not know says yes.
        """
        ...

    def disconnect(self, client: str) -> None:
        """Close every connection of a client now; nothing more of it is taken."""
        ...
