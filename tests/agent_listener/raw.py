"""MQTT packets written by hand, and a client that sends any bytes and reads packets back."""

import socket
import ssl

TIMEOUT_S = 40  # a machine busy with other tests takes its time


def length(number):
    encoded = b""
    while number > 127:
        encoded += bytes([number % 128 + 128])
        number //= 128
    return encoded + bytes([number])


def packet(head, body=b""):
    return bytes([head]) + length(len(body)) + body


def text(content):
    content = content.encode() if isinstance(content, str) else content
    return len(content).to_bytes(2, "big") + content


def connect(  # noqa: PLR0913 - every field can be wrong
    version=4,
    client_id="raw",
    *,
    clean=True,
    keepalive=60,
    will=None,
    flags=None,
    properties=b"",
    name=None,
    tail=b"",
):
    name = name or ("MQIsdp" if version == 3 else "MQTT")
    if flags is None:
        flags = (2 if clean else 0) | (4 if will else 0)
    body = text(name) + bytes([version, flags]) + keepalive.to_bytes(2, "big")
    if version == 5:
        body += length(len(properties)) + properties
    body += text(client_id)
    if will:
        body += (b"\0" if version == 5 else b"") + text(will[0]) + text(will[1])
    return packet(0x10, body + tail)


def publish(topic, payload=b"", qos=0, packet_id=1, *, head=0, properties=None):
    body = text(topic)
    if qos:
        body += packet_id.to_bytes(2, "big")
    if properties is not None:
        body += length(len(properties)) + properties
    return packet(0x30 | qos << 1 | head, body + payload)


def subscribe(*filters, packet_id=7, properties=None, head=0x82):
    body = packet_id.to_bytes(2, "big")
    if properties is not None:
        body += length(len(properties)) + properties
    return packet(head, body + b"".join(text(name) + bytes([qos]) for name, qos in filters))


def unsubscribe(*filters, packet_id=8, properties=None):
    body = packet_id.to_bytes(2, "big")
    if properties is not None:
        body += length(len(properties)) + properties
    return packet(0xA2, body + b"".join(text(name) for name in filters))


def puback(packet_id):
    return packet(0x40, packet_id.to_bytes(2, "big"))


def pubrec(packet_id):
    return packet(0x50, packet_id.to_bytes(2, "big"))


def pubrel(packet_id):
    return packet(0x62, packet_id.to_bytes(2, "big"))


def pubcomp(packet_id):
    return packet(0x70, packet_id.to_bytes(2, "big"))


PING = packet(0xC0)
PONG = packet(0xD0)
GOODBYE = packet(0xE0)
ACCEPTED = packet(0x20, b"\0\0")
RESUMED = packet(0x20, b"\1\0")


class RawClient:
    """One connection; reading waits for at most 40 s."""

    def __init__(self, sock):
        self.sock = sock
        sock.settimeout(TIMEOUT_S)

    @property
    def address(self):
        host, port = self.sock.getsockname()[:2]
        return f"{host}:{port}"

    def send(self, *packets):
        self.sock.sendall(b"".join(packets))

    def read(self):
        """Return the next packet as it came; b"" at the end of the connection."""
        head = self._exactly(1)
        if not head:
            return b""
        size, shift, prefix = 0, 0, b""
        while True:
            byte = self._exactly(1)
            prefix += byte
            size |= (byte[0] & 0x7F) << shift
            shift += 7
            if byte[0] < 128:
                return head + prefix + self._exactly(size)

    def ask(self, *packets):
        """Send and read one packet."""
        self.send(*packets)
        return self.read()

    def is_alive(self):
        return self.ask(PING) == PONG

    def read_to_end(self):
        """Return all packets up to the end of the connection."""
        found = []
        while packet_ := self.read():
            found.append(packet_)
        return found

    def close(self):
        self.sock.close()

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                more = self.sock.recv(count - len(data))
            except (ConnectionError, ssl.SSLEOFError):
                return b""
            if not more:
                return b""
            data += more
        return data


def dial(port, context=None, server_name="localhost", **options):
    sock = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
    if context is not None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            sock = context.wrap_socket(sock, server_hostname=server_name, **options)
        except OSError:
            sock.close()
            raise
    return RawClient(sock)
