"""What the system knows of the adapters behind serial ports."""

from pathlib import Path

from serial.tools.list_ports_linux import SysFS

BY_ID = Path("/dev/serial/by-id")
"""Where udev keeps names that stay the same: maker, product, serial number and interface."""


def serial_number_of(device: Path) -> str:
    """Return the serial number of a USB adapter; empty when it has none or is none."""
    return SysFS(str(device)).serial_number or ""


def steady_name_of(device: Path, by_id: Path = BY_ID) -> str:
    """Return the name of a device that stays the same after a reboot; empty when there is none."""
    try:
        links = sorted(by_id.iterdir())
    except OSError:
        return ""
    return next((str(link) for link in links if link.resolve() == device.resolve()), "")
