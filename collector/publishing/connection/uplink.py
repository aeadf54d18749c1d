"""The network thread: it connects, stays connected, and drives all that talks to the agent.

    identify ──> connect ──> subscribe ──> fence ──> exchange until lost ──> pause ──> again

One thread alone publishes and receives: it empties the ring through the `Publisher`, keeps the
`Inventory`, and makes the requests of other threads. Whoever puts something into the ring calls
`wake`.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from random import Random
from typing import Generic

from collector.clock import Clock, Deadline
from collector.errors import (
    AgentTimeoutError,
    AgentUnreachableError,
    AuthorityError,
    ClientDeletedError,
    CollectorError,
    IdentityError,
    IdentityUnreadableError,
)
from collector.mqtt.transport import Transport
from collector.publishing.connection.access import Access, IdentityT
from collector.publishing.connection.exchange import Exchange
from collector.publishing.connection.exchanges import Exchanges
from collector.publishing.connection.failures import Failures
from collector.publishing.connection.pause import Pause, wall_offset_ms
from collector.publishing.connection.pauses import Pauses
from collector.publishing.connection.rivalry import Rivalry
from collector.pulse import UNKNOWN, Pulse
from collector.status import DeliveryState, DeliveryStatus
from collector.wire.topics import Address, Operation

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 10.0
SUBSCRIBE_TIMEOUT_S = 5.0
LONGEST_WAIT_S = 60.0
STOP_MARGIN_S = 1.0

CHANGE_S = 10.0
"""So long a connection is kept for what is under way, when another identity is to be used."""


class Uplink(Generic[IdentityT]):
    """Owns the network thread.

    Args:
        on_fatal: Called when the run cannot go on: there is no usable identity, or the client was
            deleted by a request that came through here.

    Attributes:
        pulse: Whether the network thread goes on. While it gets an identity or connects, a resolver
            may hold it up, and nothing is promised.
    """

    def __init__(
        self,
        access: Access[IdentityT],
        clock: Clock,
        random: Random,
        on_fatal: Callable[[CollectorError], None],
    ) -> None:
        self.pulse = Pulse("network thread")
        self._access = access
        self._clock = clock
        self._pauses = Pauses(clock, random)
        self._on_fatal = on_fatal
        self._rivalry = Rivalry(clock)
        self._failures = Failures(clock, self._pauses, self._rivalry)
        self._began_s = 0.0
        self._began_offset_ms = 0
        self._exchanges = Exchanges(access.exchange)
        self._transport: Transport | None = None
        self._is_woken = False
        self._identity: IdentityT | None = None
        self._change_at: Deadline | None = None
        self._changed = threading.Condition()
        self._stop_at: Deadline | None = None
        begun = DeliveryStatus(state=DeliveryState.CONNECTING, agent=access.place)
        self._status = replace(begun, since_s=clock.monotonic_s())
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    # -- for every thread -----------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self, deadline: Deadline) -> None:
        """Deliver what is waiting, as far as the deadline allows, and disconnect."""
        with self._changed:
            self._stop_at = deadline
            self._changed.notify_all()
        self.wake()
        if self._thread.is_alive():
            self._thread.join(deadline.remaining_s() + STOP_MARGIN_S)

    def wake(self) -> None:
        """Say that there is something to do. Cheap; may be called very often."""
        if not self._is_woken:
            self._is_woken = True
            transport = self._transport
            if transport is not None:
                transport.wake()

    def change_identity(self) -> None:
        """Say that another identity is to be used; the connection is left for it soon."""
        with self._changed:
            self._change_at = Deadline.after(self._clock, CHANGE_S)
            self._changed.notify_all()
        self.wake()

    def request(self, operation: Operation, sensor: str, metric: str, body: bytes) -> Future[bytes]:
        """Make a request of the agent; the future gets its reply or a `CollectorError`."""
        exchange = self._exchanges.current
        if exchange is None or self._status.state is not DeliveryState.CONNECTED:
            future: Future[bytes] = Future()
            future.set_exception(AgentUnreachableError(self._status.message or "not connected yet"))
            return future
        address = Address(exchange.client, sensor, metric)
        future = exchange.requests.submit(operation, address, body)
        self.wake()
        return future

    def watch(self, sensor: str, on_live_data: Callable[[bytes], None]) -> Callable[[], None]:
        """Have each live data message of a sensor handed over; returns what ends it.

        It goes on over connections, identities and ids that the agent gives; see `Watches.add`.
        """
        if self._exchanges.current is None:
            raise AgentUnreachableError(self._status.message or "not connected yet")
        end = self._exchanges.watches.add(sensor, on_live_data)
        self.wake()
        return end

    def resume(self, sensor: str) -> bool:
        """Have a sensor made again that was deleted at the agent; false where it is not held."""
        exchange = self._exchanges.current
        if exchange is None or not exchange.resume(sensor):
            return False
        self.wake()
        return True

    def status(self) -> DeliveryStatus:
        """Return how it is."""
        return self._exchanges.describe(self._status)

    # -- the network thread ---------------------------------------------------------------------

    def _run(self) -> None:
        while not self._is_stopping():
            pause_s = 0.0
            try:
                self._connect_and_exchange()
            except (AuthorityError, IdentityUnreadableError) as error:
                pause_s = self._pause_after(error)
            except IdentityError as error:
                if self._goes_on_with_another(error):
                    continue
                self._note(DeliveryState.NOT_PROVISIONED, str(error))
                self._on_fatal(error)
                return
            except CollectorError as error:
                pause_s = 0.0 if self._goes_on_with_another(error) else self._pause_after(error)
            self._wait(pause_s)

    def _connect_and_exchange(self) -> None:
        self.pulse.back_by(UNKNOWN)
        self._identity = self._change_at = None
        self._began_s = self._clock.monotonic_s()
        self._began_offset_ms = wall_offset_ms(self._clock)
        self._access.hold(is_held=False)
        identity = self._identity = self._access.identity()
        self._status = replace(self._status, client_id=identity.client_id)
        transport = self._access.transport(identity)
        exchange = None
        try:
            transport.connect(Deadline.after(self._clock, CONNECT_TIMEOUT_S))
            exchange = self._exchanges.of(identity)
            deadline = Deadline.after(self._clock, SUBSCRIBE_TIMEOUT_S)
            transport.subscribe(exchange.topic_filters(), deadline)
            self._transport = transport
            self._status = replace(self._status, connections=self._status.connections + 1)
            exchange.connected(transport)
            self._drive(exchange, transport, identity)
        finally:
            self._transport = None
            if exchange is not None:
                exchange.disconnected()
            transport.close()

    def _drive(self, exchange: Exchange, transport: Transport, identity: IdentityT) -> None:
        while True:
            self._is_woken = False
            exchange.turn()
            if exchange.is_stalled:
                raise AgentTimeoutError("the agent stopped answering; connecting again")
            if exchange.is_flowing and self._status.state is not DeliveryState.CONNECTED:
                self._access.accepted(identity)
                self._note(DeliveryState.CONNECTED, "")
                self._exchanges.settle(identity.client_id)
                self._rivalry.connected()
                self._pauses.reset()
            if self._may_leave(exchange):
                self._note(DeliveryState.CONNECTING, "")
                return
            events = transport.poll(self._next_wait_s(exchange))
            self._rivalry.is_idle = exchange.is_idle
            exchange.take(events)

    def _next_wait_s(self, exchange: Exchange) -> float:
        now_s = self._clock.monotonic_s()
        wait_s = self._wait_from(now_s, exchange)
        self.pulse.back_by(now_s + wait_s)
        return wait_s

    def _wait_from(self, now_s: float, exchange: Exchange) -> float:
        if self._is_woken:
            return 0.0
        due_s = exchange.next_due_s()
        leave_at = self._stop_at or self._change_at
        if leave_at is not None:
            due_s = min(leave_at.at_s, due_s if due_s is not None else leave_at.at_s)
        if due_s is None:
            return LONGEST_WAIT_S
        return min(LONGEST_WAIT_S, max(0.0, due_s - now_s))

    def _is_stopping(self) -> bool:
        return self._stop_at is not None

    def _may_leave(self, exchange: Exchange) -> bool:
        leave_at = self._stop_at or self._change_at
        if leave_at is None:
            return False
        # A stop delivers what waits, a change of identity only what is under way.
        self._access.hold(is_held=self._stop_at is None)
        return exchange.is_idle or leave_at.has_passed()

    def _goes_on_with_another(self, error: CollectorError) -> bool:
        """Tell whether what failed was only the trial of a renewed certificate."""
        identity = self._identity
        return identity is not None and self._access.rejected(identity, error)

    def _pause_after(self, error: CollectorError) -> float:
        valid_from_ms = self._identity.not_before_ms if self._identity is not None else 0
        failure = self._failures.judge(error, valid_from_ms, self._began_s)
        self._note(failure.state, failure.message)
        exchange = self._exchanges.current
        if exchange is not None and exchange.has_deleted_client:
            self._on_fatal(ClientDeletedError("the client was deleted; its identity is set aside"))
        return failure.pause_s

    def _note(self, state: DeliveryState, message: str) -> None:
        if state is DeliveryState.CONNECTED:
            log.info("connected to %s as %s", self._status.agent, self._status.client_id)
        elif message != self._status.message and not self._is_stopping():
            log.warning("%s", message)
        self._status = self._status.turned(state, message, self._clock.monotonic_s())

    def _wait(self, seconds: float) -> None:
        pause = Pause(self._clock, seconds, self._status.state, self._began_offset_ms)
        self.pulse.back_by(pause.ends_at.at_s)
        with self._changed:
            while not (self._is_stopping() or self._change_at or pause.is_over()):
                self._clock.wait(self._changed, pause.next_look_s())
