"""Industrial I/O: which files of a device are channels, and what they measure.

Units are those of the kernel's Documentation/ABI/testing/sysfs-bus-iio, after scaling.
"""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from collector import ValueUnit
from collector_i2c.kernel.channel import Channel, Quantity

_CHANNEL = re.compile(
    r"in_(?P<type>[a-z]+)(?P<part>\d*(?:-[a-z]+\d+)?(?:_[a-z0-9]+)*?)_(?P<kind>input|raw)"
)

QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "accel": Quantity("acceleration", "Acceleration", 1.0, ValueUnit.METERS_PER_SQUARE_SECOND),
        "anglvel": Quantity("angular_rate", "Angular rate", annotation="rad/s"),
        "concentration": Quantity("concentration", "Concentration", 1e4, annotation="ppm"),
        "concentration_co2": Quantity("co2", "CO2 concentration", 1e4, annotation="ppm"),
        "concentration_voc": Quantity("voc", "VOC concentration", 1e4, annotation="ppm"),
        "current": Quantity("current", "Current", 1e-3, ValueUnit.AMPERE),
        "distance": Quantity("distance", "Distance", 1.0, ValueUnit.METER),
        "humidityrelative": Quantity("humidity", "Relative humidity", 1e-3, ValueUnit.PERCENT),
        "illuminance": Quantity("illuminance", "Illuminance", annotation="lux"),
        "magn": Quantity("magnetic_field", "Magnetic field", annotation="G"),
        "power": Quantity("power", "Power", 1e-3, ValueUnit.WATT),
        "pressure": Quantity("pressure", "Pressure", 1e3, ValueUnit.PASCAL),
        "resistance": Quantity("resistance", "Resistance", 1.0, ValueUnit.OHM),
        "temp": Quantity("temperature", "Temperature", 1e-3, ValueUnit.CELSIUS),
        "uvindex": Quantity("uv_index", "UV index", annotation="index"),
        "voltage": Quantity("voltage", "Voltage", 1e-3, ValueUnit.VOLT),
    }
)
"""By the channel's type in the file name, or type and modifier."""


def channels(files: AbstractSet[str]) -> Iterator[Channel]:
    """Yield every channel among a device's files whose quantity is known."""
    for file in sorted(files):
        match = _CHANNEL.fullmatch(file)
        if match is None or match["type"] not in QUANTITIES:
            continue
        own = f"in_{match['type']}{match['part']}"
        if match["kind"] == "raw" and f"{own}_input" in files:
            continue  # processed already
        yield _channel(match, file, files)


def _channel(match: re.Match[str], file: str, files: AbstractSet[str]) -> Channel:
    whole = QUANTITIES.get(match["type"] + match["part"])
    quantity = whole or QUANTITIES[match["type"]]
    metric = quantity.metric("" if whole else match["part"])
    if match["kind"] == "input":
        return Channel(metric, quantity.factor, file)
    return Channel(
        metric,
        quantity.factor,
        file,
        scale_file=_shared(match, "scale", files),
        offset_file=_shared(match, "offset", files),
    )


def _shared(match: re.Match[str], what: str, files: AbstractSet[str]) -> str:
    own = f"in_{match['type']}{match['part']}_{what}"
    difference = f"-{match['type']}" if "-" in match["part"] else ""
    common = f"in_{match['type']}{difference}_{what}"
    return next((name for name in (own, common) if name in files), "")
