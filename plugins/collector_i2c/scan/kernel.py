"""The sensors that the kernel's own drivers have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collector_i2c.kernel.places import name_of, real_path

_THERMOMETER = re.compile("(10|22|28|3b|42)-[0-9a-f]{12}")
"""The number of a 1-wire thermometer, whose first byte is its family."""


@dataclass(frozen=True, slots=True)
class KernelDevice:
    """A device that a source of the kinds ``iio``, ``hwmon`` or ``w1`` can read.

    Attributes:
        kind: Which kind.
        device: What to write for ``device``.
        at: The device's own part of its path, such as ``1-0076``; empty for 1-wire.
    """

    kind: str
    device: str
    at: str = ""


def devices(sys_root: str) -> Iterator[KernelDevice]:
    """Yield every device on an I2C bus, and every 1-wire thermometer, by kind."""
    root = Path(sys_root)
    for kind, pattern in (("iio", "bus/iio/devices/iio:device*"), ("hwmon", "class/hwmon/hwmon*")):
        for place in sorted(root.glob(pattern)):
            name = name_of(place)
            if name and "/i2c-" in str(real_path(place)):
                yield KernelDevice(kind, name, _part_of(place))
    for place in sorted((root / "bus/w1/devices").glob("*")):
        if _THERMOMETER.fullmatch(place.name):
            yield KernelDevice("w1", place.name)


def _part_of(place: Path) -> str:
    """Return the directory above the subsystem's own: the device on its bus."""
    parts = [
        part for part in real_path(place).parts if part not in ("hwmon", "iio", "class", "bus")
    ]
    return parts[-2] if len(parts) > 1 else ""
