"""One visitor's connection: what is read from it and written to it, both within limits of time."""

import asyncio
import errno
from contextlib import suppress

from collector.web.head import END

HEAD_TIMEOUT_S = 5.0
WRITE_TIMEOUT_S = 10.0
"""A viewer that takes nothing for so long is let go."""

MAX_UNSENT_BYTES = 64 * 1024
"""What waits for a viewer beside the kernel's own buffer; then the next piece waits as well."""

_BODY_FOLLOWS = b"\r\n"


async def read_head(reader: asyncio.StreamReader) -> bytes | None:
    """Return the head of a request; None when it does not come whole, in time and in size."""
    try:
        async with asyncio.timeout(HEAD_TIMEOUT_S):
            return await reader.readuntil(END)
    except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
        return None


class BoundedWriter:
    """What microdot writes an answer to. The headers leave in one piece."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._head: list[bytes] = []
        self._is_in_body = False
        writer.transport.set_write_buffer_limits(MAX_UNSENT_BYTES)

    @property
    def peer(self) -> str:
        """The visitor's address."""
        peer = self._writer.get_extra_info("peername")
        return str(peer[0]) if peer else "unknown"

    def get_extra_info(self, name: str) -> object:
        """Return what is known of the connection."""
        return self._writer.get_extra_info(name)

    async def awrite(self, piece: bytes) -> None:
        """Write a piece.

        Raises:
            BrokenPipeError: The visitor is gone, or takes nothing.
        """
        if not self._is_in_body:
            self._head.append(piece)
            self._is_in_body = piece == _BODY_FOLLOWS
            return
        self._writer.write(b"".join(self._head) + piece)
        self._head = []
        await self._drain()

    async def aclose(self) -> None:
        """Send what is left, and hang up."""
        if self._head:
            self._writer.write(b"".join(self._head))
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(WRITE_TIMEOUT_S):
                await self._writer.wait_closed()
        self.abort()

    def abort(self) -> None:
        """Hang up at once."""
        self._writer.transport.abort()

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(WRITE_TIMEOUT_S):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            self.abort()
            raise BrokenPipeError(errno.EPIPE, "the visitor takes nothing") from error
