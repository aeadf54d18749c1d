"""Every chip that is known by name."""

import difflib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from collector import ConfigModel
from collector_i2c.chips import (
    ads1x15,
    bh1750,
    bme680,
    bmp180,
    bmp388,
    bmx280,
    ds3231,
    ina2xx,
    mcp3421,
    pcf8591,
    tsl2561,
    veml7700,
)
from collector_i2c.chips.chip import Driver, Make
from collector_i2c.chips.declared import driver_of
from collector_i2c.chips.files import bundled, own
from collector_i2c.chips.options import meanings

_BOSCH = (0x76, 0x77)
_ADS = (0x48, 0x49, 0x4A, 0x4B)
_INA = tuple(range(0x40, 0x50))


def _driver(
    title: str, addresses: tuple[int, ...], make: Make, options: type[ConfigModel]
) -> Driver:
    return Driver(title=title, addresses=addresses, make=make, options=meanings(options))


_ads = partial(_driver, addresses=_ADS, options=ads1x15.Ads1x15Options)
_bmx = partial(_driver, addresses=_BOSCH, options=bmx280.Bmx280Options)
_bmp = partial(_driver, addresses=_BOSCH, make=bmp388.make, options=bmp388.Bmp388Options)
_bme = partial(_driver, addresses=_BOSCH, make=bme680.make, options=bme680.Bme680Options)
_ina = partial(_driver, addresses=_INA, options=ina2xx.Ina2xxOptions)

WRITTEN: Mapping[str, Driver] = MappingProxyType(
    {
        "ads1015": _ads("Texas Instruments ADS1015", make=ads1x15.make_ads1015),
        "ads1115": _ads("Texas Instruments ADS1115", make=ads1x15.make_ads1115),
        "bh1750": _driver("ROHM BH1750", (0x23, 0x5C), bh1750.make, bh1750.Bh1750Options),
        "bme280": _bmx("Bosch BME280", make=bmx280.maker(has_humidity=True)),
        "bme680": _bme("Bosch BME680"),
        "bme688": _bme("Bosch BME688"),
        "bmp085": _driver("Bosch BMP085", (0x77,), bmp180.make, bmp180.Bmp180Options),
        "bmp180": _driver("Bosch BMP180", (0x77,), bmp180.make, bmp180.Bmp180Options),
        "bmp280": _bmx("Bosch BMP280", make=bmx280.maker(has_humidity=False)),
        "bmp388": _bmp("Bosch BMP388"),
        "bmp390": _bmp("Bosch BMP390"),
        "ds3231": _driver("Maxim DS3231", (0x68,), ds3231.make, ds3231.Ds3231Options),
        "ina219": _ina("Texas Instruments INA219", make=ina2xx.make_ina219),
        "ina226": _ina("Texas Instruments INA226", make=ina2xx.make_ina226),
        "mcp3421": _driver(
            "Microchip MCP3421",
            tuple(range(0x68, 0x70)),
            mcp3421.make,
            mcp3421.Mcp3421Options,
        ),
        "pcf8591": _driver(
            "NXP PCF8591", tuple(range(0x48, 0x50)), pcf8591.make, pcf8591.Pcf8591Options
        ),
        "tsl2561": _driver(
            "TAOS TSL2561", (0x39, 0x29, 0x49), tsl2561.make, tsl2561.Tsl2561Options
        ),
        "veml7700": _driver("Vishay VEML7700", (0x10,), veml7700.make, veml7700.Veml7700Options),
    }
)
"""Drivers in code: chips with calibration, ranges or several ways to measure."""

DECLARED: Mapping[str, str] = MappingProxyType(
    {
        "adxl345": "adxl345",
        "aht20": "aht20",
        "ens160": "ens160",
        "htu21d": "htu21d",
        "lis3dh": "lis3dh",
        "lm75": "lm75",
        "mcp23017": "mcp23017",
        "mcp9808": "mcp9808",
        "mlx90614": "mlx90614",
        "mpu6050": "mpu6050",
        "pcf8574": "pcf8574",
        "pcf8575": "pcf8575",
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


def _described(file: Path) -> Driver:
    description = own(file)
    try:
        return driver_of(description)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error


def chosen(device: str, device_file: Path | None = None) -> Driver:
    """Return the driver of a chip, by its name or from a description of the user's own.

    Raises:
        ValueError: There is none of this name, it names the nearest.
        ConfigError: The file is wrong.
    """
    if device_file is not None:
        return _described(device_file)
    if device in WRITTEN:
        return WRITTEN[device]
    if device in DECLARED:
        return driver_of(bundled(DECLARED[device]))
    near = difflib.get_close_matches(device, NAMES, n=1)
    hint = f", did you mean {near[0]!r}?" if near else f" (there are: {', '.join(NAMES)})"
    raise ValueError(f"device: no chip {device!r} is known{hint}")
