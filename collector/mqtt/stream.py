"""A TLS connection with buffers of its own on both sides, as paho's socket.

paho reads each packet in three small bites and writes each by itself. Here the bites come out of
memory and the packets leave together, so a burst costs one read and one write of the real socket.
"""

import contextlib
import errno
import os
import select
import socket
import ssl

from collector.clock import Deadline
from collector.errors import AgentTimeoutError, AgentUnreachableError
from collector.mqtt import tls
from collector.mqtt.progress import Progress, unacknowledged_bytes
from collector.mqtt.settings import ConnectionSettings

_CHUNK_BYTES = 64 * 1024
_FLUSH_BYTES = 64 * 1024
_RECORD_BYTES = 1300
"""With the head and seal of its record this fits into one TCP segment, in a tunnel as well.

The agent can use nothing of a record before all of it is there: of the longest, 16 KiB (RFC 8446,
section 5.1), on a line of 10 kB/s a fence would have to wait for 1.6 s of the pushes behind it."""

_CHUNKS_AT_ONCE = 16
"""So much of what the line has is taken in at once: it may come faster than it is dealt with."""

MAX_PACKET_BYTES = 16 * 1024 * 1024 + 64 * 1024
"""The longest reply that is read, and its topic. MQTT 3.1.1 allows 256 MB (section 2.2.3), has no
word for less, and a packet is collected whole before anybody sees it."""


