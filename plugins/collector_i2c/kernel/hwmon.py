"""Hardware monitoring: which files of a device are channels, and what they measure.

Units are those of the kernel's Documentation/hwmon/sysfs-interface.
"""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import MappingProxyType

from collector import Metric, ValueType, ValueUnit
from collector_i2c.kernel.channel import Channel, Quantity

_CHANNEL = re.compile(r"(?P<type>[a-z]+)(?P<number>\d+)_(?P<kind>input|alarm)")

QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "curr": Quantity("current", "Current", 1e-3, ValueUnit.AMPERE),
        "energy": Quantity("energy", "Energy", 1e-6, ValueUnit.JOULE),
        "fan": Quantity("fan", "Fan", annotation="rpm"),
        "humidity": Quantity("humidity", "Relative humidity", 1e-3, ValueUnit.PERCENT),
        "in": Quantity("voltage", "Voltage", 1e-3, ValueUnit.VOLT),
        "power": Quantity("power", "Power", 1e-6, ValueUnit.WATT),
        "temp": Quantity("temperature", "Temperature", 1e-3, ValueUnit.CELSIUS),
    }
)
"""By the channel's type in the file name."""


def channels(
    files: AbstractSet[str], labels: Mapping[str, str], *, alarms: bool
) -> Iterator[Channel]:
    """Yield every channel among a device's files whose quantity is known.

    Args:
        files: Their names.
        labels: What the driver calls channels, by file name: ``temp1_label``.
        alarms: Whether alarms are channels too.
    """
    for file in sorted(files):
        match = _CHANNEL.fullmatch(file)
        if match is None or match["type"] not in QUANTITIES:
            continue
        quantity, number = QUANTITIES[match["type"]], match["number"]
        base = f"{match['type']}{number}"
        if match["kind"] == "input":
            fault = f"{base}_fault"
            metric = quantity.metric(number, labels.get(f"{base}_label", ""))
            yield Channel(metric, quantity.factor, file, fault_file=fault if fault in files else "")
        elif alarms:
            alarm = Quantity(f"{quantity.id}{number}_alarm", f"{quantity.name} {number} alarm")
            yield Channel(_flag(alarm), 1.0, file)


def _flag(quantity: Quantity) -> Metric:
    return replace(quantity, type=ValueType.BOOL).metric()
