"""A transport without a network: what is published goes to a function or a script."""

import threading
from collections.abc import Callable, Iterable, Sequence

from collector.clock import Clock, Deadline
from collector.errors import AgentUnreachableError, CollectorError, SubscriptionRefusedError
from collector.mqtt.transport import Acknowledged, Disconnected, Event, Message

Answer = Callable[[str, bytes], Iterable[tuple[str, bytes]]]
"""Takes topic and payload of a publish and returns the messages that the agent sends for it."""

_PACKET_IDS = 65535


class MemoryTransport:
    """A `Transport` whose other end is the test.

    Like a broker it delivers only what somebody subscribed to, so a forgotten subscription fails
    here as it would outside. `deliver`, `drop` and `acknowledge` may be called from any thread.

    Args:
        clock: Only waited on, and only if ``blocking``.
        answer: Called for each publish, on the publishing thread; what it returns is delivered
            after the acknowledgement.
        acknowledges: Whether each publish is acknowledged by itself.
        blocking: Whether a `poll` without events waits until something comes or the clock is
            moved. By default it returns at once, for tests of a single thread.
        idle: Called with the timeout by each `poll` that has nothing to report; the ``advance`` of
            a `FakeClock` makes time pass as if the poll had waited.
        connect_error: Raised by `connect`.
        refused_filters: Topic filters that `subscribe` refuses.

    Attributes:
        published: What was published so far, (topic, payload), the oldest first.
        subscribed: The granted topic filters.
        is_connected: Between `connect` and `drop` or `close`.
        is_closed: After `close`.
    """

    def __init__(  # noqa: PLR0913 - each a switch of the fake, by keyword
        self,
        clock: Clock,
        *,
        answer: Answer | None = None,
        acknowledges: bool = True,
        blocking: bool = False,
        idle: Callable[[float], None] | None = None,
        connect_error: CollectorError | None = None,
        refused_filters: Sequence[str] = (),
    ) -> None:
        self.answer = answer
        self.acknowledges = acknowledges
        self.published: list[tuple[str, bytes]] = []
        self.subscribed: list[str] = []
        self.is_connected = False
        self.is_closed = False
        self._clock = clock
        self._blocking = blocking
        self._idle = idle
        self._connect_error = connect_error
        self._refused_filters = frozenset(refused_filters)
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._woken = False

    def connect(self, deadline: Deadline) -> None:
        """See `Transport`."""
        del deadline
        if self._connect_error is not None:
            raise self._connect_error
        self.is_connected = True

    def subscribe(self, topic_filters: Sequence[str], deadline: Deadline) -> None:
        """See `Transport`."""
        del deadline
        self._check_connected()
        for topic_filter in topic_filters:
            if topic_filter in self._refused_filters:
                raise SubscriptionRefusedError(f"the agent refuses to subscribe to {topic_filter}")
        self.subscribed.extend(topic_filters)

    def unsubscribe(self, topic_filters: Sequence[str]) -> None:
        """See `Transport`."""
        self._check_connected()
        self.subscribed = [each for each in self.subscribed if each not in topic_filters]

    def publish(self, topic: str, payload: bytes) -> int:
        """See `Transport`."""
        self._check_connected()
        self.published.append((topic, payload))
        packet_id = (len(self.published) - 1) % _PACKET_IDS + 1
        if self.acknowledges:
            self.acknowledge(packet_id)
        if self.answer is not None:
            for reply_topic, reply in self.answer(topic, payload):
                self.deliver(reply_topic, reply)
        return packet_id

    def poll(self, timeout_s: float) -> list[Event]:
        """See `Transport`."""
        with self._changed:
            if self._blocking and timeout_s > 0 and not self._events and not self._woken:
                self._clock.wait(self._changed, timeout_s)
            self._woken = False
            events, self._events = self._events, []
        if self._idle is not None and not events:
            self._idle(timeout_s)
        return events

    def wake(self) -> None:
        """See `Transport`."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """See `Transport`."""
        self.is_connected = False
        self.is_closed = True

    def acknowledge(self, packet_id: int) -> None:
        """Let the broker take one message; only needed with ``acknowledges=False``."""
        self._happened(Acknowledged(packet_id))

    def deliver(self, topic: str, payload: bytes) -> None:
        """Let the agent publish; it arrives if a subscription matches and the line is up."""
        if any(matches(topic_filter, topic) for topic_filter in self.subscribed):
            self._happened(Message(topic, payload))

    def drop(
        self, reason: str = "the connection was closed by the agent", *, is_goodbye: bool = False
    ) -> None:
        """Cut the line, or have the agent hang up; what was delivered before is still received."""
        self._happened(Disconnected(reason, is_goodbye))
        self.is_connected = False

    def _happened(self, event: Event) -> None:
        with self._changed:
            if self.is_connected:
                self._events.append(event)
                self._changed.notify_all()

    def _check_connected(self) -> None:
        if not self.is_connected:
            raise AgentUnreachableError("not connected to the agent")


def matches(topic_filter: str, topic: str) -> bool:
    """Tell whether an MQTT topic filter, wildcards included, covers a topic."""
    wanted, given = topic_filter.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        given = given[: len(wanted)] if len(given) >= len(wanted) else given
    return len(wanted) == len(given) and all(
        level in ("+", here) for level, here in zip(wanted, given, strict=True)
    )
