"""What waits for a client, and in which order it goes."""

from agent_listener import raw
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.listener.framing import Framer
from collector.agent.listener.outbox import Message, Outbox
from collector.agent.listener.packets import parse_publish

ANY_LENGTH = 1 << 30


def take_all(outbox, version=4, longest=ANY_LENGTH):
    found = []
    while packet := outbox.take(version, longest):
        ((head, body),) = Framer(ANY_LENGTH).packets(packet)
        found.append((head, *parse_publish(head, body, version)))
    return found


def filled(count, qos=1, window=10):
    outbox = Outbox(window)
    for number in range(count):
        outbox.put(Message(b"t", b"%d" % number, qos))
    return outbox


def test_at_most_a_window_is_on_its_way():
    outbox = filled(25)

    sent = take_all(outbox)
    outbox.acknowledged(sent[3][2])
    more = take_all(outbox)

    assert [b"%d" % number for number in range(10)] == [payload for *_, payload in sent]
    assert [b"10"] == [payload for *_, payload in more]
    assert 14 == len(outbox)


def test_messages_without_confirmation_need_no_window():
    assert 25 == len(take_all(filled(25, qos=0)))


def test_a_message_of_qos_2_leaves_the_window_when_it_is_completed():
    outbox = filled(2, qos=2, window=1)
    ((_, _, packet_id, _),) = take_all(outbox)

    outbox.acknowledged(99)
    outbox.received(packet_id)
    assert [] == take_all(outbox)
    outbox.completed(packet_id)

    assert 1 == len(take_all(outbox))


def test_a_client_that_was_away_gets_what_it_did_not_finish():
    outbox = filled(2, qos=2)
    first, second = take_all(outbox)

    outbox.received(first[2])
    again = list(Framer(100).packets(outbox.unfinished(4)))

    assert [0x62, 0x3C] == [head for head, _ in again]
    assert raw.pubrel(first[2])[2:] == again[0][1]
    assert (b"t", second[2], b"1") == parse_publish(*again[1], 4)


@given(st.lists(st.integers(0, 2), max_size=40), st.integers(1, 5))
def test_packet_identifiers_on_their_way_differ(qualities, window):
    outbox = Outbox(window)
    outbox._last_id = 0xFFFE
    for qos in qualities:
        outbox.put(Message(b"t", b"", qos))

    under_way = set()
    for _head, _topic, packet_id, _payload in take_all(outbox):
        assert packet_id not in under_way or packet_id == 0
        under_way.add(packet_id)

    assert 0x10000 not in under_way
    assert len(under_way - {0}) <= window


def test_a_message_longer_than_the_client_takes_is_dropped():
    outbox = Outbox(10)
    outbox.put(Message(b"t", b"x" * 200, 1))
    outbox.put(Message(b"t", b"short", 1))

    assert [b"short"] == [payload for *_, payload in take_all(outbox, 5, longest=100)]
    assert 0 == outbox.waiting_bytes


def test_what_waits_is_measured():
    outbox = filled(3)

    assert 6 == outbox.waiting_bytes
    assert outbox.exceeds(2, 100)
    assert outbox.exceeds(10, 5)
    assert not outbox.exceeds(3, 6)

    outbox.drop_oldest()
    outbox.drop_newest()

    assert 2 == outbox.waiting_bytes
    assert [b"1"] == [payload for *_, payload in take_all(outbox)]


def test_a_single_message_may_be_of_any_length():
    outbox = Outbox(10)
    outbox.put(Message(b"t", b"x" * 1000, 1))

    assert not outbox.exceeds(10, 100)


def test_messages_without_confirmation_are_not_kept_for_the_absent():
    outbox = filled(2, qos=0)
    outbox.put(Message(b"t", b"kept", 1))

    outbox.drop_unconfirmed()

    assert [b"kept"] == [payload for *_, payload in take_all(outbox)]
