"""Every operation of the contract as a method that asks, waits and returns or raises."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from collector.client.answers import read_answer
from collector.client.correspondence import Correspondence, Outstanding, Settled
from collector.clock import Clock, Deadline
from collector.errors import AgentUnreachableError
from collector.mqtt.transport import Disconnected, Event, Message, Transport
from collector.wire import replies, requests
from collector.wire.fields import MalformedReplyError
from collector.wire.ids import is_metric_id, is_sensor_id
from collector.wire.replies import ListedSensor, LiveData, MetricDescription
from collector.wire.requests import MetricChange, MetricDefinition, Push, SensorChange
from collector.wire.topics import Address, Operation, live_data_topic
from collector.wire.units import MetricValue

_POLL_S = 1.0
_NONCE_BYTES = 16

Answer = TypeVar("Answer")


class AgentClient:
    """Talks to the agent over one connection, one request at a time, from one thread.

    Every method raises `AgentError` when the agent says no, `AgentTimeoutError` when it says
    nothing, and `AgentUnreachableError` when the connection is lost.

    Args:
        transport: Connected; whoever made it closes it.
        client_id: The id in our certificate.
        clock: For deadlines.
        timeout_s: How long to wait for each answer.
    """

    def __init__(
        self, transport: Transport, client_id: str, clock: Clock, timeout_s: float = 10.0
    ) -> None:
        self._transport = transport
        self._client_id = client_id
        self._clock = clock
        self._timeout_s = timeout_s
        self._correspondence = Correspondence()
        self._subscribed: set[str] = set()
        self._may_be_late = False

    def request(
        self, operation: Operation, payload: bytes, sensor: str = "", metric: str = ""
    ) -> bytes:
        """Make any request and return the agent's message as it is; empty for client delete.

        Raises:
            ValueError: An id could not stand in a topic.
        """
        address = self._address(sensor, metric)
        if self._may_be_late:
            # A ping goes behind what may still come, so that it is not taken for an answer.
            self._may_be_late = False
            self.ping()
        return self._exchange(operation, address, payload)

    def ping(self) -> float:
        """Ask for an echo and return the seconds that it took."""
        started_s = self._clock.monotonic_s()
        payload = requests.Ping(secrets.token_hex(_NONCE_BYTES)).payload()
        self._exchange(Operation.PING, self._address(), payload)
        return self._clock.monotonic_s() - started_s

    def rename_client(self, name: str) -> None:
        """Change the name that this client shows at the agent."""
        self.request(Operation.UPDATE_CLIENT, requests.Rename(name).payload())

    def delete_client(self) -> None:
        """Delete this client with all its sensors; the agent cuts the connection, for good."""
        self.request(Operation.DELETE_CLIENT, requests.EMPTY)

    def create_sensor(self, name: str) -> str:
        """Create a sensor and return the id that the agent gave it."""
        reply = self.request(Operation.CREATE_SENSOR, requests.Rename(name).payload())
        return read_answer(replies.parse_sensor_created, reply)

    def list_sensors(self) -> list[ListedSensor]:
        """Return this client's sensors with the ids of their metrics."""
        reply = self.request(Operation.LIST_SENSORS, requests.EMPTY)
        return read_answer(replies.parse_sensor_list, reply)

    def update_sensor(self, sensor: str, change: SensorChange) -> None:
        """Change a sensor's name, state or both."""
        self.request(Operation.UPDATE_SENSOR, change.payload(), sensor)

    def delete_sensor(self, sensor: str) -> None:
        """Delete a sensor with its metrics."""
        self.request(Operation.DELETE_SENSOR, requests.EMPTY, sensor)

    def create_metrics(self, sensor: str, metrics: Sequence[MetricDefinition]) -> Mapping[str, str]:
        """Create metrics and return the ids that the agent gave them, by matching id."""
        payload = requests.create_metrics_payload(metrics)
        reply = self.request(Operation.CREATE_METRICS, payload, sensor)
        return read_answer(replies.parse_metrics_created, reply)

    def describe_metric(self, sensor: str, metric: str) -> MetricDescription:
        """Return what the agent knows of a metric."""
        reply = self.request(Operation.DESCRIBE_METRIC, requests.EMPTY, sensor, metric)
        return read_answer(replies.parse_metric_description, reply)

    def update_metrics(self, sensor: str, changes: Sequence[MetricChange]) -> None:
        """Change the names or annotations of metrics."""
        self.request(Operation.UPDATE_METRICS, requests.update_metrics_payload(changes), sensor)

    def delete_metrics(self, sensor: str, metrics: Sequence[str]) -> None:
        """Delete metrics."""
        self.request(Operation.DELETE_METRICS, requests.delete_metrics_payload(metrics), sensor)

    def push_values(
        self, sensor: str, values: Mapping[str, MetricValue], timestamp_ms: int | None = None
    ) -> None:
        """Push the values of one sensor at one instant; without a timestamp that of arrival."""
        self.request(Operation.PUSH_VALUES, Push(values, timestamp_ms).payload(), sensor)

    def watch(self, sensor: str, on_values: Callable[[LiveData], bool]) -> None:
        """Hand over the values of each live data message of a sensor until told to stop.

        Args:
            sensor: Which sensor.
            on_values: Returns whether to go on. What cannot be read is not handed over.

        Raises:
            AgentUnreachableError: The connection was lost.
        """
        for payload in self.live_data(sensor):
            data = _live_data(payload)
            if data is not None and not on_values(data):
                return

    def live_data(self, sensor: str) -> Iterator[bytes]:
        """Yield each live data message of a sensor as it is, for ever.

        Raises:
            AgentUnreachableError: The connection was lost.
        """
        topic = live_data_topic(self._address(sensor))
        self._subscribe([topic], Deadline.after(self._clock, self._timeout_s))
        while True:
            for event in self._transport.poll(_POLL_S):
                if isinstance(event, Disconnected):
                    raise AgentUnreachableError(event.reason)
                if isinstance(event, Message) and event.topic == topic:
                    yield event.payload

    def _address(self, sensor: str = "", metric: str = "") -> Address:
        if sensor and not is_sensor_id(sensor):
            raise ValueError(f"{sensor!r} is no sensor id")
        if metric and not is_metric_id(metric):
            raise ValueError(f"{metric!r} is no metric id")
        return Address(self._client_id, sensor, metric)

    def _exchange(self, operation: Operation, address: Address, payload: bytes) -> bytes:
        deadline = Deadline.after(self._clock, self._timeout_s)
        outstanding = self._correspondence.start(operation, address, payload, deadline)
        settled: list[Settled] = []
        try:
            self._subscribe(outstanding.filters, deadline)
            self._transport.publish(outstanding.topic, payload)
            while not settled:
                settled = self._progress(outstanding)
        finally:
            self._correspondence.on_disconnected("given up")  # one request at a time
        return settled[0].result()

    def _progress(self, outstanding: Outstanding) -> list[Settled]:
        settled: list[Settled] = []
        for event in self._transport.poll(min(_POLL_S, outstanding.deadline.remaining_s())):
            settled += self._settled_by(event)
        if not settled:
            settled = self._correspondence.expire(self._clock.monotonic_s())
            self._may_be_late = bool(settled)
        return settled

    def _settled_by(self, event: Event) -> list[Settled]:
        if isinstance(event, Message):
            return self._correspondence.on_message(event.topic, event.payload)
        if isinstance(event, Disconnected):
            return self._correspondence.on_disconnected(event.reason)
        return []

    def _subscribe(self, filters: Sequence[str], deadline: Deadline) -> None:
        missing = [topic for topic in filters if topic not in self._subscribed]
        if missing:
            self._transport.subscribe(missing, deadline)
            self._subscribed.update(missing)


def _live_data(payload: bytes) -> LiveData | None:
    try:
        return replies.parse_live_data(payload)
    except MalformedReplyError:
        return None
