"""BME680 and BME688: from raw readings to temperature, pressure, humidity and gas resistance.

Bosch BST-BME680-DS001 and the floating-point formulas of Bosch's BME68x sensor API.
"""

import struct
from dataclasses import dataclass

from collector_i2c.refusal import Reason, RefusedError

_K1 = (0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, -0.8, 0.0, 0.0, -0.2, -0.5, 0.0, -1.0, 0.0, 0.0)
_K2 = (0.0, 0.0, 0.0, 0.0, 0.1, 0.7, 0.0, -0.8, -0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Corrections in percent by gas range, of variant 0."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The constants of one chip, as its data sheet names them.

    Attributes:
        t: T1 to T3.
        p: P1 to P10.
        h: H1 to H7.
        g: GH1 to GH3, of the heater.
        heat_range: ``res_heat_range``.
        heat_value: ``res_heat_val``.
        switching_error: ``range_sw_err``.
    """

    t: tuple[int, ...]
    p: tuple[int, ...]
    h: tuple[int, ...]
    g: tuple[int, ...]
    heat_range: int
    heat_value: int
    switching_error: int


def calibration(low: bytes, high: bytes, heater: bytes) -> Calibration:
    """Take the constants out of 25 registers from 0x89, 16 from 0xE1, and 5 from 0x00 on.

    Raises:
        RefusedError: All of them are alike: there is no chip behind them.
    """
    if len(set(low)) == 1:
        raise RefusedError(Reason.STUCK, f"the calibration reads {low[0]:#04x} throughout")
    t2, t3, p1, p2, p3, p4, p5, p7, p6, p8, p9, p10 = struct.unpack_from("<xhbxHhbxhhbbxxhhB", low)
    h3, h4, h5, h6, h7, t1, g2, g1, g3 = struct.unpack_from("<3xbbbBbHhbb", high)
    return Calibration(
        t=(t1, t2, t3),
        p=(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10),
        h=(high[2] << 4 | high[1] & 0x0F, high[0] << 4 | high[1] >> 4, h3, h4, h5, h6, h7),
        g=(g1, g2, g3),
        heat_range=heater[2] >> 4 & 0x03,
        heat_value=struct.unpack_from("<b", heater)[0],
        switching_error=struct.unpack_from("<b", heater, 4)[0] >> 4,
    )


def fine_temperature(constants: Calibration, adc_t: int) -> float:
    """Return ``t_fine``: the temperature in units of 1/5120 °C, which the others need."""
    t1, t2, t3 = constants.t
    v1 = (adc_t / 16384 - t1 / 1024) * t2
    v2 = (adc_t / 131072 - t1 / 8192) ** 2 * t3 * 16
    return v1 + v2


def celsius(t_fine: float) -> float:
    """Return the temperature."""
    return t_fine / 5120


def pascal(constants: Calibration, adc_p: int, t_fine: float) -> float:
    """Return the pressure.

    Raises:
        RefusedError: The constants allow none.
    """
    p1, p2, p3, p4, p5, p6, p7, p8, p9, p10 = constants.p
    v1 = t_fine / 2 - 64000
    v2 = v1 * v1 * p6 / 131072 + v1 * p5 * 2
    v2 = v2 / 4 + p4 * 65536
    v1 = (p3 * v1 * v1 / 16384 + p2 * v1) / 524288
    v1 = (1 + v1 / 32768) * p1
    if v1 == 0:
        raise RefusedError(Reason.STUCK, "the calibration allows no pressure")
    p = (1048576 - adc_p - v2 / 4096) * 6250 / v1
    v3 = (p / 256) ** 3 * p10 / 131072
    return p + (p9 * p * p / 2147483648 + p * p8 / 32768 + v3 + p7 * 128) / 16


def percent(constants: Calibration, adc_h: int, t_fine: float) -> float:
    """Return the relative humidity, within 0 to 100."""
    h1, h2, h3, h4, h5, h6, h7 = constants.h
    t = t_fine / 5120
    v1 = adc_h - (h1 * 16 + h3 / 2 * t)
    v2 = v1 * (h2 / 262144 * (1 + h4 / 16384 * t + h5 / 1048576 * t * t))
    h = v2 + (h6 / 16384 + h7 / 2097152 * t) * v2 * v2
    return min(max(h, 0.0), 100.0)


def gas_ohm(constants: Calibration, adc_gas: int, gas_range: int, *, variant: int) -> float:
    """Return the resistance of the gas sensor; variants 0 (BME680) and 1 (BME688) differ."""
    if variant:
        return 1_000_000 * (262144 >> gas_range) / (4096 + 3 * (adc_gas - 512))
    v1 = (1340 + 5 * constants.switching_error) * (1 + _K1[gas_range] / 100)
    v2 = 1 + _K2[gas_range] / 100
    return 1 / (v2 * 0.125e-6 * (1 << gas_range) * ((adc_gas - 512) / v1 + 1))


def heater_code(constants: Calibration, target_celsius: float, ambient_celsius: float) -> int:
    """Return what register ``res_heat_0`` has to hold for a temperature of the heater."""
    g1, g2, g3 = constants.g
    v1 = (g1 / 16 + 49) * (1 + (g2 / 32768 * 0.0005 + 0.00235) * target_celsius)
    v2 = v1 + g3 / 1024 * ambient_celsius
    by_range = 4 / (4 + constants.heat_range)
    by_value = 1 / (1 + constants.heat_value * 0.002)
    return min(max(int(3.4 * (v2 * by_range * by_value - 25)), 0), 0xFF)


def wait_code(milliseconds: int) -> int:
    """Return what register ``gas_wait_0`` has to hold: 6 bits, and 2 for factors of 4."""
    factor = 0
    while milliseconds > 0x3F:  # noqa: PLR2004 - six bits
        milliseconds //= 4
        factor += 1
    return factor << 6 | milliseconds
