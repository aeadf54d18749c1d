"""Whatever comes to the agent's port, the connection is answered or ended, and no other one is."""

import asyncio
import contextlib
import ssl

import pytest
from fuzz.mutations import fuzzed, seeds
from hypothesis import strategies as st

from collector.agent.broker import Listener
from collector.agent.listener import Limits, packets
from collector.agent.listener.connect import parse_connect
from collector.agent.listener.connection import Connection
from collector.agent.listener.exchange import Exchange
from collector.agent.listener.framing import Framer
from collector.agent.listener.packets import Kind
from collector.agent.listener.reasons import PacketError

PACKETS = seeds("agent_packets")
CONNECTS = {version: PACKETS[number] for number, version in enumerate((3, 4, 5))}
VERSIONS = st.sampled_from(sorted(CONNECTS))
PARSERS = {
    Kind.SUBSCRIBE: packets.parse_subscribe,
    Kind.UNSUBSCRIBE: packets.parse_unsubscribe,
    Kind.DISCONNECT: packets.parse_disconnect,
    Kind.PUBACK: packets.parse_acknowledgement,
    Kind.PUBREC: packets.parse_acknowledgement,
    Kind.PUBREL: packets.parse_acknowledgement,
    Kind.PUBCOMP: packets.parse_acknowledgement,
}


def parse(head, body, version):
    packets.check_flags(head, version)
    if head >> 4 == Kind.CONNECT:
        parse_connect(body)
    elif head >> 4 == Kind.PUBLISH:
        packets.parse_publish(head, body, version)
    elif head >> 4 in PARSERS:
        PARSERS[head >> 4](body, version)


def parse_all(stream, version):
    with contextlib.suppress(PacketError):
        for head, body in Framer(4096).packets(stream):
            with contextlib.suppress(PacketError):
                parse(head, body, version)


def parse_body(kind, body, version):
    with contextlib.suppress(PacketError):
        parse(kind << 4 | 2, body, version)


@fuzzed(PACKETS, version=VERSIONS)
def test_any_stream_of_bytes_holds_packets_or_is_refused(examine, data, version):
    examine(parse_all, data, version)


@fuzzed(PACKETS, kind=st.sampled_from([Kind.CONNECT, Kind.PUBLISH, *PARSERS]), version=VERSIONS)
def test_any_body_of_a_packet_is_read_or_refused(examine, data, kind, version):
    examine(parse_body, kind, data[2:], version)


class Everybody:
    """Lets everybody do everything, and takes every message."""

    def authenticate(self, peer):
        return peer.address

    def may_publish(self, client, topic):
        return True

    def may_subscribe(self, client, topic_filter):
        return True

    def handle(self, client, listener, topic, payload):
        return True


class Line:
    """The far end of a connection without a network."""

    def __init__(self):
        self.is_full = self.is_closed = False
        self.written = b""

    def write(self, data):
        self.written += data

    def close(self):
        self.is_closed = True

    close_now = abort = close


class Port:
    """A port of the agent, and those who are connected to it."""

    def __init__(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._listener = Listener("mutual", "", 0, context, Everybody())
        self.exchange = Exchange(Limits(), Everybody())

    def connect(self, version, port):
        connection = Connection(self._listener, self.exchange)
        connection.channel = Line()
        connection.arrived("192.0.2.7", port)
        connection.opened(None)
        connection.received(CONNECTS[version])
        return connection


@pytest.fixture(scope="module")
def loop():
    with asyncio.Runner() as runner:
        yield runner


async def talk(stream, version, cuts):
    """Have one connection send a stream in pieces while the agent publishes; return another's."""
    port = Port()
    other, connection = port.connect(4, 1), port.connect(version, 2)
    other.received(b"\x82\x06\0\1\0\1a\1")
    connection.received(b"\x82\x06\0\1\0\1a\2" if version < 5 else b"\x82\x07\0\1\0\0\1a\2")
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        if stream[start:end]:
            connection.received(stream[start:end])
        port.exchange.publish("mutual", "a", b"x", 2)
        port.exchange.flush()
    connection.lost()
    await asyncio.sleep(0)
    before = len(other.channel.written)
    port.exchange.publish("mutual", "a", b"last", 0)
    port.exchange.flush()
    other.lost()
    return other.channel.written[before:]


@fuzzed(PACKETS, version=VERSIONS, cuts=st.lists(st.integers(0, 200), max_size=4).map(sorted))
def test_any_conversation_ends_without_disturbing_another(examine, loop, data, version, cuts):
    cuts = [min(cut, len(data)) for cut in cuts]

    last = examine(lambda: loop.run(talk(data, version, cuts)))

    assert b"\x30\x07\0\1alast" == last
