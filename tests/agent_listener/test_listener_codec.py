"""Packets, read by the listener and written by hand; and the other way round."""

import pytest
from agent_listener import raw
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.listener import packets, replies
from collector.agent.listener.connect import Will, parse_connect
from collector.agent.listener.framing import Framer, encoded_length
from collector.agent.listener.packets import Kind
from collector.agent.listener.reasons import PacketError, Reason

VERSIONS = st.sampled_from([3, 4, 5])
PACKET_IDS = st.integers(1, 0xFFFF)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


def body_of(packet):
    (one,) = Framer(1 << 28).packets(packet)
    return one[1]


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300))), st.data())
def test_a_stream_is_cut_into_the_same_packets_wherever_it_is_torn(sent, data):
    stream = b"".join(raw.packet(head, body) for head, body in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    parts = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    framer = Framer(1000)

    assert sent == [one for part in parts for one in framer.packets(part)]


def test_a_stream_may_come_byte_by_byte():
    framer = Framer(1000)
    stream = raw.packet(0x30, b"x" * 300) + raw.PING

    found = [one for byte in stream for one in framer.packets(bytes([byte]))]

    assert [(0x30, b"x" * 300), (0xC0, b"")] == found


@given(st.integers(0, 268_435_455))
def test_lengths_are_written_as_the_standard_does(number):
    assert raw.length(number) == encoded_length(number)


@pytest.mark.parametrize("tail", [b"\xff\xff\xff\xff", b"\x80\x80\x80\x80\x01"])
def test_a_length_of_five_bytes_is_malformed(tail):
    with pytest.raises(PacketError, match="more than four bytes"):
        list(Framer(1 << 30).packets(b"\x30" + tail))


def test_a_packet_that_is_too_long_is_refused_before_it_has_come():
    with pytest.raises(PacketError) as caught:
        list(Framer(100).packets(b"\x30\x65"))

    assert caught.value.reason == Reason.PACKET_TOO_LARGE


def test_packets_before_a_malformed_one_are_delivered():
    framed = Framer(100).packets(raw.PING + b"\x30\xff\xff\xff\xff\xff")

    assert (0xC0, b"") == next(framed)
    with pytest.raises(PacketError):
        next(framed)


@given(
    VERSIONS,
    TEXTS,
    st.booleans(),
    st.integers(0, 0xFFFF),
    st.none() | st.tuples(TEXTS, st.binary(max_size=50)),
)
def test_a_connect_says_what_was_written(version, client_id, clean, keepalive, will):
    body = body_of(raw.connect(version, client_id, clean=clean, keepalive=keepalive, will=will))

    connect = parse_connect(body)

    assert version == connect.version
    assert client_id == connect.client_id
    assert clean == connect.clean
    assert keepalive == connect.keepalive_s
    assert connect.will == (Will(*will) if will else None)


def test_user_name_and_password_are_read_over():
    body = body_of(raw.connect(4, "x", flags=0xC2, tail=raw.text("me") + raw.text(b"\xff\0")))

    assert parse_connect(body).client_id == "x"


def test_limits_of_an_mqtt_5_client_are_read():
    properties = b"\x11\x00\x00\x00\x05\x21\x00\x0a\x27\x00\x00\x02\x00\x26\x00\x01k\x00\x01v"

    connect = parse_connect(body_of(raw.connect(5, properties=properties)))

    assert (5, 10, 512) == (
        connect.session_expiry_s,
        connect.receive_maximum,
        connect.maximum_packet_bytes,
    )


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (raw.connect(4, flags=0x03), Reason.MALFORMED_PACKET),
        (raw.connect(4, flags=0x1A), Reason.MALFORMED_PACKET),
        (raw.connect(4, flags=0x22), Reason.MALFORMED_PACKET),
        (raw.connect(4, flags=0x42), Reason.MALFORMED_PACKET),
        (raw.connect(4, flags=0x1E, will=("a", b"")), Reason.MALFORMED_PACKET),
        (raw.connect(4, "a\0b"), Reason.MALFORMED_PACKET),
        (raw.connect(4, b"\xff"), Reason.MALFORMED_PACKET),
        (raw.connect(4, b"\xed\xa0\x80"), Reason.MALFORMED_PACKET),
        (raw.connect(4, tail=b"x"), Reason.MALFORMED_PACKET),
        (raw.connect(4, name="HTTP"), Reason.MALFORMED_PACKET),
        (raw.connect(6, name="MQTT"), Reason.UNSUPPORTED_PROTOCOL_VERSION),
        (raw.connect(4, name="MQIsdp"), Reason.UNSUPPORTED_PROTOCOL_VERSION),
        (raw.connect(5, properties=b"\x21\x00\x00"), Reason.PROTOCOL_ERROR),
        (raw.connect(5, properties=b"\x27\x00\x00\x00\x00"), Reason.PROTOCOL_ERROR),
        (raw.connect(5, properties=b"\x19\x02"), Reason.PROTOCOL_ERROR),
        (raw.connect(5, properties=b"\x22\x00\x01\x22\x00\x01"), Reason.PROTOCOL_ERROR),
        (raw.connect(5, properties=b"\x23\x00\x01"), Reason.MALFORMED_PACKET),
        (raw.connect(5, properties=b"\x7f"), Reason.MALFORMED_PACKET),
        (raw.connect(5, properties=b"\x15\x00\x01x"), Reason.BAD_AUTHENTICATION_METHOD),
    ],
)
def test_a_wrong_connect_is_refused_with_its_reason(packet, reason):
    with pytest.raises(PacketError) as caught:
        parse_connect(body_of(packet))

    assert reason == caught.value.reason


