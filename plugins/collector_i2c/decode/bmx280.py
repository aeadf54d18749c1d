"""BMP280 and BME280: from raw readings to temperature, pressure and humidity.

Bosch BST-BMP280-DS001 section 8.1 and BST-BME280-DS002 appendix A: the formulas in floating point.
They differ from those in integers by up to 0.01 °C, a few Pa and 0.05 %RH.
"""

import struct
from dataclasses import dataclass

from collector_i2c.decode.fields import signed
from collector_i2c.refusal import Reason, RefusedError

SKIPPED_20_BIT = 0x80000
SKIPPED_16_BIT = 0x8000
"""What stands in the registers of a quantity that was not measured."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The constants of one chip, as its data sheet names them.

    Attributes:
        t: T1 to T3.
        p: P1 to P9.
        h: H1 to H6; empty for a chip without humidity.
    """

    t: tuple[int, ...]
    p: tuple[int, ...]
    h: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """One conversion, as the registers from 0xF7 on hold it.

    Attributes:
        pressure: 20 bits.
        temperature: 20 bits.
        humidity: 16 bits; 0 for a chip without.
    """

    pressure: int
    temperature: int
    humidity: int = 0


def calibration(low: bytes, high: bytes = b"") -> Calibration:
    """Take the constants out of the registers from 0x88 and, of a BME280, from 0xE1 on.

    Args:
        low: 24 bytes of a BMP280; 26 of a BME280, the last being register 0xA1.
        high: 7 bytes; empty for a BMP280.

    Raises:
        RefusedError: All of them are 0x00 or 0xFF: there is no chip behind them.
    """
    if len(set(low)) == 1:
        raise RefusedError(Reason.STUCK, f"the calibration reads {low[0]:#04x} throughout")
    words = struct.unpack_from("<HhhHhhhhhhhh", low)
    if not high:
        return Calibration(words[:3], words[3:])
    h2, h3, e4, e5, e6, h6 = struct.unpack("<hBBBBb", high)
    h4, h5 = signed(e4 << 4 | e5 & 0x0F, 12), signed(e6 << 4 | e5 >> 4, 12)
    return Calibration(words[:3], words[3:], (low[25], h2, h3, h4, h5, h6))


def raw(data: bytes) -> Raw:
    """Take one conversion out of the registers from 0xF7 on: 6 bytes, or 8 with humidity.

    Raises:
        RefusedError: One of them was not measured.
    """
    pressure = int.from_bytes(data[0:3], "big") >> 4
    temperature = int.from_bytes(data[3:6], "big") >> 4
    humidity = int.from_bytes(data[6:8], "big")
    if SKIPPED_20_BIT in (pressure, temperature) or humidity == SKIPPED_16_BIT:
        raise RefusedError(Reason.NOT_READY, f"not all was measured: {data.hex(' ')}")
    return Raw(pressure, temperature, humidity)


def fine_temperature(constants: Calibration, adc_t: int) -> float:
    """Return ``t_fine``: the temperature in units of 1/5120 °C, which the others need."""
    t1, t2, t3 = constants.t
    v1 = (adc_t / 16384 - t1 / 1024) * t2
    v2 = (adc_t / 131072 - t1 / 8192) ** 2 * t3
    return v1 + v2


def celsius(t_fine: float) -> float:
    """Return the temperature."""
    return t_fine / 5120


def pascal(constants: Calibration, adc_p: int, t_fine: float) -> float:
    """Return the pressure.

    Raises:
        RefusedError: The constants allow none.
    """
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = constants.p
    v1 = t_fine / 2 - 64000
    v2 = v1 * v1 * p6 / 32768 + v1 * p5 * 2
    v2 = v2 / 4 + p4 * 65536
    v1 = (p3 * v1 * v1 / 524288 + p2 * v1) / 524288
    v1 = (1 + v1 / 32768) * p1
    if v1 == 0:
        raise RefusedError(Reason.STUCK, "the calibration allows no pressure")
    p = (1048576 - adc_p - v2 / 4096) * 6250 / v1
    return p + (p9 * p * p / 2147483648 + p * p8 / 32768 + p7) / 16


def percent(constants: Calibration, adc_h: int, t_fine: float) -> float:
    """Return the relative humidity, within 0 to 100."""
    h1, h2, h3, h4, h5, h6 = constants.h
    t = t_fine - 76800
    h = (adc_h - (h4 * 64 + h5 / 16384 * t)) * (
        h2 / 65536 * (1 + h6 / 67108864 * t * (1 + h3 / 67108864 * t))
    )
    h *= 1 - h1 * h / 524288
    return min(max(h, 0.0), 100.0)
