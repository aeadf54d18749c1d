"""The transport over paho, the only module that imports it.

One paho client serves one connection and is thrown away with it. The caller's thread drives its
loop; callbacks only note what happened.
"""

import secrets
import ssl
import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from collector.clock import Clock, Deadline
from collector.errors import (
    AgentTimeoutError,
    AgentUnreachableError,
    CollectorError,
    ConnectDeclinedError,
    SubscriptionRefusedError,
)
from collector.mqtt import dialing, refusal, tls
from collector.mqtt.inquiry import Inquiry
from collector.mqtt.notes import Notes
from collector.mqtt.settings import ConnectionSettings
from collector.mqtt.stream import TlsDoor, TlsStream
from collector.mqtt.transport import Disconnected, Event
from collector.mqtt.waiting import Waiter

_PROTOCOLS: Mapping[str, MQTTProtocolVersion] = MappingProxyType(
    {"3.1": MQTTProtocolVersion.MQTTv31, "3.1.1": MQTTProtocolVersion.MQTTv311}
)

_QOS = 1
# Within one connection of a clean session QoS 1 would only add an acknowledgement of ours to each
# reply, a fifth of the cost of a push; what a broker drops is missed, and asked for again, anyway.
_REPLY_QOS = 0
_IDENTIFIER_BYTES = 11  # 22 hex digits: MQTT 3.1 allows 23 characters
_MISC_S = 1.0  # how often paho looks at its keepalive
_SHORTEST_S = 0.01  # paho takes no timeout of 0
_GARBAGE = (ValueError, LookupError, TypeError, struct.error)  # what paho's parser may let through


