"""An established connection: events in order, nothing lost, nothing raised."""

import contextlib
import random
import threading

import pytest
from mqtt.scripted_server import CONNACK, publish

from collector.clock import Deadline
from collector.errors import AgentTimeoutError, AgentUnreachableError, CollectorError
from collector.mqtt.transport import Acknowledged, Disconnected, Message


def serve(connection):
    connection.serve()


def after_consent(*packets):
    """Return a script that consents, sends packets and waits for the client to go."""

    def script(connection):
        connection.accept()
        for packet in packets:
            connection.send(packet)
        while True:
            connection.packet()

    return script


def polled(transport, count):
    events = []
    for _ in range(1000):
        events += transport.poll(5)
        if len(events) >= count or any(isinstance(event, Disconnected) for event in events):
            break
    return events


def test_publishes_arrive_at_qos_1_and_are_acknowledged_under_their_ids(serving, dial):
    with serving(serve) as server:
        transport = dial(server.port)
        packet_ids = [transport.publish("a/b", b"%d" % number) for number in range(3)]
        events = polled(transport, 3)
        transport.close()

    assert events == [Acknowledged(packet_id) for packet_id in packet_ids]
    pushes = [(first, body) for first, body in server.received if first >> 4 == 3]
    assert [first for first, _ in pushes] == [0x32] * 3
    assert [body[-1:] for _, body in pushes] == [b"0", b"1", b"2"]


def test_a_window_of_thousands_leaves_and_comes_back_whole(serving, dial):
    with serving(serve) as server:
        transport = dial(server.port)
        packet_ids = [transport.publish("a/b", b"x" * 500) for _ in range(3000)]
        events = polled(transport, 3000)

    assert events == [Acknowledged(packet_id) for packet_id in packet_ids]


def test_a_message_larger_than_every_buffer_arrives_whole(serving, dial):
    payload = random.Random(1).randbytes(5_000_000)
    with serving(serve) as server:
        transport = dial(server.port)
        transport.publish("a", payload)
        assert polled(transport, 1)
    [push] = [body for first, body in server.received if first >> 4 == 3]

    assert push[5:] == payload


@pytest.mark.parametrize("qos", [0, 1])
def test_messages_arrive_in_order(serving, dial, qos):
    packets = [publish(b"a/%d" % number, b"p%d" % number, qos) for number in range(50)]
    with serving(after_consent(*packets)) as server:
        events = polled(dial(server.port), 50)

    assert events == [Message(f"a/{number}", b"p%d" % number) for number in range(50)]


def test_a_large_message_from_the_server_arrives_whole(serving, dial):
    payload = random.Random(2).randbytes(3_000_000)
    with serving(after_consent(publish(b"a", payload))) as server:
        events = polled(dial(server.port), 1)

    assert events == [Message("a", payload)]


def test_a_message_in_bites_arrives_whole(serving, dial):
    packet = publish(b"a/b", b"payload")
    bites = [packet[at : at + 1] for at in range(len(packet))]
    with serving(after_consent(*bites)) as server:
        events = polled(dial(server.port), 1)

    assert events == [Message("a/b", b"payload")]


def test_what_comes_together_with_the_consent_is_not_overlooked(serving, dial):
    def eager(connection):
        connection.packet()
        connection.send(CONNACK + publish(b"a", b"1"))
        connection.packet()

    with serving(eager) as server:
        assert polled(dial(server.port), 1) == [Message("a", b"1")]


def test_subscriptions_ask_for_no_acknowledged_delivery(serving, dial, soon):
    with serving(serve) as server:
        transport = dial(server.port)
        transport.subscribe(["a/+"], soon)
        transport.close()

    [subscription] = [body for first, body in server.received if first == 0x82]
    assert subscription[2:] == b"\0\3a/+\0"


def test_a_refused_filter_is_named(serving, dial, soon):
    def refuse(connection):
        connection.accept()
        _, body = connection.packet()
        connection.send(bytes([0x90, 4, *body[:2], 1, 0x80]))
        connection.packet()

    with serving(refuse) as server:
        transport = dial(server.port)
        with pytest.raises(AgentUnreachableError, match=r"refuses to subscribe to b$"):
            transport.subscribe(["a", "b"], soon)


def test_a_subscription_without_an_answer_ends_with_its_deadline(serving, dial, clock):
    with serving(after_consent()) as server:
        transport = dial(server.port)
        with pytest.raises(AgentTimeoutError, match="does not answer a subscription"):
            transport.subscribe(["a"], Deadline.after(clock, 0.2))


def test_a_connection_that_ends_during_a_subscription_is_told(serving, dial, soon):
    def leave(connection):
        connection.accept()
        connection.packet()

    with serving(leave) as server:
        transport = dial(server.port)
        with pytest.raises(AgentUnreachableError, match="hung up on a subscription"):
            transport.subscribe(["a"], soon)


@pytest.mark.parametrize("topic", ["a/#", "a/+/b", ""])
def test_an_impossible_topic_is_an_error_of_ours(serving, dial, topic):
    with serving(serve) as server, pytest.raises(CollectorError, match="cannot publish"):
        dial(server.port).publish(topic, b"")


