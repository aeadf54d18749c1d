"""The transport of the Smart Message Language, version 1.

Source: BSI TR-03109-1, appendix IV, "SML", section on the transport protocol version 1: escape
``1B1B1B1B``, begin ``01010101``, end ``1A``, the number of fill bytes and a CRC-16/X-25 over all
before it; four bytes 1B inside a message are sent twice.
"""

from collector_serial.checks.check import Check
from collector_serial.checks.crc import Crc
from collector_serial.framing.framer import Framer
from collector_serial.settings.framing import SmlFraming

ESCAPE = b"\x1b" * 4
BEGIN = ESCAPE + b"\x01" * 4

X25 = Crc(16, 0x1021, 0xFFFF, reflected=True, final_xor=0xFFFF)
"""Its check, which is sent low byte first."""

_END = b"\x1a"
_TAIL_BYTES = 4
_MAX_FILL = 3


class SmlFramer(Framer):
    """Gives the messages between begin and end, without escapes and fill bytes."""

    def __init__(self, settings: SmlFraming, check: Check) -> None:
        super().__init__(settings.gap)
        del check  # it brings its own
        self._mark = BEGIN
        self._max_bytes = settings.max_bytes

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framer`."""
        self._buffer += octets
        frames = []
        while self._begin():
            stop = self._find_stop()
            if stop < 0:
                self._bound()
                break
            file, self._buffer = self._buffer[:stop], self._buffer[stop:]
            frames.append(self._message(file))
        return [frame for frame in frames if frame]

    def _begin(self) -> bool:
        begin = self._buffer.find(BEGIN)
        if begin < 0:
            self._skip(max(0, len(self._buffer) - len(BEGIN) + 1))
            return False
        self._skip(begin)
        return True

    def _find_stop(self) -> int:
        """Return where the file stops: behind the end, or at the next begin; -1 if under way."""
        place = len(BEGIN)
        while (place := self._buffer.find(ESCAPE, place)) >= 0:
            after = place + len(ESCAPE)
            if len(self._buffer) < after + _TAIL_BYTES:
                return -1
            if self._buffer.startswith(_END, after):
                return after + _TAIL_BYTES
            if self._buffer.startswith(BEGIN, place):
                return place
            place = after + len(ESCAPE) if self._buffer.startswith(ESCAPE, after) else place + 1
        return -1

    def _bound(self) -> None:
        if len(self._buffer) > self._max_bytes:
            self.damaged += 1
            self._skip(len(self._buffer))

    def _message(self, file: bytes) -> bytes:
        """Return what stands in a file; empty if it is damaged."""
        body, fill = file[len(BEGIN) : -2 * _TAIL_BYTES], file[-3]
        is_ended = file[-2 * _TAIL_BYTES : -3] == ESCAPE + _END
        if (
            not is_ended
            or fill > _MAX_FILL
            or X25(file[:-2]) != int.from_bytes(file[-2:], "little")
        ):
            self.damaged += 1
            return b""
        return body[: len(body) - fill].replace(ESCAPE * 2, ESCAPE)
