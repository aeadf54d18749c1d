"""A TLS server whose every connection follows a script."""

import socket
import ssl
import threading
import time
import warnings

CONNACK = b"\x20\x02\x00\x00"
PINGRESP = b"\xd0\x00"


def connack(code):
    return bytes([0x20, 2, 0, code])


def publish(topic: bytes, payload: bytes = b"", qos: int = 0) -> bytes:
    packet_id = b"\0\7" if qos else b""
    body = len(topic).to_bytes(2, "big") + topic + packet_id + payload
    return bytes([0x30 | qos << 1]) + remaining(len(body)) + body


def remaining(length: int) -> bytes:
    digits = bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(digits)


class Connection:
    """The server's end of one connection, packet by packet."""

    def __init__(self, sock, server):
        self.sock = sock
        self._server = server

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            chunk = self.sock.recv(size - len(data))
            if not chunk:
                raise ConnectionError("the client has gone")
            data += chunk
        return data

    def packet(self) -> tuple[int, bytes]:
        """Return the first byte and the body of the next packet."""
        first, length, shift = self.read(1)[0], 0, 0
        while True:
            digit = self.read(1)[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
        packet = first, self.read(length)
        self._server.received.append(packet)
        return packet

    def accept(self) -> None:
        """Take a CONNECT and consent."""
        self.packet()
        self.send(CONNACK)

    def hold_until_the_end(self) -> None:
        self._server.hold.wait(30)

    def serve(self) -> None:
        """Consent, grant and acknowledge everything until the client goes."""
        self.accept()
        while True:
            first, body = self.packet()
            if first >> 4 == 8:
                self.send(bytes([0x90, 3, *body[:2], 1]))
            elif first >> 4 == 3:
                at = 2 + int.from_bytes(body[:2], "big")
                self.send(bytes([0x40, 2, *body[at : at + 2]]))
            elif first >> 4 == 12:
                self.send(PINGRESP)


class ScriptedServer:
    """Runs ``script(connection)`` for each connection, in a thread of its own.

    Attributes:
        received: Every packet of every connection, (first byte, body).
        failures: Why handshakes failed on this side.
        connected_at_s: When each connection came.
        hold: Set at the end of the test; scripts may wait for it.

    Args:
        before_leaving: Called first at the end, to let the clients go.
    """

    def __init__(self, script, context=None, *, before_leaving=lambda: None):
        self.received = []
        self.failures = []
        self.connected_at_s = []
        self.hold = threading.Event()
        self._before_leaving = before_leaving
        self._script = script
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = []
        self.port = self._listener.getsockname()[1]

    @property
    def connections(self):
        return len(self.connected_at_s)

    def __enter__(self):
        self._start(self._listen)
        return self

    def __exit__(self, *_):
        self._before_leaving()
        self.hold.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connected_at_s.append(time.monotonic())
            self._start(self._serve, sock)

    def _serve(self, sock):
        sock.settimeout(10)
        with sock:
            try:
                if self._context is not None:
                    with self._context.wrap_socket(sock, server_side=True) as secured:
                        secured.settimeout(10)
                        self._script(Connection(secured, self))
                else:
                    self._script(Connection(sock, self))
            except ssl.SSLError as error:
                self.failures.append(error.reason)
            except OSError as error:
                self.failures.append(str(error))


def server_context(authority, pair, *, version=None, wants_certificate=False, crl=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate_file, pair.key_file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point
        if version is not None:
            context.minimum_version = context.maximum_version = version
    if version is ssl.TLSVersion.TLSv1_1:
        context.set_ciphers("ALL:@SECLEVEL=0")
    if wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.ca_file)
    if crl is not None:
        context.load_verify_locations(crl)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return context
