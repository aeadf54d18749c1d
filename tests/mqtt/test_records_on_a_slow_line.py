"""What a slow line has brought so far can be read: no record makes its reader wait for much."""

import socket
import ssl
import threading

import pytest
from mqtt.scripted_server import server_context

from collector.mqtt.progress import STALLED_S
from collector.mqtt.settings import ConnectionSettings
from collector.mqtt.stream import TlsStream

SEGMENT_BYTES = 1400
WINDOW_BYTES = 20_000


class SlowReader:
    """The server's end, which gets the line's bytes only when it asks for some."""

    def __init__(self, sock, context):
        self._socket = sock
        self._from_line, self._to_line = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._from_line, self._to_line, server_side=True)

    def shake_hands(self):
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._answer()
                self._from_line.write(self._socket.recv(65536))
            else:
                return self._answer()

    def read_after(self, size):
        """Return what can be read once so many more bytes have come."""
        self._from_line.write(self._socket.recv(size, socket.MSG_WAITALL))
        data = b""
        try:
            while True:
                data += self._tls.read(65536)
        except ssl.SSLWantReadError:
            return data

    def _answer(self):
        self._socket.sendall(self._to_line.read())


@pytest.fixture
def ends(authority, server_pair, soon):
    ours, theirs = socket.create_server(("127.0.0.1", 0)), None
    near = socket.create_connection(ours.getsockname())
    theirs, _ = ours.accept()
    settings = ConnectionSettings(host="localhost", port=1, ca_file=authority.ca_file)
    context = ssl.create_default_context(cafile=authority.ca_file)
    stream = TlsStream(near, context, settings, soon)
    reader = SlowReader(theirs, server_context(authority, server_pair))
    thread = threading.Thread(target=reader.shake_hands)
    thread.start()
    stream.do_handshake()
    thread.join(10)
    yield stream, reader
    stream.abort()
    theirs.close()
    ours.close()


def test_a_window_can_be_read_segment_by_segment_while_it_comes(ends):
    stream, reader = ends
    stream.send(bytes(WINDOW_BYTES))

    stream.flush()

    read = [len(reader.read_after(SEGMENT_BYTES)) for _ in range(5)]
    assert all(size > SEGMENT_BYTES / 2 for size in read), read


def test_a_window_comes_whole_whatever_its_records(ends):
    stream, reader = ends
    window = bytes(range(256)) * 78
    stream.send(window)

    stream.flush()

    got = b""
    while len(got) < len(window):
        got += reader.read_after(1)
    assert window == got


def test_a_line_that_takes_nothing_more_ends_the_connection_with_a_reason(ends):
    stream, _ = ends
    while not stream.wants_write():
        stream.send(bytes(1_000_000))
        stream.flush()

    assert not stream.gives_up(now_s=0.0)
    assert stream.gives_up(now_s=STALLED_S)
    stream.receive()

    assert stream.has_ended
    assert "Connection timed out" in str(stream.failure)
