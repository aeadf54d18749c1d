"""What a broker announces is not collected without a bound."""

import contextlib
import tracemalloc

import pytest
from mqtt.scripted_server import publish, remaining

from collector.mqtt.stream import MAX_PACKET_BYTES
from collector.mqtt.transport import Disconnected, Message

LARGEST_ANNOUNCED = 268_435_455  # four digits of 7 bits
MIB = 1024 * 1024


def announcing(length, *, sent_mib):
    """Return a script that announces a packet of that length, and sends so much of it."""

    def script(connection):
        connection.accept()
        connection.send(b"\x30" + remaining(length) + b"\x00\x01a")
        with contextlib.suppress(OSError):
            for _ in range(sent_mib):
                connection.send(bytes(MIB))
        connection.hold_until_the_end()

    return script


def _events(transport):
    for _ in range(10_000):
        if events := transport.poll(5):
            return events
    raise AssertionError("nothing happened")


@pytest.mark.parametrize("length", [MAX_PACKET_BYTES + 1, LARGEST_ANNOUNCED])
def test_a_packet_that_is_too_long_ends_the_connection_before_it_is_collected(
    length, serving, dial
):
    with serving(announcing(length, sent_mib=40)) as server:
        transport = dial(server.port)
        tracemalloc.start()
        [event] = _events(transport)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert isinstance(event, Disconnected)
    assert f"announced a packet of {length} bytes" in event.reason
    assert peak_bytes < 16 * MIB


def test_the_longest_reply_that_is_read_arrives(serving, dial):
    payload = b"x" * 16 * MIB

    def script(connection):
        connection.accept()
        connection.send(publish(b"a", payload))
        connection.hold_until_the_end()

    with serving(script) as server:
        [event] = _events(dial(server.port))

    assert event == Message("a", payload)


def test_a_flood_is_taken_in_by_and_by(serving, dial):
    def script(connection):
        connection.accept()
        with contextlib.suppress(OSError):
            for _ in range(64):
                connection.send(publish(b"a", bytes(100_000)) * 10)
        connection.hold_until_the_end()

    with serving(script) as server:
        transport = dial(server.port)
        sizes = [sum(len(each.payload) for each in _events(transport)) for _ in range(20)]

    assert max(sizes) <= 3 * MIB
