"""What the rest of the collector knows of MQTT: one connection, topics, bytes and events.

A transport lives as long as one connection. Whoever wants to connect again makes a new one, so
nothing of a lost connection can be sent into the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from collector.clock import Deadline


@dataclass(frozen=True, slots=True)
class Message:
    """The agent published this to a topic that we subscribed to."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker took one of our messages (PUBACK); what the agent makes of it is another matter.

    Attributes:
        packet_id: As returned by `Transport.publish`.
    """

    packet_id: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is over; the last event of a transport, reported once.

    Attributes:
        reason: One line for people.
        is_goodbye: Whether the other side ended it itself, and properly.
    """

    reason: str
    is_goodbye: bool = False


Event = Message | Acknowledged | Disconnected


class Transport(Protocol):
    """One MQTT connection, used from one thread except for `wake`."""

    def connect(self, deadline: Deadline) -> None:
        """Connect, shake hands and wait for the server's consent (CONNACK). Called once.

        Raises:
            AgentUnreachableError: Nobody answers, or the server refuses; the text names the reason.
            IdentityError: Our key or certificate cannot be used.
        """
        ...

    def subscribe(self, topic_filters: Sequence[str], deadline: Deadline) -> None:
        """Subscribe and wait until the server has granted every filter.

        Raises:
            SubscriptionRefusedError: At least one was refused.
            AgentUnreachableError: Not connected, or no answer in time.
        """
        ...

    def unsubscribe(self, topic_filters: Sequence[str]) -> None:
        """Ask for no more of this; what is on its way may still come.

        Raises:
            AgentUnreachableError: Not connected.
        """
        ...

    def publish(self, topic: str, payload: bytes) -> int:
        """Hand one message to the connection at QoS 1; never kept for a later connection.

        It leaves at the latest with the next `poll`.

        Returns:
            The packet id that an `Acknowledged` will carry. Ids return after 65535 messages.

        Raises:
            AgentUnreachableError: Not connected; the message was not taken.
        """
        ...

    def poll(self, timeout_s: float) -> list[Event]:
        """Send what waits, receive what came, and return what happened, in order.

        Returns:
            As soon as anything has happened, after `wake`, or empty after ``timeout_s`` seconds. A
            lost connection is a `Disconnected`, never an exception.
        """
        ...

    def wake(self) -> None:
        """Make the current or the next `poll` return early. May be called from any thread."""
        ...

    def close(self) -> None:
        """Say goodbye where possible and release the socket; at most 1 s, safe to call twice."""
        ...
