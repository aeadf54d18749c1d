"""Whatever bytes come, the codec raises its own error or nothing."""

import contextlib

from agent_listener import raw
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.agent.listener import packets
from collector.agent.listener.connect import parse_connect
from collector.agent.listener.framing import Framer
from collector.agent.listener.packets import Kind
from collector.agent.listener.reasons import PacketError

GOOD = [
    raw.connect(3),
    raw.connect(4, will=("/a", b"gone")),
    raw.connect(5, properties=b"\x21\x00\x0a\x26\x00\x01k\x00\x01v", will=("/a", b"gone")),
    raw.publish("/a/b", b"{}", 1, 10),
    raw.publish("/a/b", b"{}", 2, 10, properties=b"\x03\x00\x01t\x09\x00\x01c"),
    raw.subscribe(("/a/#", 1), ("/b", 0)),
    raw.subscribe(("/a/#", 0x2E), properties=b"\x26\x00\x01k\x00\x01v"),
    raw.unsubscribe("/a/#", properties=b""),
    raw.puback(3),
    raw.pubrec(3),
    raw.pubrel(3),
    raw.pubcomp(3),
    raw.PING,
    raw.packet(0xE0, b"\x04\x05\x11\x00\x00\x00\x09"),
]
PARSERS = {
    Kind.SUBSCRIBE: packets.parse_subscribe,
    Kind.UNSUBSCRIBE: packets.parse_unsubscribe,
    Kind.DISCONNECT: packets.parse_disconnect,
    Kind.PUBACK: packets.parse_acknowledgement,
    Kind.PUBREC: packets.parse_acknowledgement,
    Kind.PUBREL: packets.parse_acknowledgement,
    Kind.PUBCOMP: packets.parse_acknowledgement,
}


def read_everything(stream, version):
    for head, body in Framer(4096).packets(stream):
        with contextlib.suppress(PacketError):
            packets.check_flags(head, version)
        with contextlib.suppress(PacketError):
            if head >> 4 == Kind.CONNECT:
                parse_connect(body)
            elif head >> 4 == Kind.PUBLISH:
                packets.parse_publish(head, body, version)
            elif head >> 4 in PARSERS:
                PARSERS[head >> 4](body, version)


@st.composite
def mutated(draw):
    stream = bytearray(b"".join(draw(st.lists(st.sampled_from(GOOD), min_size=1, max_size=4))))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(stream) - 1))
        change = draw(st.sampled_from(["set", "insert", "delete", "cut"]))
        if change == "set":
            stream[at] = draw(st.integers(0, 255))
        elif change == "insert":
            stream[at:at] = draw(st.binary(min_size=1, max_size=5))
        elif change == "delete" and len(stream) > 1:
            del stream[at]
        elif change == "cut":
            del stream[at + 1 :]
    return bytes(stream)


@settings(max_examples=600)
@given(mutated(), st.sampled_from([3, 4, 5]))
def test_mutated_packets_raise_nothing_else(stream, version):
    with contextlib.suppress(PacketError):
        read_everything(stream, version)


@settings(max_examples=500)
@given(st.binary(max_size=600), st.sampled_from([3, 4, 5]))
def test_random_bytes_raise_nothing_else(stream, version):
    with contextlib.suppress(PacketError):
        read_everything(stream, version)


@settings(max_examples=500)
@given(st.sampled_from(sorted(PARSERS)), st.binary(max_size=60), st.sampled_from([3, 4, 5]))
def test_random_bodies_raise_nothing_else(kind, body, version):
    with contextlib.suppress(PacketError):
        PARSERS[kind](body, version)
