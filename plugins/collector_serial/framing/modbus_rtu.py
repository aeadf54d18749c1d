"""Requests and answers on a Modbus RTU line that is listened to.

Pauses do not survive a USB adapter, so frames are told apart by their lengths and checks. Source:
MODBUS over Serial Line V1.02, 2.5.1 and 6.2.2 (CRC-16, polynomial 0xA001 reflected, initial 0xFFFF,
low byte first); MODBUS Application Protocol V1.1b3, 6.1 to 6.4, for the lengths.
"""

from collector_serial.checks.check import Check
from collector_serial.checks.crc import Crc
from collector_serial.framing.framer import Framer
from collector_serial.settings.framing import ModbusRtuFraming

MODBUS = Crc(16, 0x8005, 0xFFFF, reflected=True)
"""The check of Modbus RTU."""

READS = (1, 2, 3, 4)
"""The function codes that read coils, discrete inputs, holding and input registers."""

REQUEST_BYTES = 8
"""A request to read: unit, function, address, count, check."""

_ANSWER_BYTES = 5
_GLITCH_BYTES = 3  # which may appear when a transmitter is switched on or off
_EXCEPTION = 0x80
_MAX_UNIT = 247
_WRITES_ONE = (5, 6)


class ModbusRtuFramer(Framer):
    """Gives every frame whose check is right. Bytes that belong to none are skipped.

    Where so many were skipped that they may have been a request, the answer to it is skipped too:
    it would be taken for the answer to the request before.
    """

    def __init__(self, settings: ModbusRtuFraming, check: Check) -> None:
        super().__init__(settings.gap)
        del check  # it brings its own
        self._lost_bytes = 0

    def feed(self, octets: bytes) -> list[bytes]:
        """See `Framer`."""
        self._buffer += octets
        return self._take(is_complete=False)

    def silence(self) -> list[bytes]:
        """See `Framer`."""
        return self._take(is_complete=True)

    def _take(self, *, is_complete: bool) -> list[bytes]:
        frames = []
        while self._buffer:
            lengths = self._lengths()
            length = next((length for length in lengths if self._is_right(length)), 0)
            if length:
                frames += self._given(length)
            elif not is_complete and any(length > len(self._buffer) for length in lengths):
                break
            else:
                self._lost_bytes += 1
                self._skip(1)
        return frames

    def _given(self, length: int) -> list[bytes]:
        """Take a frame out, and return it unless it may answer what was lost."""
        if self._lost_bytes > _GLITCH_BYTES and length != REQUEST_BYTES:
            self._skip(length)
            return []
        self._lost_bytes = 0
        frame, self._buffer = self._buffer[:length], self._buffer[length:]
        return [frame]

    def _lengths(self) -> list[int]:
        """Return how long a frame that begins here may be, shortest first."""
        if self._buffer[0] > _MAX_UNIT:
            return []
        if len(self._buffer) < 3:  # noqa: PLR2004 - unit, function, byte count
            return [_ANSWER_BYTES]
        function = self._buffer[1]
        if function & _EXCEPTION:
            return [_ANSWER_BYTES]
        if function in READS:
            return sorted({REQUEST_BYTES, _ANSWER_BYTES + self._buffer[2]})
        return [REQUEST_BYTES] if function in _WRITES_ONE else []

    def _is_right(self, length: int) -> bool:
        frame = self._buffer[:length]
        if len(frame) < length:
            return False
        return MODBUS(frame[:-2]) == int.from_bytes(frame[-2:], "little")
