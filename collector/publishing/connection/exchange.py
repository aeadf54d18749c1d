"""Everything that talks over one connection after another with one client id, in turns."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from collector.client.correspondence import Correspondence, Settled, reply_filters
from collector.clock import Clock, Deadline
from collector.errors import (
    AgentError,
    AgentHungUpError,
    AgentUnreachableError,
    CollectorError,
    IdentityInUseError,
)
from collector.mqtt.transport import Acknowledged, Disconnected, Event, Message, Transport
from collector.publishing.connection.live_topics import LiveTopics
from collector.publishing.connection.requests import PendingRequest, Requests
from collector.publishing.connection.watches import Watches, in_our_ids
from collector.publishing.delivery.publisher import Publisher
from collector.publishing.inventory.inventory import Inventory
from collector.status import DeliveryState, DeliveryStatus
from collector.wire.replies import ErrorReply
from collector.wire.requests import EMPTY
from collector.wire.topics import Address, Operation, live_data_topic, reply_topic

REQUEST_TIMEOUT_S = 10.0
SUBSCRIBE_TIMEOUT_S = 5.0

RIVAL_FENCES = 3
"""Fewer fences of another may be those of a process that is gone: ours, before it was killed."""

ANSWERED = tuple(each for each in Operation if each is not Operation.REPORT_ERROR)
"""The operations that the agent answers."""

_Done = Callable[[bytes | CollectorError], None]


class Exchange:
    """The publisher, the inventory and the requests of others, sharing a connection.

    Used from the network thread, but for ``requests`` and `describe`.

    Attributes:
        client: The client id.
        requests: Where other threads hand in what they want to ask.
        watches: Whose live data somebody watches.
        has_deleted_client: A request from here had the agent delete this client.
    """

    def __init__(
        self, client: str, publisher: Publisher, inventory: Inventory, clock: Clock
    ) -> None:
        self.client = client
        self.requests = Requests()
        self.watches = Watches()
        self.has_deleted_client = False
        self._publisher = publisher
        self._inventory = inventory
        self._clock = clock
        self._correspondence = Correspondence()
        self._waiting: list[PendingRequest] = []
        self._callers: dict[int, _Done] = {}
        self._is_chore_asked = False
        self._transport: Transport | None = None
        self._ping_reply_topic = reply_topic(Operation.PING, Address(client))
        self._foreign_fences: set[str] = set()
        proof = publisher.testimony
        self._live = LiveTopics(self._watched_topics, proof.topics, proof.give_up)

    # -- the connection -------------------------------------------------------------------------

    def topic_filters(self) -> Sequence[str]:
        """Return what to subscribe to before anything is said."""
        return reply_filters(self.client, ANSWERED)

    def connected(self, transport: Transport) -> None:
        """Start on a connected, subscribed transport."""
        self._transport = transport
        self._foreign_fences.clear()
        self._publisher.connected(self.client, transport.publish)

    def disconnected(self) -> None:
        """Give up what is under way; unconfirmed readings go back to the ring."""
        self._transport = None
        self._live.disconnected()
        self._publisher.disconnected()
        # First, so that no conversation takes the end of the line for the agent's silence.
        self._inventory.disconnected()
        reason = "the connection to the agent was lost"
        self._finish(self._correspondence.on_disconnected(reason))
        self._is_chore_asked = False
        for request in self._waiting:
            request.future.set_exception(AgentUnreachableError(reason))
        self._waiting.clear()
        self.requests.give_up(reason)

    # -- turns ----------------------------------------------------------------------------------

    def turn(self) -> None:
        """Say what there is to say now."""
        if self._transport is None:
            return
        self._finish(self._correspondence.expire(self._clock.monotonic_s()))
        if self._publisher.is_flowing:
            self._live.follow(self._transport, self._subscription_deadline)
        self._publisher.pump()
        self._do_chores(self._transport)
        self._make_requests(self._transport)

    def _subscription_deadline(self) -> Deadline:
        return Deadline.after(self._clock, SUBSCRIBE_TIMEOUT_S)

    def take(self, events: Sequence[Event]) -> None:
        """Take what the transport reports.

        Raises:
            AgentUnreachableError: The connection is gone.
            IdentityInUseError: Another collector uses it as we do.
        """
        for event in events:
            if isinstance(event, Message):
                self._take_message(event)
            elif isinstance(event, Acknowledged):
                self._publisher.on_acknowledged(event.packet_id)
            elif isinstance(event, Disconnected):
                kind = AgentHungUpError if event.is_goodbye else AgentUnreachableError
                raise kind(event.reason)

    def next_due_s(self) -> float | None:
        """Return the monotonic time of the next `turn` that is needed without an event."""
        dues = (
            self._publisher.next_due_s(),
            self._correspondence.next_deadline_s(),
            self._inventory.next_due_s(),
        )
        return min((due for due in dues if due is not None), default=None)

    @property
    def is_stalled(self) -> bool:
        """Whether the connection should be given up."""
        return self._publisher.is_stalled

    @property
    def is_flowing(self) -> bool:
        """Whether the agent has answered on this connection."""
        return self._publisher.is_flowing

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be delivered, as far as it can be now."""
        return self._publisher.is_idle

    def resume(self, sensor: str) -> bool:
        """Have a sensor made again that was deleted at the agent; false where it is not held.

        May be called from any thread.
        """
        return self._inventory.deleted.resume(sensor)

    def describe(self, status: DeliveryStatus) -> DeliveryStatus:
        """Return a status completed by what is known here. May be called from any thread."""
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        lanes, confirmation = self._publisher.lanes(), self._publisher.confirmation
        problems = self._inventory.deleted.words()
        problems += [f"{lane.sensor}: {lane.problem}" for lane in lanes if lane.problem]
        until = {
            lane.sensor: now_s - (now.boottime_ms - lane.confirmed_until.boottime_ms) / 1000
            for lane in lanes
            if lane.confirmed_until is not None
        }
        trust = self._publisher.trust
        is_held = trust.is_holding and status.state is DeliveryState.CONNECTED
        return replace(
            status,
            state=DeliveryState.WAITING_FOR_TIME if is_held else status.state,
            message=status.message or trust.words or "; ".join(problems) or confirmation.warning,
            confirmed_by="broker" if confirmation.by_broker else "agent",
            confirmed_readings=sum(lane.confirmed for lane in lanes),
            resent_readings=sum(lane.resent for lane in lanes),
            unconfirmed_readings=sum(len(lane.sent) + len(lane.fenced) for lane in lanes),
            bad_replies=self._publisher.refusals.unreadable,
            unverified_time=self._publisher.stamps.unverified,
            last_confirmed_at_s=self._publisher.last_confirmed_at_s,
            confirmed_until=until,
            moved=self._inventory.moved(),
        )

    # -- live data ------------------------------------------------------------------------------

    def _live_topic(self, sensor: str) -> str:
        ours = self._inventory.sensor_of(sensor)
        return live_data_topic(Address(self.client, self._inventory.agent_sensor(ours)))

    def _watched_topics(self) -> set[str]:
        return {self._live_topic(sensor) for sensor in self.watches.sensors()}

    def _show(self, message: Message) -> None:
        for sensor in self.watches.sensors():
            if self._live_topic(sensor) == message.topic:
                ours = self._inventory.sensor_of(sensor)
                payload = in_our_ids(message.payload, partial(self._inventory.metric_of, ours))
                self.watches.hand_over(sensor, payload)

    # -- requests -------------------------------------------------------------------------------

    def _take_message(self, message: Message) -> None:
        if self._publisher.on_message(message.topic, message.payload):
            return
        if message.topic in self._live:
            self._publisher.on_live_data(message.topic, message.payload)
            self._show(message)
            return
        self._watch_for_rivals(message)
        self._finish(self._correspondence.on_message(message.topic, message.payload))

    def _watch_for_rivals(self, message: Message) -> None:
        # The agent sends all answers to all who use the identity, and pushes' answers carry no id:
        # with two collectors at it, nobody could tell what was delivered.
        if message.topic != self._ping_reply_topic:
            return
        nonce = self._publisher.fences.foreign_nonce(message.payload)
        self._foreign_fences |= {nonce} - {""}
        if len(self._foreign_fences) >= RIVAL_FENCES:
            raise IdentityInUseError(
                f"another collector uses the identity of client {self.client} at the same time; "
                "stop it, or provision one of the two anew: collector provision --force"
            )

    def _do_chores(self, transport: Transport) -> None:
        if self._is_chore_asked:
            return
        ask = self._inventory.next_ask()
        if ask is not None and self._correspondence.is_free(ask.operation, ask.address):
            self._is_chore_asked = True
            self._start(transport, ask.operation, ask.address, ask.payload, self._chore_answered)

    def _chore_answered(self, outcome: bytes | CollectorError) -> None:
        self._is_chore_asked = False
        if isinstance(outcome, AgentError):
            self._inventory.answered(ErrorReply(outcome.code, outcome.message, outcome.metrics))
        else:
            self._inventory.answered(outcome if isinstance(outcome, bytes) else None)

    def _make_requests(self, transport: Transport) -> None:
        while (request := self.requests.take()) is not None:
            self._waiting.append(request)
        for request in list(self._waiting):
            if self._correspondence.is_free(request.operation, request.address):
                self._waiting.remove(request)
                self._make(transport, request)

    def _make(self, transport: Transport, request: PendingRequest) -> None:
        if request.operation is Operation.PUSH_VALUES:
            refusal = AgentUnreachableError("values are pushed by sources only")
            request.future.set_exception(refusal)
            return
        if request.operation is Operation.DELETE_CLIENT:
            self.has_deleted_client = True

        def done(outcome: bytes | CollectorError) -> None:
            if isinstance(outcome, bytes):
                request.future.set_result(outcome)
            else:
                request.future.set_exception(outcome)

        self._start(transport, request.operation, request.address, request.body or EMPTY, done)

    def _start(
        self,
        transport: Transport,
        operation: Operation,
        address: Address,
        payload: bytes,
        done: _Done,
    ) -> None:
        deadline = Deadline.after(self._clock, REQUEST_TIMEOUT_S)
        outstanding = self._correspondence.start(operation, address, payload, deadline)
        self._callers[id(outstanding)] = done
        transport.publish(outstanding.topic, outstanding.payload)

    def _finish(self, settled: Sequence[Settled]) -> None:
        for one in settled:
            done = self._callers.pop(id(one.outstanding))
            done(one.reply if one.error is None else one.error)
