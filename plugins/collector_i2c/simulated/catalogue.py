"""Which model stands in for which chip."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from collector.testkit.i2c.chip import FakeChip
from collector_i2c.chips.ads1x15 import ADS1015, ADS1115
from collector_i2c.chips.catalogue import DECLARED
from collector_i2c.chips.files import bundled, own
from collector_i2c.chips.resolved import resolve
from collector_i2c.simulated.bmx280 import SimulatedBmx280
from collector_i2c.simulated.declared import SimulatedDeclared
from collector_i2c.simulated.ds3231 import SimulatedDs3231
from collector_i2c.simulated.electric import (
    SimulatedAds1x15,
    SimulatedIna2xx,
    SimulatedMcp3421,
    SimulatedPcf8591,
)
from collector_i2c.simulated.light import SimulatedBh1750, SimulatedTsl2561, SimulatedVeml7700
from collector_i2c.simulated.pressure import SimulatedBme680, SimulatedBmp180, SimulatedBmp388
from collector_i2c.simulated.setting import Setting

MODELS: Mapping[str, Callable[[Setting], FakeChip]] = MappingProxyType(
    {
        "ads1015": partial(SimulatedAds1x15, step=16, rates=ADS1015.rates),
        "ads1115": partial(SimulatedAds1x15, step=1, rates=ADS1115.rates),
        "bh1750": SimulatedBh1750,
        "bme280": partial(SimulatedBmx280, chip_id=0x60),
        "bme680": partial(SimulatedBme680, variant=0),
        "bme688": partial(SimulatedBme680, variant=1),
        "bmp085": SimulatedBmp180,
        "bmp180": SimulatedBmp180,
        "bmp280": partial(SimulatedBmx280, chip_id=0x58),
        "bmp388": partial(SimulatedBmp388, chip_id=0x50),
        "bmp390": partial(SimulatedBmp388, chip_id=0x60),
        "ds3231": SimulatedDs3231,
        "ina219": partial(SimulatedIna2xx, is_226=False),
        "ina226": partial(SimulatedIna2xx, is_226=True),
        "mcp3421": SimulatedMcp3421,
        "pcf8591": SimulatedPcf8591,
        "tsl2561": SimulatedTsl2561,
        "veml7700": SimulatedVeml7700,
    }
)
"""Of the chips whose drivers are written by hand."""


def model_of(device: str, device_file: Path | None, address: int, setting: Setting) -> FakeChip:
    """Return a model of a chip that the configuration names or describes.

    Raises:
        ValueError: Its options are wrong.
    """
    if device in MODELS:
        return MODELS[device](setting)
    description = own(device_file) if device_file else bundled(DECLARED[device])
    return SimulatedDeclared(resolve(description, setting.options), address, setting)