class TlsStream:
    """One TLS connection; never blocks but in `do_handshake` and, for a moment, in `close`.

    Failures of the line are kept, not raised: what came before them can still be read, and it is
    an alert in there that says why the other side hung up.

    Args:
        sock: A connected socket; the stream owns it from now on.
        context: For the handshake.
        settings: The name that the server's certificate has to carry; the place, for errors.
        deadline: For the handshake.

    Attributes:
        failure: Why the connection ended, once it has; None also for a proper end.
        has_ended: Whether nothing more will come.
        has_goodbye: Whether the other side said so, as TLS has it.
        head: The first bytes that the server sent.
        excess_bytes: How long a packet was announced that is not taken; 0 for none.
    """

    def __init__(
        self,
        sock: socket.socket,
        context: ssl.SSLContext,
        settings: ConnectionSettings,
        deadline: Deadline,
    ) -> None:
        self.failure: OSError | None = None
        self.has_ended = self.has_goodbye = False
        self.head = b""
        self.excess_bytes = 0
        self._socket = sock
        self._place = settings.place
        self._deadline = deadline
        self._progress = Progress(lambda: unacknowledged_bytes(sock))
        self._from_line = ssl.MemoryBIO()
        self._to_line = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._from_line, self._to_line, server_hostname=settings.server_name or settings.host
        )
        self._incoming = b""
        self._position = 0
        self._outgoing = bytearray()
        self._encrypted = bytearray()
        sock.setblocking(False)  # noqa: FBT003 - the socket's own signature
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # What paho calls.

    def do_handshake(self) -> None:
        """Shake hands.

        Raises:
            AgentUnreachableError: It failed; the text names the reason. The socket is closed.
        """
        try:
            self._shake_hands()
        except OSError as error:
            self.abort()
            raise tls.explain(error, self._place) from error
        except AgentUnreachableError:
            self.abort()
            raise

    def recv(self, size: int) -> bytes:
        """Return what was received, up to ``size`` bytes; empty once the connection has ended.

        paho asks for all that is left of a packet, so a large ``size`` is what was announced.
        """
        if size > MAX_PACKET_BYTES:
            self.excess_bytes = size
            self.abort()
            return b""
        start = self._position
        chunk = self._incoming[start : start + size]
        if chunk:
            self._position = start + len(chunk)
            return chunk
        if self.has_ended:
            return b""
        raise BlockingIOError

    def send(self, data: bytes | bytearray) -> int:
        """Take all of ``data``; it leaves with the next `flush`."""
        self._outgoing += data
        if len(self._outgoing) >= _FLUSH_BYTES:
            self.flush()
        return len(data)

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - the socket's own signature
        """Nothing: the stream never blocks."""

    def settimeout(self, timeout_s: float | None) -> None:
        """Nothing: the handshake has its deadline."""

    def close(self) -> None:
        """Send what still waits as far as the line takes it at once, and hang up."""
        if self._socket.fileno() >= 0:
            self.flush()
            self._say_goodbye()
        self.abort()

    # What the session calls.

    def has_input(self) -> bool:
        """Tell whether `recv` has something to say."""
        return self._position < len(self._incoming) or self.has_ended

    def wants_write(self) -> bool:
        """Tell whether the line did not take everything yet."""
        return bool(self._encrypted or self._outgoing) and not self.has_ended

    def receive(self) -> None:
        """Take from the line what is there."""
        if self.has_ended:
            return
        self._take_from_line()
        chunks = [self._incoming[self._position :]]
        try:
            while chunk := self._tls.read(_CHUNK_BYTES):
                chunks.append(chunk)
            self.has_goodbye = True
            self._end(None)
        except ssl.SSLWantReadError:
            pass
        except OSError as error:
            self.has_goodbye = isinstance(error, ssl.SSLZeroReturnError)
            self._end(None if self.has_goodbye else error)
        self._incoming, self._position = b"".join(chunks), 0
        if not self.head:
            self.head = self._incoming[:4]

    def flush(self) -> None:
        """Give the line as much as it takes."""
        if self.has_ended:
            return
        if self._outgoing:
            self._encrypt()
        self._give_to_line()

    def gives_up(self, now_s: float) -> bool:
        """Tell whether the line takes nothing more; then `receive` finds the connection ended.

        Args:
            now_s: Monotonic time; to be asked about once a second.
        """
        if self.has_ended or not self._progress.has_stalled(now_s):
            return False
        code = errno.ETIMEDOUT
        self.failure = self.failure or TimeoutError(code, os.strerror(code))
        self._from_line.write_eof()
        return True

    def abort(self) -> None:
        """Close the socket without a word; safe to call twice."""
        self.has_ended = True
        self._socket.close()

    def _shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._give_to_line()
                self._wait_readable()
                self._take_from_line()
            except ssl.SSLError:
                self._give_to_line()  # our alert tells the other side why
                raise
            else:
                self._give_to_line()
                return

    def _wait_readable(self) -> None:
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        if self.failure is None and not poller.poll(self._deadline.remaining_s() * 1000):
            raise AgentTimeoutError(
                f"the agent at {self._place} accepts the connection but does not answer the TLS"
                " handshake"
            )

    def _take_from_line(self) -> None:
        try:
            for _ in range(_CHUNKS_AT_ONCE):
                data = self._socket.recv(_CHUNK_BYTES)
                if not data:
                    self._from_line.write_eof()
                    return
                self._from_line.write(data)
                if len(data) < _CHUNK_BYTES:
                    return
        except BlockingIOError:
            pass
        except OSError as error:
            self.failure = self.failure or error
            self._from_line.write_eof()

    def _encrypt(self) -> None:
        # Nothing but memory lies behind the TLS object, so it takes all or is broken.
        try:
            with memoryview(self._outgoing) as waiting:
                taken = 0
                while taken < len(waiting):
                    taken += self._tls.write(waiting[taken : taken + _RECORD_BYTES])
        except ssl.SSLError as error:
            self.failure = self.failure or error
        self._outgoing.clear()

    def _give_to_line(self) -> None:
        self._encrypted += self._to_line.read()
        try:
            while self._encrypted:
                count = self._socket.send(self._encrypted)
                self._progress.give(count)
                del self._encrypted[:count]
        except BlockingIOError:
            pass
        except OSError as error:
            # The other side may have said why before it hung up: `receive` finds out.
            self.failure = self.failure or error
            self._encrypted.clear()

    def _end(self, error: OSError | None) -> None:
        self.has_ended = True
        # An end without TLS's goodbye is a failure only if the line itself says so.
        self.failure = self.failure if isinstance(error, ssl.SSLEOFError | None) else error

    def _say_goodbye(self) -> None:
        with contextlib.suppress(OSError):  # the other side's half of it is not waited for
            self._tls.unwrap()
        self._give_to_line()


class TlsDoor:
    """What paho takes for a TLS context: it puts a `TlsStream` around the socket.

    Attributes:
        stream: The stream, once paho has connected the socket.
    """

    check_hostname = True  # paho leaves the check to the handshake then

    def __init__(
        self, settings: ConnectionSettings, context: ssl.SSLContext, deadline: Deadline
    ) -> None:
        self.stream: TlsStream | None = None
        self._settings = settings
        self._context = context
        self._deadline = deadline

    def wrap_socket(self, sock: socket.socket, **_: object) -> TlsStream:
        """Return the stream; paho calls its ``do_handshake`` next."""
        self.stream = TlsStream(sock, self._context, self._settings, self._deadline)
        return self.stream
