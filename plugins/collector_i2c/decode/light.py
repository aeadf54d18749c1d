"""Illuminance out of counts: BH1750, TSL2561, VEML7700."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

BH1750_USUAL_TIME = 69
"""The measurement time register's value at which the chip's counts per lux are stated."""


def bh1750_lux(counts: int, *, counts_per_lux: float, time: int, is_half: bool) -> float:
    """Return the illuminance of a BH1750 (ROHM 11046EDT01, "Measurement sequence").

    Args:
        counts: What it gave.
        counts_per_lux: 1.2, typically.
        time: Its measurement time register.
        is_half: Whether it measured with twice the resolution (mode 2).
    """
    lux = counts / counts_per_lux * BH1750_USUAL_TIME / time
    return lux / 2 if is_half else lux


Band = tuple[float, float, float, float]
"""Up to which ratio of the channels; factors of channel 0, of channel 1, of the power term."""

TSL2561_BANDS: Mapping[str, Sequence[Band]] = MappingProxyType(
    {
        "T": (
            (0.50, 0.0304, 0.0, 0.062),
            (0.61, 0.0224, 0.031, 0.0),
            (0.80, 0.0128, 0.0153, 0.0),
            (1.30, 0.00146, 0.00112, 0.0),
        ),
        "CS": (
            (0.52, 0.0315, 0.0, 0.0593),
            (0.65, 0.0229, 0.0291, 0.0),
            (0.80, 0.0157, 0.0180, 0.0),
            (1.30, 0.00338, 0.00260, 0.0),
        ),
    }
)
"""TAOS059N, "Calculating lux": one table for the packages T, FN and CL, one for CS."""


def tsl2561_lux(visible: float, infrared: float, package: str) -> float:
    """Return the illuminance of a TSL2561.

    Args:
        visible: Channel 0, scaled to 402 ms and gain 16.
        infrared: Channel 1, scaled likewise.
        package: "T" (also FN and CL) or "CS".
    """
    if visible <= 0:
        return 0.0
    ratio = infrared / visible
    for limit, of_visible, of_infrared, of_power in TSL2561_BANDS[package]:
        if ratio <= limit:
            power: float = of_power * visible * ratio**1.4
            return of_visible * visible - of_infrared * infrared - power
    return 0.0


def veml7700_lux(counts: int, lux_per_count: float, *, is_corrected: bool) -> float:
    """Return the illuminance of a VEML7700.

    Args:
        counts: What it gave.
        lux_per_count: At its gain and integration time.
        is_corrected: Whether to straighten its curve above 1000 lx, as Vishay's application note
            84323 proposes.
    """
    lux = counts * lux_per_count
    if not is_corrected or lux <= 1000:  # noqa: PLR2004 - the note's limit
        return lux
    return ((6.0135e-13 * lux - 9.3924e-9) * lux + 8.1488e-5) * lux**2 + 1.0023 * lux