@given(VERSIONS, st.binary(max_size=100), st.binary(max_size=300), st.integers(0, 2), PACKET_IDS)
def test_a_message_says_what_was_written(version, topic, payload, qos, packet_id):
    properties = b"" if version == 5 else None
    packet = raw.publish(topic, payload, qos, packet_id, properties=properties)

    found = packets.parse_publish(packet[0], body_of(packet), version)

    assert (topic, packet_id if qos else 0, payload) == found
    assert packet == replies.publish(version, topic, packet_id, payload, qos)


def test_properties_of_a_message_are_read_over():
    properties = (
        b"\x01\x01\x02\x00\x00\x00\x09\x03\x00\x01t\x26\x00\x01k\x00\x01v\x26\x00\x00\x00\x00"
    )
    packet = raw.publish("t", b"payload", properties=properties)

    assert (b"t", 0, b"payload") == packets.parse_publish(packet[0], body_of(packet), 5)


@pytest.mark.parametrize(
    ("packet", "version"),
    [
        (raw.publish("t", qos=3), 4),
        (raw.publish("t", qos=1, packet_id=0), 4),
        (raw.publish("t", head=0x08), 4),
        (raw.packet(0x30, b""), 4),
        (raw.packet(0x30, b"\0\5t"), 4),
        (raw.packet(0x32, b"\0\1t\1"), 4),
        (raw.packet(0x30, b"\0\1t"), 5),
        (raw.publish("t", properties=b"\x23\0\1"), 5),
        (raw.publish("t", properties=b"\x11\0\0\0\1"), 5),
    ],
)
def test_a_malformed_message_is_refused(packet, version):
    with pytest.raises(PacketError):
        packets.parse_publish(packet[0], body_of(packet), version)


@given(VERSIONS, PACKET_IDS, st.lists(st.tuples(TEXTS, st.integers(0, 2)), min_size=1))
def test_a_subscribe_says_what_was_written(version, packet_id, filters):
    properties = b"" if version == 5 else None
    packet = raw.subscribe(*filters, packet_id=packet_id, properties=properties)

    subscribe = packets.parse_subscribe(body_of(packet), version)

    assert (packet_id, tuple(filters)) == (subscribe.packet_id, subscribe.filters)


def test_subscription_options_of_mqtt_5_are_accepted():
    packet = raw.subscribe(("a", 0x2D), properties=b"")

    assert (("a", 1),) == packets.parse_subscribe(body_of(packet), 5).filters


@pytest.mark.parametrize(
    ("packet", "version"),
    [
        (raw.subscribe(), 4),
        (raw.subscribe(("a", 1), packet_id=0), 4),
        (raw.subscribe(("a", 3)), 4),
        (raw.subscribe(("a", 4)), 4),
        (raw.subscribe(("a", 0x33), properties=b""), 5),
        (raw.subscribe(("a", 0x31), properties=b""), 5),
        (raw.subscribe(("a", 0x41), properties=b""), 5),
        (raw.subscribe(("a", 1), properties=b"\x0b\x01"), 5),
        (raw.subscribe(("a", 1), properties=b"\x0b\x00"), 5),
        (raw.subscribe(("a\0", 1)), 4),
        (raw.packet(0x82, b"\0\1\0\5a"), 4),
    ],
)
def test_a_malformed_subscribe_is_refused(packet, version):
    with pytest.raises(PacketError):
        packets.parse_subscribe(body_of(packet), version)


@given(VERSIONS, PACKET_IDS, st.lists(TEXTS, min_size=1))
def test_an_unsubscribe_says_what_was_written(version, packet_id, filters):
    properties = b"" if version == 5 else None
    packet = raw.unsubscribe(*filters, packet_id=packet_id, properties=properties)

    unsubscribe = packets.parse_unsubscribe(body_of(packet), version)

    assert (packet_id, tuple(filters)) == (unsubscribe.packet_id, unsubscribe.filters)


def test_an_unsubscribe_without_filters_is_refused():
    with pytest.raises(PacketError):
        packets.parse_unsubscribe(body_of(raw.unsubscribe()), 4)


@given(VERSIONS, PACKET_IDS, st.sampled_from([Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP]))
def test_an_acknowledgement_goes_round(version, packet_id, kind):
    reason = Reason.NOT_AUTHORIZED if version == 5 else Reason.SUCCESS

    packet = replies.acknowledgement(kind, version, packet_id, reason)

    packets.check_flags(packet[0], version)
    assert (packet_id, reason) == packets.parse_acknowledgement(body_of(packet), version)


@pytest.mark.parametrize(
    ("head", "version"),
    [(0x80, 4), (0x83, 4), (0x60, 4), (0xA0, 5), (0xC1, 4), (0x41, 4), (0xE2, 3), (0x80, 3)],
)
def test_reserved_flags_are_checked(head, version):
    with pytest.raises(PacketError):
        packets.check_flags(head, version)


def test_the_first_version_marks_repeated_subscriptions():
    packets.check_flags(0x8A, 3)


@pytest.mark.parametrize(
    ("body", "version", "reason"),
    [(b"", 4, 0), (b"", 5, 0), (b"\x04", 5, 4), (b"\x00\x05\x11\x00\x00\x00\x09", 5, 0)],
)
def test_a_disconnect_tells_its_reason(body, version, reason):
    assert reason == packets.parse_disconnect(body, version)


@pytest.mark.parametrize(("body", "version"), [(b"\0", 4), (b"\0\0\0", 5), (b"\0\5", 5)])
def test_a_malformed_disconnect_is_refused(body, version):
    with pytest.raises(PacketError):
        packets.parse_disconnect(body, version)
