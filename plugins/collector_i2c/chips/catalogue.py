"""Every chip that is known by name."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from collector_i2c.chips import (
    ads1x15,
    bh1750,
    bme680,
    bmp388,
    bmx280,
    ds3231,
    ina2xx,
    mcp3421,
    tsl2561,
    veml7700,
)
from collector_i2c.chips.chip import Driver, Make
from collector_i2c.chips.declared import driver_of
from collector_i2c.chips.files import bundled, own

_BOSCH = (0x76, 0x77)
_ADS = (0x48, 0x49, 0x4A, 0x4B)
_INA = tuple(range(0x40, 0x50))


def _driver(title: str, addresses: tuple[int, ...], make: Make) -> Driver:
    return Driver(title=title, addresses=addresses, make=make)


WRITTEN: Mapping[str, Driver] = MappingProxyType(
    {
        "ads1015": _driver("Texas Instruments ADS1015", _ADS, ads1x15.make_ads1015),
        "ads1115": _driver("Texas Instruments ADS1115", _ADS, ads1x15.make_ads1115),
        "bh1750": _driver("ROHM BH1750", (0x23, 0x5C), bh1750.make),
        "bme280": _driver("Bosch BME280", _BOSCH, bmx280.maker(has_humidity=True)),
        "bme680": _driver("Bosch BME680", _BOSCH, bme680.make),
        "bme688": _driver("Bosch BME688", _BOSCH, bme680.make),
        "bmp280": _driver("Bosch BMP280", _BOSCH, bmx280.maker(has_humidity=False)),
        "bmp388": _driver("Bosch BMP388", _BOSCH, bmp388.make),
        "bmp390": _driver("Bosch BMP390", _BOSCH, bmp388.make),
        "ds3231": _driver("Maxim DS3231", (0x68,), ds3231.make),
        "ina219": _driver("Texas Instruments INA219", _INA, ina2xx.make_ina219),
        "ina226": _driver("Texas Instruments INA226", _INA, ina2xx.make_ina226),
        "mcp3421": _driver("Microchip MCP3421", tuple(range(0x68, 0x70)), mcp3421.make),
        "tsl2561": _driver("TAOS TSL2561", (0x39, 0x29, 0x49), tsl2561.make),
        "veml7700": _driver("Vishay VEML7700", (0x10,), veml7700.make),
    }
)
"""Drivers in code: chips with calibration, ranges or several ways to measure."""

DECLARED: Mapping[str, str] = MappingProxyType(
    {
        "adxl345": "adxl345",
        "aht20": "aht20",
        "htu21d": "htu21d",
        "lis3dh": "lis3dh",
        "lm75": "lm75",
        "mcp9808": "mcp9808",
        "mlx90614": "mlx90614",
        "mpu6050": "mpu6050",
        "pcf8591": "pcf8591",
        "scd30": "scd30",
        "scd40": "scd4x",
        "scd41": "scd4x",
        "sgp30": "sgp30",
        "sht21": "htu21d",
        "sht30": "sht3x",
        "sht31": "sht3x",
        "sht35": "sht3x",
        "sht40": "sht4x",
        "sht41": "sht4x",
        "sht45": "sht4x",
        "si7021": "htu21d",
        "tmp102": "tmp102",
        "tmp117": "tmp117",
        "vl53l0x": "vl53l0x",
    }
)
"""Chips that are described: the name of each one's file in ``devices/``."""

NAMES = tuple(sorted((*WRITTEN, *DECLARED)))


def chosen(device: str, device_file: Path | None = None) -> Driver:
    """Return the driver of a chip, by its name or from a description of the user's own.

    Raises:
        ValueError: There is none of this name, it names the nearest.
        ConfigError: The file is wrong.
    """
    if device_file is not None:
        return driver_of(own(device_file))
    if device in WRITTEN:
        return WRITTEN[device]
    if device in DECLARED:
        return driver_of(bundled(DECLARED[device]))
    near = difflib.get_close_matches(device, NAMES, n=1)
    hint = f", did you mean {near[0]!r}?" if near else f" (there are: {', '.join(NAMES)})"
    raise ValueError(f"device: no chip {device!r} is known{hint}")
