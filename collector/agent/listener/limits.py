"""How much the listener takes before it refuses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds that keep the listener alive whatever comes; what is over one of them is cut off.

    Attributes:
        handshake_s: From the TCP connection to the end of the TLS handshake.
        connect_s: From there to a whole CONNECT.
        idle_s: Silence of a client that asked for no keepalive.
        linger_s: How long a closed connection may take to hang up from its side.
        connections: At a time, over all listeners; fewer when the process may open fewer files.
        connections_per_address: The same from one address.
        pending: Connections of all that have not sent a CONNECT yet.
        pending_per_address: The same from one address.
        connect_bytes: Length of a CONNECT, its will included.
        client_id_length: Characters of an MQTT client identifier.
        payload_bytes: Length of a published payload.
        topic_bytes: Length of a topic or topic filter.
        topic_levels: Levels of a topic or topic filter.
        subscriptions: Topic filters of one session.
        window: Messages on their way to one client that it has not acknowledged.
        received_window: QoS 2 messages of one client that it has not released.
        queue_messages: Messages that wait for one connected client. Of QoS 0 it misses what is
            more; for QoS 1 and 2 it is cut off.
        queue_bytes: The same in bytes of topics and payloads. A single message may be longer.
        sessions: Sessions kept for absent clients; the one absent longest goes first.
        sessions_per_client: The same for one client, who loses its own first.
        absent_messages: Messages kept for one absent session; the oldest go first.
        absent_bytes: The same in bytes.
    """

    handshake_s: float = 10.0
    connect_s: float = 5.0
    idle_s: float = 600.0
    linger_s: float = 1.0
    connections: int = 900
    connections_per_address: int = 600
    pending: int = 300
    pending_per_address: int = 200
    connect_bytes: int = 16 * 1024
    client_id_length: int = 256
    payload_bytes: int = 256 * 1024
    topic_bytes: int = 1024
    topic_levels: int = 32
    subscriptions: int = 200
    window: int = 100
    received_window: int = 1000
    queue_messages: int = 10_000
    queue_bytes: int = 4 * 1024 * 1024
    sessions: int = 200
    sessions_per_client: int = 8
    absent_messages: int = 1000
    absent_bytes: int = 256 * 1024

    @property
    def packet_bytes(self) -> int:
        """Length of a packet after its fixed header: payload, topic and a page of properties."""
        return self.payload_bytes + self.topic_bytes + 4096