def test_the_end_is_reported_once_after_what_came_before(serving, dial):
    def leave(connection):
        connection.accept()
        connection.send(publish(b"a", b"last"))

    with serving(leave) as server:
        transport = dial(server.port)
        events = polled(transport, 2)

        assert events[0] == Message("a", b"last")
        assert isinstance(events[1], Disconnected)
        assert "closed the connection" in events[1].reason
        assert transport.poll(0.01) == []
        with pytest.raises(AgentUnreachableError, match="not connected"):
            transport.publish("a", b"")


@pytest.mark.parametrize("is_goodbye", [True, False])
def test_a_server_that_takes_its_leave_is_told_from_a_line_that_is_cut(serving, dial, is_goodbye):
    def leave(connection):
        connection.accept()
        if is_goodbye:
            with contextlib.suppress(OSError):
                connection.sock.unwrap()

    with serving(leave) as server:
        events = polled(dial(server.port), 1)

    assert [is_goodbye] == [event.is_goodbye for event in events]


def test_a_silent_server_is_given_up_after_the_keepalive(serving, dial):
    with serving(after_consent()) as server:
        events = polled(dial(server.port, keepalive_s=1), 1)

    assert [type(event) for event in events] == [Disconnected]
    assert "no sign of life" in events[0].reason


@pytest.mark.parametrize("early", [True, False])
def test_a_poll_is_woken_from_another_thread(serving, dial, clock, early):
    with serving(after_consent()) as server:
        transport = dial(server.port)
        waker = threading.Timer(0 if early else 0.1, transport.wake)
        waker.start()
        if early:
            waker.join()
        started_s = clock.monotonic_s()

        assert transport.poll(10) == []
        assert clock.monotonic_s() - started_s < 5
        waker.join()


def test_many_wake_ups_are_one_and_none_after_the_close_is_an_error(serving, dial):
    with serving(after_consent()) as server:
        transport = dial(server.port)
        for _ in range(100_000):
            transport.wake()
        assert transport.poll(5) == []
        assert transport.poll(0.01) == []
        transport.close()
        transport.wake()
        assert transport.poll(5) == []


def test_a_close_says_goodbye_after_everything_that_was_published(serving, dial):
    with serving(serve) as server:
        transport = dial(server.port)
        transport.publish("a", b"last words")
        transport.close()
        transport.close()

    assert [first for first, _ in server.received] == [0x10, 0x32, 0xE0]


def test_a_close_does_not_wait_for_a_server_that_reads_nothing(serving, dial, clock):
    def deaf(connection):
        connection.accept()
        connection.hold_until_the_end()

    with serving(deaf) as server:
        transport = dial(server.port)
        transport.publish("a", bytes(20_000_000))
        transport.poll(0)
        started_s = clock.monotonic_s()
        transport.close()

        assert clock.monotonic_s() - started_s < 1.0


@pytest.mark.parametrize(
    "packet",
    [
        b"\x00\x00",  # a reserved type
        b"\xf0\x00",
        b"\x10\x00",  # a client's packets
        b"\x82\x00",
        b"\x20\x00",  # a consent without its bytes
        b"\x30\x00",  # a message without a topic
        b"\x30\x02\x00\x09",  # a topic longer than the packet
        b"\x32\x03\x00\x01a",  # no packet id
        b"\x36\x05\x00\x01a\x00\x01",  # QoS 3
        b"\x30\xff\xff\xff\xff\xff",  # a length of five bytes
        b"\x40\x00",  # an acknowledgement of nothing
        b"\x40\x02\x77\x77",  # of something never sent
        b"\x90\x00",
        b"\x90\x02\x00\x01",
        b"\x62\x02\x00\x09",
        b"\xb0\x01\x00",
        b"\xd0\x01\x00",
        b"\xe0\x00",
    ],
)
def test_a_hostile_packet_ends_the_connection_or_is_ignored_and_never_raises(serving, dial, packet):
    with serving(after_consent(packet, publish(b"still", b"here"))) as server:
        events = polled(dial(server.port), 1)

    assert len(events) == 1
    assert isinstance(events[0], Disconnected) or events[0] == Message("still", b"here")


def test_random_packets_end_the_connection_or_are_ignored_and_never_raise(serving, dial):
    chance = random.Random(7)

    def garbage(connection):
        connection.accept()
        first = chance.randrange(256)
        body = chance.randbytes(chance.randrange(12))
        connection.send(bytes([first, len(body)]) + body)

    with serving(garbage) as server:
        for _ in range(150):
            transport = dial(server.port)
            assert isinstance(polled(transport, 100)[-1], Disconnected)
            transport.close()


def test_a_topic_that_is_no_utf8_is_ignored(serving, dial):
    packets = publish(b"\xff\xfe", b"bad", 1), publish(b"good", b"", 1)
    with serving(after_consent(*packets)) as server:
        assert polled(dial(server.port), 1) == [Message("good", b"")]
