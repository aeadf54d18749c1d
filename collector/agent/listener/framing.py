"""Cuts a stream of bytes into packets."""

from collections.abc import Iterator

from collector.agent.listener.reasons import PacketError, Reason

_LENGTH_BYTES = 4


class Framer:
    """Keeps what is left of a stream until it makes a packet.

    Args:
        max_bytes: The longest body that is waited for; may be changed at any time.

    Attributes:
        max_bytes: As given.
    """

    __slots__ = ("_needed", "_rest", "max_bytes")

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._rest = bytearray()
        self._needed = 2

    def packets(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield first byte and body of each packet that ends in these bytes.

        Run it to its end, or drop the framer.

        Raises:
            PacketError: A length is malformed or too large; the packets before it were yielded.
        """
        if self._rest:
            # Only joined once the packet is whole: a client that sends byte by byte would
            # otherwise have a long packet copied for each of them.
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data = bytes(self._rest)
            self._rest.clear()
        at, end = 0, len(data)
        while end - at >= 2:  # noqa: PLR2004 - the shortest packet
            length = data[at + 1]
            start = at + 2
            if length & 0x80:
                second = data[start] if start < end else 0x80
                if second & 0x80:
                    length, start = _long_length(data, at + 1)
                else:  # as most messages have it
                    length, start = length & 0x7F | second << 7, start + 1
            if length > self.max_bytes:
                raise PacketError(f"a packet of {length} bytes", Reason.PACKET_TOO_LARGE)
            stop = start + length
            if length < 0 or stop > end:
                break
            yield data[at], data[start:stop]
            at = stop
        if at < end:
            self._keep(data[at:])

    def _keep(self, rest: bytes) -> None:
        self._rest += rest
        length, start = _long_length(rest, 1)
        self._needed = len(rest) + 1 if length < 0 else start + length


def encoded_length(length: int) -> bytes:
    """Return a length as MQTT writes it: seven bits a byte, the lowest first."""
    encoded = bytearray()
    while length > 0x7F:  # noqa: PLR2004 - seven bits
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    encoded.append(length)
    return bytes(encoded)


def _long_length(data: bytes, at: int) -> tuple[int, int]:
    """Return a length and where it ends; -1 when it has not ended yet."""
    length = 0
    for count, byte in enumerate(data[at : at + _LENGTH_BYTES]):
        length |= (byte & 0x7F) << 7 * count
        if not byte & 0x80:
            return length, at + count + 1
    if len(data) - at >= _LENGTH_BYTES:
        raise PacketError("a length of more than four bytes")
    return -1, at
