"""The speeds of serial lines, the most likely first."""

from collections.abc import Sequence
from itertools import product
from typing import Literal, NamedTuple

from collector_modbus.settings.link import SerialLink

Parity = Literal["N", "E", "O"]
StopBits = Literal[1, 2]


class Speed(NamedTuple):
    """What both ends of a serial line have to agree on.

    Attributes:
        baudrate: Bits per second.
        parity: None, even or odd.
        stopbits: Stop bits.
    """

    baudrate: int
    parity: Parity = "N"
    stopbits: StopBits = 1

    def __str__(self) -> str:
        return f"{self.baudrate} 8{self.parity}{self.stopbits}"

    @classmethod
    def of(cls, link: SerialLink) -> "Speed":
        """Return the speed of a line."""
        return cls(link.baudrate, link.parity, link.stopbits)


# 8N2, which the standard asks for where there is no parity, is left out: two stop bits are heard by
# who expects one, and one by most who expect two.
USUAL_SPEEDS = (
    *(Speed(9600, "N"), Speed(9600, "E"), Speed(19200, "E"), Speed(19200, "N")),
    *(Speed(38400), Speed(115200), Speed(2400), Speed(4800)),
)
"""The factory settings of most devices; 19200 8E1 is what the standard wants by default."""

_USUAL_BAUDRATES = tuple(dict.fromkeys(speed.baudrate for speed in USUAL_SPEEDS))
_USUAL_PARITIES: tuple[Parity, ...] = ("N", "E")
_USUAL_STOPBITS: tuple[StopBits, ...] = (1,)


def speeds_of(
    baudrates: Sequence[int], parities: Sequence[Parity], stopbits: Sequence[StopBits]
) -> list[Speed]:
    """Return the speeds to try, the most likely first.

    Args:
        baudrates: Those to try; empty for the usual ones.
        parities: The same.
        stopbits: The same.
    """
    if not (baudrates or parities or stopbits):
        return list(USUAL_SPEEDS)
    possible = product(
        baudrates or _USUAL_BAUDRATES, parities or _USUAL_PARITIES, stopbits or _USUAL_STOPBITS
    )
    speeds = dict.fromkeys(Speed(*each) for each in possible)
    return sorted(speeds, key=lambda each: each not in USUAL_SPEEDS)
