"""The broker as the agent uses it."""

import asyncio
import socket

from collector.agent.broker import Listener, Service
from collector.agent.listener import ports
from collector.agent.listener.acceptor import Acceptor
from collector.agent.listener.channel import TlsChannel
from collector.agent.listener.connection import Connection
from collector.agent.listener.exchange import Exchange
from collector.agent.listener.limits import Limits

_STOP_STEPS = 20
_STOP_STEP_S = 0.01


class MqttListener:
    """An MQTT broker in this process: `collector.agent.broker.Broker`.

    It speaks MQTT 3.1, 3.1.1 and 5 with QoS 0 to 2 over TLS. It is only as much of a broker as the
    contract needs:

    - What clients publish goes to the service and to nobody else. The retain flag of a request
      changes nothing, as keeping it and carrying it out again would be wrong.
    - A forbidden publish closes the connection; MQTT 5 with QoS 1 and 2 has reason code 0x87 for
      it. A forbidden subscription is refused in the SUBACK, alone.
    - Sessions are told apart by listener, client and MQTT client identifier, so nobody takes over
      somebody else's. They outlive a connection if MQTT 3.1 or 3.1.1 asks for it, in memory;
      the expiry of MQTT 5 is answered with 0 seconds.
    - A will goes to the service when its connection ends without a DISCONNECT, unless the client
      was disconnected on purpose (`disconnect`, `stop`).
    - Topic aliases, shared subscriptions, subscription identifiers and enhanced authentication of
      MQTT 5 are declined as it provides.

    What it says about single connections goes to the logger ``collector.agent.listener``.

    Args:
        limits: When to cut clients off.
    """

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - it is frozen
        self._limits = limits
        self._exchange: Exchange | None = None
        self._acceptors: list[Acceptor] = []

    async def start(self, listeners: list[Listener], service: Service) -> dict[str, int]:
        """See `Broker`. It may be started again after `stop`, with no memory of before."""
        bound: list[tuple[Listener, list[socket.socket]]] = []
        try:
            for listener in listeners:
                bound.append((listener, await ports.bind(listener)))  # noqa: PERF401 - see below
        finally:
            # Those before the one that failed are closed again, so no comprehension.
            if len(bound) < len(listeners):
                for _, sockets in bound:
                    ports.close(sockets)
        self._exchange = Exchange(self._limits, service)
        for listener, sockets in bound:
            self._serve(listener, sockets, self._exchange)
        return {listener.name: sockets[0].getsockname()[1] for listener, sockets in bound}

    async def stop(self) -> None:
        """See `Broker`. Takes 0.2 s at most."""
        exchange, self._exchange = self._exchange, None
        acceptors, self._acceptors = self._acceptors, []
        for acceptor in acceptors:
            await acceptor.close()
        if exchange is None:
            return
        exchange.close()
        for _ in range(_STOP_STEPS):
            if not exchange.members:
                return
            await asyncio.sleep(_STOP_STEP_S)
        for member in list(exchange.members):
            member.abort()
        await asyncio.sleep(0)

    def publish(self, listener: str, topic: str, payload: bytes, qos: int = 1) -> None:
        """See `Broker`. Does nothing when it is not running."""
        if self._exchange is not None:
            self._exchange.publish(listener, topic, payload, qos)

    def is_wanted(self, listener: str, topic: str) -> bool:
        """See `Broker`."""
        return self._exchange is not None and self._exchange.is_wanted(listener, topic)

    def disconnect(self, client: str) -> None:
        """See `Broker`. The client's sessions are forgotten and its wills not published."""
        if self._exchange is not None:
            self._exchange.disconnect(client)

    def _serve(self, listener: Listener, sockets: list[socket.socket], exchange: Exchange) -> None:
        def channel() -> TlsChannel:
            return Connection(listener, exchange).channel

        def failed(error: OSError) -> None:
            text = "%s: cannot accept connections for a second: %s"
            exchange.complaints.say(text, listener.name, error.strerror)

        self._acceptors.extend(Acceptor(bound, channel, failed) for bound in sockets)
