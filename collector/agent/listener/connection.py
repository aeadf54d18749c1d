"""One client's connection: from its CONNECT to its end."""

import asyncio

from collector.agent.broker import Listener, Peer
from collector.agent.listener import replies
from collector.agent.listener.channel import TlsChannel
from collector.agent.listener.connect import (
    MQTT_3_1_1,
    Connect,
    UnsupportedVersionError,
    Will,
    parse_connect,
)
from collector.agent.listener.conversation import Conversation
from collector.agent.listener.exchange import Exchange
from collector.agent.listener.framing import Framer
from collector.agent.listener.greeting import Welcome, greet
from collector.agent.listener.packets import Kind, check_flags, parse_disconnect
from collector.agent.listener.reasons import PacketError, Reason
from collector.agent.listener.sessions import Session

_DISCONNECT = int(Kind.DISCONNECT)
_CHUNK_BYTES = 64 * 1024
_KEEPALIVE_FACTOR = 1.5


class Connection:
    """The `Receiver` of one channel and, once a CONNECT was accepted, the line of a session.

    Args:
        listener: The port that it came to.
        exchange: What all connections share.

    Attributes:
        channel: What the bytes go through.
        client: Client id; None before the CONNECT was accepted.
    """

    def __init__(self, listener: Listener, exchange: Exchange) -> None:
        limits = exchange.limits
        self.client: str | None = None
        self.channel = TlsChannel(
            listener.tls,
            exchange.buffers,
            self,
            handshake_s=limits.handshake_s,
            linger_s=limits.linger_s,
        )
        self._listener = listener
        self._exchange = exchange
        self._loop = asyncio.get_running_loop()
        self._framer = Framer(limits.connect_bytes)
        self._host = ""
        self._peer = Peer(listener.name, "")
        self._version = MQTT_3_1_1
        self._longest = 0
        self._session: Session | None = None
        self._conversation: Conversation | None = None
        self._will: Will | None = None
        self._out = bytearray()
        self._heard_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    def arrived(self, host: str, port: int) -> bool:
        """See `Receiver`."""
        self._host = host
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._peer = Peer(self._listener.name, address)
        reason = self._exchange.admission.enter(host)
        if reason:
            self._complain("was not let in: %s", reason)
            return False
        self._exchange.members.add(self)
        return True

    def opened(self, certificate_der: bytes | None) -> None:
        """See `Receiver`."""
        self._peer = Peer(self._listener.name, self._peer.address, certificate_der)
        self._timer = self._loop.call_later(self._exchange.limits.connect_s, self._connect_late)

    def failed(self, reason: str) -> None:
        """See `Receiver`."""
        self._complain("failed the TLS handshake: %s", reason)

    def received(self, data: bytes) -> None:
        """See `Receiver`."""
        if self._is_closed:
            return
        is_first, self._heard_s = not self._heard_s, self._loop.time()
        try:
            if is_first:
                _check_first(data[0])
            for head, body in self._framer.packets(data):
                self._take(head, body)
                if self._is_closed:
                    return
        except PacketError as error:
            self._complain("was cut off: %s", error)
            self.close(error.reason)
        finally:
            self.flush()
            self._exchange.flush()

    def drained(self) -> None:
        """See `Receiver`."""
        self.flush()

    def lost(self) -> None:
        """See `Receiver`."""
        self._end(self._will)
        if self.client is None:
            self._exchange.admission.begin(self._host)
        self._exchange.admission.leave(self._host)
        self._exchange.members.discard(self)

    def flush(self) -> None:
        """See `Line`."""
        while not self._is_closed:
            self._fill()
            if not self._out:
                return
            out, self._out = self._out, bytearray()
            self.channel.write(out)

    def close(self, reason: Reason) -> None:
        """See `Line`."""
        self._close(reason, self._will)

    def dismiss(self, reason: Reason) -> None:
        """See `Member`."""
        self._close(reason, None)

    def cut(self) -> None:
        """See `Member`."""
        self.channel.close_now()

    def abort(self) -> None:
        """See `Member`."""
        self.channel.abort()

    def _take(self, head: int, body: bytes) -> None:
        conversation = self._conversation
        if conversation is None:
            self._begin(head, body)
        elif head >> 4 == _DISCONNECT:
            self._finish(head, body)
        else:
            self._out += conversation.answer(head, body)

    def _begin(self, head: int, body: bytes) -> None:
        _check_first(head)
        try:
            connect = parse_connect(body)
        except UnsupportedVersionError:
            self._out += replies.UNSUPPORTED_VERSION
            raise
        self._version = connect.version
        welcome = greet(connect, self._peer, self._listener, self._exchange)
        if isinstance(welcome, Reason):
            self._out += replies.connack(connect.version, welcome)
            self._complain("may not connect: %s", welcome.name.replace("_", " ").lower())
            self._close(Reason.SUCCESS, None)
        else:
            self._open(connect, welcome)

    def _open(self, connect: Connect, welcome: Welcome) -> None:
        limits, session = self._exchange.limits, welcome.session
        self._exchange.admission.begin(self._host)
        self.client = welcome.client
        session.line = self
        self._session = session
        self._will = connect.will
        self._longest = connect.maximum_packet_bytes
        self._framer.max_bytes = limits.packet_bytes
        self._conversation = Conversation(self._version, session, self._listener, self._exchange)
        self._out += welcome.answer
        self._watch(connect.keepalive_s * _KEEPALIVE_FACTOR or limits.idle_s)

    def _finish(self, head: int, body: bytes) -> None:
        check_flags(head, self._version)
        reason = parse_disconnect(body, self._version)
        self._end(self._will if reason == Reason.DISCONNECT_WITH_WILL else None)
        self.channel.write(self._out)
        self.channel.close()

    def _fill(self) -> None:
        session = self._session
        if session is None:
            return
        outbox, out = session.outbox, self._out
        while len(outbox) and len(out) < _CHUNK_BYTES and not self.channel.is_full:
            packet = outbox.take(self._version, self._longest)
            if not packet:
                return
            out += packet

    def _close(self, reason: Reason, will: Will | None) -> None:
        if self._is_closed:
            return
        if self.client is not None and reason:
            self._out += replies.disconnect(self._version, reason)
        if self._out:
            self.channel.write(self._out)
        self._end(will)
        self.channel.close()

    def _end(self, will: Will | None) -> None:
        """End the session's use of this connection; only the first time counts."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._session is not None:
            self._exchange.sessions.leave(self._session)
        if will is not None and self.client is not None:
            self._exchange.publish_will(self._listener, self.client, will)

    def _connect_late(self) -> None:
        self._complain("was cut off: %s", "no CONNECT in time")
        self._close(Reason.SUCCESS, None)

    def _watch(self, silence_s: float) -> None:
        """Close the connection when nothing comes for so long."""
        if self._timer is not None:
            self._timer.cancel()
        # One timer that looks at the last time, instead of a new one for each packet.
        left_s = self._heard_s + silence_s - self._loop.time()
        if left_s <= 0:
            self._complain("was cut off: nothing came for %g s", silence_s)
            self.close(Reason.KEEP_ALIVE_TIMEOUT)
            return
        self._timer = self._loop.call_later(left_s, self._watch, silence_s)

    def _complain(self, text: str, *values: object) -> None:
        self._exchange.complaints.say(
            f"{self._listener.name}: %s {text}", self._peer.address, *values
        )


def _check_first(head: int) -> None:
    # Looked at before the packet is whole: other protocols would have it wait for the rest.
    if head != Kind.CONNECT << 4:
        raise PacketError("something before a CONNECT", Reason.PROTOCOL_ERROR)
