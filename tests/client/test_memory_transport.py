import threading

import pytest

from collector.clock import Deadline
from collector.errors import AgentUnreachableError
from collector.mqtt.transport import Acknowledged, Disconnected, Message
from collector.testkit.clock import FakeClock
from collector.testkit.transport import MemoryTransport, matches


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def soon(clock):
    return Deadline.after(clock, 1.0)


def connected(clock, soon, *filters, **options):
    transport = MemoryTransport(clock, **options)
    transport.connect(soon)
    transport.subscribe(filters, soon)
    return transport


def test_a_publish_is_recorded_and_acknowledged_under_the_id_it_returned(clock, soon):
    transport = connected(clock, soon)

    packet_ids = [transport.publish("a", b"1"), transport.publish("a", b"2")]

    assert transport.published == [("a", b"1"), ("a", b"2")]
    assert transport.poll(0) == [Acknowledged(packet_id) for packet_id in packet_ids]
    assert transport.poll(0) == []


def test_acknowledgements_can_be_left_to_the_test(clock, soon):
    transport = connected(clock, soon, acknowledges=False)
    packet_id = transport.publish("a", b"")

    assert transport.poll(0) == []
    transport.acknowledge(packet_id)
    assert transport.poll(0) == [Acknowledged(packet_id)]


def test_the_answer_hook_speaks_for_the_agent(clock, soon):
    def answer(topic, payload):
        yield f"{topic}/inbox", payload[::-1]

    transport = connected(clock, soon, "+/inbox", answer=answer)
    transport.publish("a", b"12")

    assert transport.poll(0)[1:] == [Message("a/inbox", b"21")]


def test_only_what_was_subscribed_to_arrives(clock, soon):
    transport = connected(clock, soon, "a/+/c")

    transport.deliver("a/b/c", b"yes")
    transport.deliver("a/b/d", b"no")

    assert transport.poll(0) == [Message("a/b/c", b"yes")]


def test_a_refused_filter_is_an_error(clock, soon):
    transport = MemoryTransport(clock, refused_filters=["b"])
    transport.connect(soon)

    with pytest.raises(AgentUnreachableError, match="refuses to subscribe to b"):
        transport.subscribe(["a", "b"], soon)


def test_a_dropped_line_is_reported_once_after_what_came_before_and_takes_nothing_more(clock, soon):
    transport = connected(clock, soon, "#")
    transport.deliver("a", b"")
    transport.drop("gone")
    transport.deliver("a", b"too late")

    assert transport.poll(0) == [Message("a", b""), Disconnected("gone")]
    assert transport.poll(0) == []
    with pytest.raises(AgentUnreachableError):
        transport.publish("a", b"")


def test_connect_fails_as_told(clock, soon):
    transport = MemoryTransport(clock, connect_error=AgentUnreachableError("refused"))

    with pytest.raises(AgentUnreachableError, match="refused"):
        transport.connect(soon)


def test_a_closed_transport_takes_nothing_and_may_be_closed_again(clock, soon):
    transport = connected(clock, soon)
    transport.close()
    transport.close()

    assert transport.is_closed
    with pytest.raises(AgentUnreachableError):
        transport.publish("a", b"")


def test_time_can_pass_in_a_poll_that_has_nothing_to_report(clock, soon):
    transport = connected(clock, soon, idle=clock.advance)
    transport.publish("a", b"")
    started_s = clock.monotonic_s()

    assert len(transport.poll(2.0)) == 1
    assert transport.poll(2.0) == []
    assert clock.monotonic_s() - started_s == 2.0


@pytest.mark.parametrize("happening", ["deliver", "wake"])
def test_a_blocking_poll_returns_when_something_happens(clock, soon, happening):
    transport = connected(clock, soon, "a", blocking=True)
    polled = []
    poller = threading.Thread(target=lambda: polled.append(transport.poll(5.0)))
    poller.start()

    if happening == "deliver":
        transport.deliver("a", b"x")
    else:
        transport.wake()
    poller.join(10)

    assert polled == [[Message("a", b"x")] if happening == "deliver" else []]


def test_a_blocking_poll_returns_empty_when_the_clock_is_moved(clock, soon):
    transport = connected(clock, soon, blocking=True)
    polled = []
    poller = threading.Thread(target=lambda: polled.append(transport.poll(5.0)))
    poller.start()

    while poller.is_alive():
        clock.advance(5.0)
        poller.join(0.01)

    assert polled == [[]]


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/+", "a", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "b", False),
        ("#", "a/b", True),
        ("/+/b", "/a/b", True),
    ],
)
def test_filters_cover_topics_as_mqtt_has_it(topic_filter, topic, expected):
    assert matches(topic_filter, topic) is expected
