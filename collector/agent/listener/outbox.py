"""What waits for one client, and what is on its way to it."""

from collections import deque
from typing import NamedTuple

from collector.agent.listener import replies
from collector.agent.listener.packets import Kind

_LAST_PACKET_ID = 0xFFFF
_FIXED_HEADER_BYTES = 5


class Message(NamedTuple):
    """One message for one subscriber, at the QoS at which this one gets it."""

    topic: bytes
    payload: bytes
    qos: int

    @property
    def size_bytes(self) -> int:
        """Length of topic and payload."""
        return len(self.topic) + len(self.payload)


class Outbox:
    """Messages for one session, in order; at most a window of them is unacknowledged.

    Args:
        window: How many may be unacknowledged at a time.

    Attributes:
        window: As given.
        waiting_bytes: Length of the messages that wait.
    """

    __slots__ = ("_last_id", "_released", "_sent", "_waiting", "waiting_bytes", "window")

    def __init__(self, window: int) -> None:
        self.window = window
        self.waiting_bytes = 0
        self._waiting: deque[Message] = deque()
        self._sent: dict[int, Message] = {}
        self._released: dict[int, None] = {}
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> None:
        """Let a message wait behind the others."""
        self._waiting.append(message)
        self.waiting_bytes += message.size_bytes

    def drop_oldest(self) -> None:
        """Forget the message that waits longest."""
        self.waiting_bytes -= self._waiting.popleft().size_bytes

    def drop_newest(self) -> None:
        """Forget the message that was put last."""
        self.waiting_bytes -= self._waiting.pop().size_bytes

    def drop_unconfirmed(self) -> None:
        """Forget the waiting messages of QoS 0, as their client is gone."""
        kept = [message for message in self._waiting if message.qos]
        self._waiting = deque(kept)
        self.waiting_bytes = sum(message.size_bytes for message in kept)

    def exceeds(self, messages: int, size_bytes: int) -> bool:
        """Tell whether more waits than this; a single message never does."""
        waiting = len(self._waiting)
        return waiting > messages or (self.waiting_bytes > size_bytes and waiting > 1)

    def take(self, version: int, longest: int) -> bytes:
        """Return the next packet to send; empty when nothing waits or the window is full.

        A message that makes a longer packet than the client takes is dropped, as MQTT 5 asks.
        """
        waiting = self._waiting
        while waiting:
            message = waiting[0]
            topic, payload, qos = message
            if qos and len(self._sent) + len(self._released) >= self.window:
                return b""
            waiting.popleft()
            self.waiting_bytes -= message.size_bytes
            if message.size_bytes + _FIXED_HEADER_BYTES * 2 > longest:
                continue
            packet_id = 0
            if qos:
                packet_id = self._next_id()
                self._sent[packet_id] = message
            return replies.publish(version, topic, packet_id, payload, qos)
        return b""

    def acknowledged(self, packet_id: int) -> None:
        """Forget a message: PUBACK came, or a refusal."""
        self._sent.pop(packet_id, None)

    def received(self, packet_id: int) -> None:
        """Forget a message of QoS 2 but keep its identifier: PUBREC came."""
        if self._sent.pop(packet_id, None) is not None:
            self._released[packet_id] = None

    def completed(self, packet_id: int) -> None:
        """Forget the identifier, too: PUBCOMP came."""
        self._released.pop(packet_id, None)

    def unfinished(self, version: int) -> bytes:
        """Return the packets that a client needs again after it was away."""
        packets = [
            replies.acknowledgement(Kind.PUBREL, version, packet_id) for packet_id in self._released
        ]
        for packet_id, (topic, payload, qos) in self._sent.items():
            packet = replies.publish(version, topic, packet_id, payload, qos)
            packets.append(replies.repeated(packet))
        return b"".join(packets)

    def _next_id(self) -> int:
        while True:
            self._last_id = self._last_id % _LAST_PACKET_ID + 1
            if self._last_id not in self._sent and self._last_id not in self._released:
                return self._last_id
