"""BMP388 and BMP390: from raw readings to temperature and pressure.

Bosch BST-BMP388-DS001 section 9: the formulas in floating point.
"""

import struct
from dataclasses import dataclass

from collector_i2c.refusal import Reason, RefusedError


@dataclass(frozen=True, slots=True)
class Calibration:
    """The constants of one chip, scaled as section 9.1 says.

    Attributes:
        t: T1 to T3.
        p: P1 to P11.
    """

    t: tuple[float, float, float]
    p: tuple[float, ...]


def calibration(block: bytes) -> Calibration:
    """Take the constants out of the 21 registers from 0x31 on.

    Raises:
        RefusedError: All of them are alike: there is no chip behind them.
    """
    if len(set(block)) == 1:
        raise RefusedError(Reason.STUCK, f"the calibration reads {block[0]:#04x} throughout")
    t1, t2, t3, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11 = struct.unpack(
        "<HHbhhbbHHbbhbb", block
    )
    return Calibration(
        (t1 * 2.0**8, t2 / 2**30, t3 / 2**48),
        (
            *((p1 - 2**14) / 2**20, (p2 - 2**14) / 2**29, p3 / 2**32, p4 / 2**37),
            *(p5 * 2.0**3, p6 / 2**6, p7 / 2**8, p8 / 2**15),
            *(p9 / 2**48, p10 / 2**48, p11 / 2**65),
        ),
    )


def raw(data: bytes) -> tuple[int, int]:
    """Take pressure and temperature, 24 bits each, out of the six registers from 0x04 on.

    Raises:
        RefusedError: The registers hold no measurement.
    """
    if len(set(data)) == 1:
        raise RefusedError(Reason.STUCK, f"the data reads {data[0]:#04x} throughout")
    return int.from_bytes(data[:3], "little"), int.from_bytes(data[3:], "little")


def celsius(constants: Calibration, adc_t: int) -> float:
    """Return the temperature."""
    t1, t2, t3 = constants.t
    above = adc_t - t1
    return above * t2 + above * above * t3


def pascal(constants: Calibration, adc_p: int, t: float) -> float:
    """Return the pressure at a temperature in °C."""
    p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11 = constants.p
    offset = p5 + p6 * t + p7 * t**2 + p8 * t**3
    slope = p1 + p2 * t + p3 * t**2 + p4 * t**3
    bend = p9 + p10 * t
    return offset + adc_p * slope + adc_p**2 * bend + adc_p**3 * p11
