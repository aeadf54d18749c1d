"""The kinds of fields that packets are made of."""

from collector.agent.listener.framing import encoded_length
from collector.agent.listener.reasons import PacketError

_LONGEST_VARINT = 4


class Fields:
    """Reads the body of one packet, field by field.

    Every method raises `PacketError` when the body ends too early or the field is malformed.
    """

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def has_ended(self) -> bool:
        """Whether everything was read."""
        return self._at >= len(self._body)

    def byte(self) -> int:
        """Read 0 to 255."""
        return self._take(1)[0]

    def two_bytes(self) -> int:
        """Read 0 to 65535."""
        return int.from_bytes(self._take(2))

    def four_bytes(self) -> int:
        """Read 0 to 2**32 - 1."""
        return int.from_bytes(self._take(4))

    def varint(self) -> int:
        """Read a number of one to four bytes with seven bits each."""
        number = 0
        for count in range(_LONGEST_VARINT):
            byte = self.byte()
            number |= (byte & 0x7F) << 7 * count
            if not byte & 0x80:
                return number
        raise PacketError("a number of more than four bytes")

    def packet_id(self) -> int:
        """Read a packet identifier, which is never 0."""
        packet_id = self.two_bytes()
        if not packet_id:
            raise PacketError("packet identifier 0")
        return packet_id

    def binary(self) -> bytes:
        """Read bytes behind their length."""
        return self._take(self.two_bytes())

    def text(self) -> str:
        """Read text behind its length."""
        return decoded(self.binary())

    def part(self, length: int) -> "Fields":
        """Read a part that has fields of its own."""
        return Fields(self._take(length))

    def rest(self) -> bytes:
        """Read everything up to the end."""
        return self._take(len(self._body) - self._at)

    def _take(self, count: int) -> bytes:
        start = self._at
        self._at = start + count
        if self._at > len(self._body):
            raise PacketError("the packet ends in the middle of a field")
        return self._body[start : self._at]


def decoded(text: bytes) -> str:
    """Return what the bytes say.

    Raises:
        PacketError: Not UTF-8, or with a NUL in it.
    """
    if 0 in text:
        raise PacketError("a text with a NUL")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise PacketError("a text that is not UTF-8") from error


def prefixed(content: bytes) -> bytes:
    """Return content behind its length in two bytes."""
    return len(content).to_bytes(2) + content


def measured(content: bytes) -> bytes:
    """Return content behind its length in one to four bytes."""
    return encoded_length(len(content)) + content
