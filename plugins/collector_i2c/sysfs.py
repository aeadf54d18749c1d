"""What the kernel does with a bus already, from sysfs; nothing is asked on the bus."""

from pathlib import Path

from collector_i2c.kernel.places import name_of


def bound_driver(sys_root: str, bus: int, address: int) -> str:
    """Return the kernel driver that has an address; empty if none."""
    link = Path(sys_root, "bus/i2c/devices", f"{bus}-{address:04x}", "driver")
    try:
        return link.readlink().name
    except OSError:
        return ""


def device_name(sys_root: str, bus: int, address: int) -> str:
    """Return what the kernel calls the chip at an address; empty if it knows of none."""
    return name_of(Path(sys_root, "bus/i2c/devices", f"{bus}-{address:04x}"))
