"""BMP180 and BMP085: from raw readings to temperature and pressure.

Bosch BST-BMP180-DS000 section 3.5: the formulas in integers, whose divisions by powers of two round
down.
"""

import struct
from dataclasses import dataclass

from collector_i2c.refusal import Reason, RefusedError


@dataclass(frozen=True, slots=True)
class Calibration:
    """The constants of one chip, as its data sheet names them.

    Attributes:
        ac: AC1 to AC6.
        b: B1 and B2.
        m: MB, MC and MD.
    """

    ac: tuple[int, ...]
    b: tuple[int, ...]
    m: tuple[int, ...]


def calibration(block: bytes) -> Calibration:
    """Take the constants out of the 22 registers from 0xAA on.

    Raises:
        RefusedError: One is 0x0000 or 0xFFFF: the data sheet takes that for a failed transfer.
    """
    words = struct.unpack(">hhhHHHhhhhh", block)
    if any(word in (0, -1, 0xFFFF) for word in words):
        raise RefusedError(Reason.STUCK, f"the calibration reads {block.hex(' ', 2)}")
    return Calibration(words[:6], words[6:8], words[8:])


def fine_temperature(constants: Calibration, ut: int) -> int:
    """Return ``B5``: the temperature in units of 1/160 °C, which the pressure needs.

    Raises:
        RefusedError: The constants allow none.
    """
    _mb, mc, md = constants.m
    x1 = (ut - constants.ac[5]) * constants.ac[4] >> 15
    if x1 + md == 0:
        raise RefusedError(Reason.STUCK, "the calibration allows no temperature")
    return x1 + int(mc * 2048 / (x1 + md))


def celsius(b5: int) -> float:
    """Return the temperature, in steps of 0.1 °C."""
    return (b5 + 8 >> 4) / 10


def pascal(constants: Calibration, up: int, b5: int, oversampling: int) -> int:
    """Return the pressure.

    Args:
        constants: Of the chip.
        up: The raw pressure, shifted right as its oversampling demands.
        b5: See `fine_temperature`.
        oversampling: The setting, 0 to 3.

    Raises:
        RefusedError: The constants allow none.
    """
    ac1, ac2, ac3, ac4, _ac5, _ac6 = constants.ac
    b1, b2 = constants.b
    b6 = b5 - 4000
    x3 = (b2 * (b6 * b6 >> 12) >> 11) + (ac2 * b6 >> 11)
    b3 = ((ac1 * 4 + x3 << oversampling) + 2) // 4
    x3 = (ac3 * b6 >> 13) + (b1 * (b6 * b6 >> 12) >> 16) + 2 >> 2
    b4 = ac4 * (x3 + 32768) >> 15
    b7 = (up - b3) * (50000 >> oversampling)
    if b4 == 0:
        raise RefusedError(Reason.STUCK, "the calibration allows no pressure")
    p = b7 * 2 // b4
    x1 = (p >> 8) * (p >> 8) * 3038 >> 16
    return p + (x1 + (-7357 * p >> 16) + 3791 >> 4)
