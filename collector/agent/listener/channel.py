"""One TLS connection: ciphertext outside, plain bytes inside.

This is instead of asyncio's own TLS, which hangs up on a failed handshake without the alert that
would tell the client why (its certificate has expired, is of another authority), tells nobody of
the failure, and holds large buffers for each connection. Here all connections share one.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Protocol, cast

_BUFFER_BYTES = 64 * 1024
_UNSENT_BYTES = 256 * 1024


class Receiver(Protocol):
    """The inside of a channel. Everything runs on the event loop."""

    def arrived(self, host: str, port: int) -> bool:
        """Take note of a new TCP connection; return False to drop it at once."""
        ...

    def opened(self, certificate_der: bytes | None) -> None:
        """Take note of the end of the handshake, with the client's certificate if it has one."""
        ...

    def failed(self, reason: str) -> None:
        """Take note that there will be no TLS connection."""
        ...

    def received(self, data: bytes) -> None:
        """Take what came."""
        ...

    def drained(self) -> None:
        """Go on writing, after `TlsChannel.is_full` was set."""
        ...

    def lost(self) -> None:
        """Take note of the end; called once, after `arrived` had returned True."""
        ...


class Buffers:
    """Where every channel of one event loop reads to; whatever is in there is copied at once."""

    def __init__(self) -> None:
        self.line = memoryview(bytearray(_BUFFER_BYTES))
        self.plain = memoryview(bytearray(_BUFFER_BYTES))


class TlsChannel(asyncio.BufferedProtocol):
    """The server's side of one TLS connection.

    Args:
        context: With certificate and, for mutual TLS, the authority of the clients.
        buffers: Shared by all channels of the loop.
        receiver: Gets what comes.
        handshake_s: Time for the handshake.
        linger_s: Time for the client to hang up after `close`.

    Attributes:
        is_full: Whether the client takes less than is written; nothing is read from it then.
    """

    _transport: asyncio.Transport

    def __init__(
        self,
        context: ssl.SSLContext,
        buffers: Buffers,
        receiver: Receiver,
        *,
        handshake_s: float,
        linger_s: float,
    ) -> None:
        self.is_full = False
        self._buffers = buffers
        self._receiver = receiver
        self._handshake_s = handshake_s
        self._linger_s = linger_s
        self._from_line = ssl.MemoryBIO()
        self._to_line = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._from_line, self._to_line, server_side=True)
        self._timer: asyncio.TimerHandle | None = None
        self._is_shaken = False
        self._is_closing = False
        self._was_let_in = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.BaseProtocol`."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - by the kind of server
        self._transport = transport
        address = transport.get_extra_info("peername")
        # A client that hangs up at once leaves no address.
        self._was_let_in = bool(address) and self._receiver.arrived(address[0], address[1])
        if not self._was_let_in:
            transport.abort()
            return
        transport.set_write_buffer_limits(_UNSENT_BYTES)
        self._set_timer(self._handshake_s, self._handshake_late)

    def get_buffer(self, sizehint: int) -> memoryview:
        """See `asyncio.BufferedProtocol`."""
        del sizehint
        return self._buffers.line

    def buffer_updated(self, nbytes: int) -> None:
        """See `asyncio.BufferedProtocol`."""
        if self._is_closing:
            return
        self._from_line.write(self._buffers.line[:nbytes])
        if not self._is_shaken:
            self._shake_hands()
        if self._is_shaken and not self._is_closing:
            self._decrypt()

    def pause_writing(self) -> None:
        """See `asyncio.BaseProtocol`."""
        self.is_full = True
        if not self._is_closing:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """See `asyncio.BaseProtocol`."""
        self.is_full = False
        if not self._is_closing:
            self._transport.resume_reading()
            self._receiver.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.BaseProtocol`."""
        del exc
        self._is_closing = True
        if self._timer is not None:
            self._timer.cancel()
        if self._was_let_in:
            self._receiver.lost()

    def write(self, data: bytes | bytearray) -> None:
        """Send; what is written to a closing channel is dropped."""
        if self._is_closing:
            return
        try:
            written = self._tls.write(data)
            while written < len(data):
                written += self._tls.write(memoryview(data)[written:])
        except OSError:  # the session has failed before, and reading will say so
            self.abort()
            return
        self._send_ciphertext()

    def close(self) -> None:
        """Send what was written, and hang up once the client has, or after a moment.

        Hanging up first would reset the connection when more of the client is on its way, and it
        might lose what was sent last: an acknowledgement, or the reason.
        """
        if self._say_goodbye():
            self._transport.resume_reading()
            self._set_timer(self._linger_s, self._transport.abort)
            try:
                self._transport.write_eof()
            except OSError:  # the client has reset the connection
                self._transport.abort()

    def close_now(self) -> None:
        """Send what was written, and hang up."""
        self._say_goodbye()
        self._transport.close()

    def abort(self) -> None:
        """Hang up; what was written may be lost."""
        self._is_closing = True
        self._transport.abort()

    def _say_goodbye(self) -> bool:
        if self._is_closing:
            return False
        self._is_closing = True
        with contextlib.suppress(OSError, ValueError):  # wants an answer; nobody waits for it
            self._tls.unwrap()
        self._send_ciphertext()
        return not self._transport.is_closing()

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._send_ciphertext()
        except OSError as error:
            self._receiver.failed(_reason(error))
            self._send_ciphertext()
            self.close()
        else:
            self._is_shaken = True
            self._send_ciphertext()
            if self._timer is not None:
                self._timer.cancel()
            self._receiver.opened(self._tls.getpeercert(binary_form=True))

    def _decrypt(self) -> None:
        line, tls, plain = self._from_line, self._tls, self._buffers.plain
        # typeshed has it return bytes, but into a buffer it returns their number.
        read = cast("Callable[[int, memoryview], int]", tls.read)
        used, has_ended = 0, False
        try:
            while (line.pending or tls.pending()) and not self._is_closing:
                count = read(_BUFFER_BYTES - used, plain[used:])
                if not count:
                    has_ended = True
                    break
                used += count
                if used == _BUFFER_BYTES:
                    self._receiver.received(bytes(plain))
                    used = 0
        except ssl.SSLWantReadError:
            pass
        except OSError:
            has_ended = True
        if used:
            self._receiver.received(bytes(plain[:used]))
        if has_ended:
            self.close()
        elif not self._is_closing:
            self._send_ciphertext()

    def _handshake_late(self) -> None:
        self._receiver.failed(f"not done within {self._handshake_s:g} s")
        self.abort()

    def _send_ciphertext(self) -> None:
        if self._to_line.pending:
            self._transport.write(self._to_line.read())

    def _set_timer(self, seconds: float, late: Callable[[], object]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, late)


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"client certificate: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return "the client hung up"
