"""A12: the server sends packets that are malformed, or are none."""

import random

import pytest
from faults.fault_load import BRISK
from faults.mini_agent import MiniAgent, serve
from mqtt.certificates import Authority
from mqtt.scripted_server import ScriptedServer, publish, server_context

from collector.clock import Deadline, SystemClock
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings
from collector.mqtt.transport import Disconnected

HOSTILE = [
    b"\x30\x05\x00\x03\xff\xfe\xfd",  # a topic that is no UTF-8
    b"\x30\xff\xff\xff\xff\x7f",  # a length of five bytes
    b"\x30\x02\x00\x09",  # a topic longer than its packet
    b"\xf0\x00",
    b"\x00\x00",
    b"\x40\x01\x00",
    b"\x90\x02\x00\x01",
    b"\x20\x02\x00\x00",  # a second CONNACK
    b"\x32\x07\x00\x03a/b\x00\x00",  # packet identifier 0
    publish(b"", b"x"),
    publish(b"a\x00b", b"x"),
]
AGAIN_WITHIN_S = 10.0


def _packets(count):
    chance = random.Random(12)
    good = publish(b"/v1.0/a/ping/info/inbox", b'{"answer":"x"}', 1)
    for number in range(count):
        if number < len(HOSTILE):
            yield HOSTILE[number]
        elif number % 2:
            yield chance.randbytes(chance.randint(1, 60))
        else:
            mutated = bytearray(good)
            for _ in range(chance.randint(1, 4)):
                mutated[chance.randrange(len(mutated))] = chance.randrange(256)
            yield bytes(mutated)


def test_whatever_comes_ends_in_an_event_and_never_in_an_exception(tmp_path, row):
    authority = Authority(tmp_path)
    packets = _packets(row.pick(150, 5000))
    ended = 0

    def script(connection):
        connection.accept()
        connection.send(next(packets))

    with ScriptedServer(script, server_context(authority, authority.issue("server"))) as server:
        settings = ConnectionSettings(host="localhost", port=server.port, ca_file=authority.ca_file)
        for _ in range(row.pick(150, 5000)):
            ended += _is_over_in_time(settings)

    row.note(f"{ended} packets, each over within {AGAIN_WITHIN_S:g} s")
    assert row.pick(150, 5000) == ended


def _is_over_in_time(settings):
    clock = SystemClock()
    transport = PahoTransport(settings, clock)
    deadline = Deadline.after(clock, AGAIN_WITHIN_S)
    try:
        transport.connect(deadline)
        while not deadline.has_passed():
            if any(isinstance(event, Disconnected) for event in transport.poll(1)):
                return True
        return False
    finally:
        transport.close()


@pytest.fixture
def mini(bench):
    bench.start_agent()
    hostile = iter(HOSTILE)

    def script(connection, agent):
        if (packet := next(hostile, None)) is not None:
            connection.accept()
            connection.packet()
            connection.send(packet)
            connection.packet()
        else:
            serve(connection, agent)

    mini = MiniAgent(bench.agent.directory, script)
    mini.skip = lambda count: [next(hostile) for _ in range(count)]
    yield mini
    mini.close()


def test_collector_outlives_hostile_connections_and_delivers_after_them(bench, mini, row):
    mini.skip(row.pick(8, 0))
    bench.configure(BRISK, port=mini.port, inventory="off")
    bench.start_collector()
    bench.wait_for(
        lambda status: status["delivery"]["confirmed_readings"], "it delivers", row.pick(60, 400)
    )

    assert {} == bench.finish(journal=lambda: mini.stored).dropped
