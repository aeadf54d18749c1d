"""A broker that sends any bytes: the transport tells what came and how it ended."""

import itertools
import socket
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import pytest
from fuzz.mutations import fuzzed, seeds
from hypothesis import strategies as st

from collector.clock import Deadline
from collector.errors import AgentUnreachableError
from collector.mqtt import dialing, session, tls
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings
from collector.mqtt.transport import Acknowledged, Disconnected, Message
from collector.testkit.clock import FakeClock

PACKETS = seeds("broker_packets")
CONNACK = b"\x20\x02\x00\x00"
MANY = 200
SETTINGS = ConnectionSettings(host="agent", port=1, ca_file=Path("ca.crt"))


class Line:
    """A `TlsStream` without a network: some pieces, then the end."""

    def __init__(self, pieces, descriptor):
        self.failure = None
        self.has_ended = self.has_goodbye = False
        self.head = b""
        self.excess_bytes = 0
        self._pieces = list(pieces)
        self._incoming = bytearray()
        self._descriptor = descriptor

    def wrap_socket(self, _sock, **_):
        return self

    def do_handshake(self):
        pass

    def recv(self, size):
        if not self._incoming and not self.has_ended:
            raise BlockingIOError
        data = bytes(self._incoming[:size])
        del self._incoming[:size]
        return data

    def send(self, data):
        return len(data)

    def fileno(self):
        return self._descriptor

    def has_input(self):
        return bool(self._incoming) or self.has_ended

    def wants_write(self):
        return False

    def receive(self):
        self._incoming += self._pieces.pop(0) if self._pieces else b""
        self.has_ended |= not self._pieces
        self.head = self.head or bytes(self._incoming[:4])

    def gives_up(self, now_s):
        return False

    def setblocking(self, flag):
        pass

    settimeout = setblocking

    def flush(self):
        pass

    def abort(self):
        self.has_ended = True

    close = abort


@pytest.fixture(scope="module")
def readable():
    """A descriptor that can always be read."""
    ours, theirs = socket.socketpair()
    theirs.send(b"x")
    with ours, theirs:
        yield ours.fileno()


def converse(pieces, descriptor):
    """Connect to a broker that sends these pieces; return how it went and what was told."""
    clock = FakeClock()
    line = Line(pieces, descriptor)
    transport = PahoTransport(SETTINGS, clock)
    with ExitStack() as stack:
        for where, name, stand_in in (
            (tls, "build_context", lambda _: None),
            (dialing, "addresses_of", lambda *_: ["192.0.2.1"]),
            (dialing, "refusal_of", lambda *_: None),
            (socket, "create_connection", lambda *_, **__: mock.Mock(fileno=lambda: descriptor)),
        ):
            stack.enter_context(mock.patch.object(where, name, stand_in))
        door = mock.Mock(stream=line, wrap_socket=line.wrap_socket, check_hostname=True)
        stack.enter_context(mock.patch.object(session, "TlsDoor", return_value=door))
        try:
            transport.connect(Deadline.after(clock, 5.0))
        except AgentUnreachableError as error:
            return str(error), []
    try:
        return "", list(events_of(transport))
    finally:
        transport.close()


def events_of(transport):
    for number in range(MANY):
        if number == 0:
            publish(transport)
        for event in transport.poll(0.0):
            yield event
            if isinstance(event, Disconnected):
                return
    pytest.fail("it never ends")


def publish(transport):
    try:
        transport.publish("a/b", b"{}")
    except AgentUnreachableError:  # it has hung up already
        return


def pieces_of(data, cuts):
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


CUTS = st.lists(st.integers(0, 60), max_size=3)


@fuzzed(PACKETS, cuts=CUTS)
def test_any_greeting_is_consent_or_a_reason_in_words(examine, readable, data, cuts):
    reason, events = examine(converse, pieces_of(data, cuts), readable)

    assert bool(reason) != bool(events)


@fuzzed(PACKETS, cuts=CUTS)
def test_any_stream_behind_the_consent_ends_in_events(examine, readable, data, cuts):
    reason, events = examine(converse, [CONNACK, *pieces_of(data, cuts)], readable)

    assert "" == reason
    assert isinstance(events[-1], Disconnected)
    assert all(isinstance(event, Message | Acknowledged) for event in events[:-1])
