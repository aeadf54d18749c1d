"""Every chip that is known by name."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from collector_i2c.chips import bmx280
from collector_i2c.chips.chip import Driver

_BOSCH = (0x76, 0x77)

WRITTEN: Mapping[str, Driver] = MappingProxyType(
    {
        "bme280": Driver(
            title="Bosch BME280", addresses=_BOSCH, make=bmx280.maker(has_humidity=True)
        ),
        "bmp280": Driver(
            title="Bosch BMP280", addresses=_BOSCH, make=bmx280.maker(has_humidity=False)
        ),
    }
)
"""Drivers in code: chips with calibration, ranges or several ways to measure."""


def chosen(device: str, device_file: Path | None = None) -> Driver:
    """Return the driver of a chip, by its name or from a description of the user's own.

    Raises:
        ValueError: There is none of this name; it names the nearest.
    """
    del device_file
    if device in WRITTEN:
        return WRITTEN[device]
    names = sorted(WRITTEN)
    near = difflib.get_close_matches(device, names, n=1)
    hint = f", did you mean {near[0]!r}?" if near else f" (there are: {', '.join(names)})"
    raise ValueError(f"device: no chip {device!r} is known{hint}")