class PahoTransport:
    """See `Transport`. TLS always; the session is clean; nothing is resent or reconnected.

    Args:
        settings: Where and as whom to connect.
        clock: For deadlines.
        inquiry: Shared by the connections of one run, so that the agent is asked seldom.
    """

    def __init__(
        self, settings: ConnectionSettings, clock: Clock, inquiry: Inquiry | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._inquiry = inquiry or Inquiry(clock)
        self._subject = f"the agent at {settings.place}"
        self._waiter = Waiter()
        self._notes = Notes()
        self._client: Client | None = None
        self._stream: TlsStream | None = None

    def connect(self, deadline: Deadline) -> None:
        """See `Transport`."""
        context = tls.build_context(self._settings)
        try:
            address = self._dial(context, deadline)
            self._await_consent(address, deadline)
            self._inquiry.forget()
        except CollectorError:
            self.close()
            raise

    def subscribe(self, topic_filters: Sequence[str], deadline: Deadline) -> None:
        """See `Transport`."""
        client = self._connected_client()
        try:
            packet_id = client.subscribe([(each, _REPLY_QOS) for each in topic_filters])[1]
        except ValueError as error:
            raise CollectorError(f"cannot subscribe to {list(topic_filters)}: {error}") from error
        while packet_id not in self._notes.granted:
            self._check_still_there(deadline, "a subscription")
            self._step(deadline.remaining_s())
        answers = self._notes.granted[packet_id]
        pairs = zip(topic_filters, answers, strict=False)
        refused = [topic_filter for topic_filter, answer in pairs if answer.is_failure]
        if refused or len(answers) != len(topic_filters):
            raise SubscriptionRefusedError(
                f"{self._subject} refuses to subscribe to {', '.join(refused) or topic_filters}"
            )

    def unsubscribe(self, topic_filters: Sequence[str]) -> None:
        """See `Transport`."""
        self._connected_client().unsubscribe(list(topic_filters))

    def publish(self, topic: str, payload: bytes) -> int:
        """See `Transport`."""
        client = self._connected_client()
        try:
            taken = client.publish(topic, payload, _QOS)
        except ValueError as error:
            raise CollectorError(f"cannot publish to {topic!r}: {error}") from error
        if taken.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            raise AgentUnreachableError(f"{self._subject} owes us 65535 acknowledgements")
        if taken.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise AgentUnreachableError(f"not connected to {self._subject}")
        return taken.mid

    def poll(self, timeout_s: float) -> list[Event]:
        """See `Transport`."""
        deadline = Deadline.after(self._clock, timeout_s)
        woken = self._step(0 if self._notes.events else timeout_s)
        while not (self._notes.events or woken or deadline.has_passed()):
            woken = self._step(deadline.remaining_s())
        events, self._notes.events = self._notes.events, []
        return events

    def wake(self) -> None:
        """See `Transport`."""
        self._waiter.wake()

    def close(self) -> None:
        """See `Transport`."""
        client, self._client = self._client, None
        if client is not None and self._notes.is_connected:
            client.disconnect()
        self._notes.finish()
        if self._stream is not None:
            self._stream.close()
        self._waiter.close()

    def _connected_client(self) -> Client:
        if self._client is None or not self._notes.is_connected:
            raise AgentUnreachableError(f"not connected to {self._subject}")
        return self._client

    def _check_still_there(self, deadline: Deadline, what: str) -> None:
        if not self._notes.is_connected:
            raise AgentUnreachableError(f"{self._subject} hung up on {what}")
        if deadline.has_passed():
            raise AgentTimeoutError(f"{self._subject} does not answer {what}")

    def _dial(self, context: ssl.SSLContext, deadline: Deadline) -> str:
        failure = AgentUnreachableError(f"{self._settings.host} has no address")
        for address in dialing.addresses_of(self._settings, deadline):
            door = TlsDoor(self._settings, context, deadline)
            client = self._new_client(door, deadline)
            try:
                client.connect(address, self._settings.port, self._settings.keepalive_s)
            except OSError as error:
                failure = dialing.unreachable(error, self._settings.place)
            else:
                self._client, self._stream = client, door.stream
                return address
        raise failure

    def _new_client(self, door: TlsDoor, deadline: Deadline) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=secrets.token_hex(_IDENTIFIER_BYTES),
            clean_session=True,
            protocol=_PROTOCOLS[self._settings.protocol],
            reconnect_on_failure=False,  # no silent downgrade to another version
        )
        client.max_inflight_messages_set(0)  # the window is the publisher's
        client.connect_timeout = max(_SHORTEST_S, deadline.remaining_s())
        # Of a context paho only uses wrap_socket and check_hostname.
        client.tls_set_context(cast("ssl.SSLContext", door))
        client.on_connect = self._notes.on_connect
        client.on_subscribe = self._notes.on_subscribe
        client.on_message = self._notes.on_message
        client.on_publish = self._notes.on_publish
        client.on_disconnect = self._notes.on_disconnect
        return client

    def _await_consent(self, address: str, deadline: Deadline) -> None:
        self._receive()  # what came with the handshake does not make the socket readable again
        while not self._notes.has_consent:
            if self._notes.is_over:
                raise self._refusal(address, deadline)
            if deadline.has_passed():
                raise ConnectDeclinedError(
                    f"{self._subject} accepts the connection but does not answer our CONNECT"
                )
            self._step(deadline.remaining_s())

    def _refusal(self, address: str, deadline: Deadline) -> AgentUnreachableError:
        told = self._stream and refusal.refusal_told(self._stream, self._settings.place)
        return (
            told
            or self._inquiry.reason(self._settings, address, deadline)
            or ConnectDeclinedError(f"{self._subject} hung up without an answer to our CONNECT")
        )

    def _step(self, timeout_s: float) -> bool:
        """Send, wait and receive once; tell whether somebody woke us."""
        client, stream = self._client, self._stream
        if self._notes.is_over or client is None or stream is None:
            return self._waiter.wait(-1, timeout_s, to_write=False)[1]
        client.loop_misc()
        stream.flush()
        if stream.gives_up(self._clock.monotonic_s()):
            self._receive()
        self._report_end()
        readable, woken = self._waiter.wait(
            stream.fileno(),
            0 if self._notes.events else min(timeout_s, _MISC_S),
            to_write=stream.wants_write(),
        )
        if readable:
            self._receive()
            stream.flush()
        return woken

    def _receive(self) -> None:
        client, stream = self._client, self._stream
        if client is None or stream is None:
            return
        stream.receive()
        try:
            while stream.has_input() and not self._notes.is_over:
                client.loop_read()
        except _GARBAGE:
            self._notes.lose("sent something that is not MQTT")
            stream.abort()
        self._report_end()

    def _report_end(self) -> None:
        ending = self._notes.take_ending()
        if ending is None or self._stream is None:
            return
        if ending:
            self._notes.events.append(Disconnected(f"{self._subject} {ending}"))
            return
        reason = refusal.ending_of(self._stream, self._settings.place)
        self._notes.events.append(Disconnected(reason, is_goodbye=self._stream.has_goodbye))
