"""What the driver of a serial port counts: bytes that were damaged on the line, or lost."""

import struct
from dataclasses import dataclass

TIOCGICOUNT = 0x545D
"""The request of ioctl(2) that reads the counters; see linux/serial.h, serial_icounter_struct."""

_COUNTERS = struct.Struct("11i")  # cts, dsr, rng, dcd, rx, tx, then those that matter here
SIZE = 20 * 4
"""The bytes of the structure: eleven counters and room for nine more."""


@dataclass(frozen=True, slots=True)
class LineErrors:
    """Counters of a driver; they go on from one opening to the next.

    Attributes:
        framing: Bytes whose stop bit was none, as with a wrong baudrate.
        parity: Bytes with a wrong parity.
        lost: Bytes that came too fast for the hardware or for the driver's buffer.
    """

    framing: int = 0
    parity: int = 0
    lost: int = 0

    def since(self, before: "LineErrors") -> "LineErrors":
        """Return what was counted since then."""
        return LineErrors(
            self.framing - before.framing, self.parity - before.parity, self.lost - before.lost
        )


def line_errors_in(structure: bytes) -> LineErrors:
    """Return the counters that matter of what the driver gave."""
    *_, framing, overrun, parity, _, buffer_overrun = _COUNTERS.unpack(structure[: _COUNTERS.size])
    return LineErrors(framing, parity, overrun + buffer_overrun)
